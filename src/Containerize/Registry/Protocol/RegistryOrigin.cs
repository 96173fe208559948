using Containerize.Http;
using Containerize.Oci;

namespace Containerize.Registry.Protocol;

/// <summary>Where a registry is reached, and what that allows.</summary>
/// <param name="Base">Scheme, host and port.</param>
/// <param name="VerifyCertificates">Whether certificates must be trusted.</param>
internal sealed record RegistryOrigin(Uri Base, bool VerifyCertificates)
{
    /// <summary>The host that serves <see cref="ImageReference.DockerHub"/>.</summary>
    internal const string DockerHubHost = "registry-1.docker.io";

    /// <summary>
    /// Where it may be when the user did not name it (the URL of a foreign layer); null when the user did, and it may be anywhere.
    /// </summary>
    internal AddressScopes? Limit { get; init; }

    /// <summary>
    /// Where blobs are sent to and from: not this machine and not a cloud's metadata service, unless the registry is there too.
    /// </summary>
    /// <param name="own">Where the registry itself is.</param>
    internal ConnectionPolicy DataPolicy(Uri url, AddressScopes own) =>
        Policy(Limit ?? (IsOwnHost(url) ? AddressScopes.All : AddressScopes.Public | AddressScopes.Private | own));

    /// <summary>
    /// Where credentials are sent to: public, or where the registry itself was reached. The name says nothing: the registry's own may lead
    /// elsewhere the next time.
    /// </summary>
    /// <param name="own">Where the registry itself is.</param>
    internal ConnectionPolicy RealmPolicy(AddressScopes own) =>
        Policy(Limit ?? (AddressScopes.Public | own | (own == AddressScopes.Loopback ? AddressScopes.Private : AddressScopes.None)));

    private ConnectionPolicy Policy(AddressScopes allowed) => new(VerifyCertificates, allowed) { Origin = Base.Authority };

    private bool IsOwnHost(Uri url) => string.Equals(url.IdnHost, Base.IdnHost, StringComparison.OrdinalIgnoreCase);
}
