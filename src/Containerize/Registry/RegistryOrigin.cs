using Containerize.Registry.Http;

namespace Containerize.Registry;

/// <summary>Where a registry is reached, and what that allows.</summary>
/// <param name="Base">Scheme, host and port.</param>
/// <param name="IsInsecure">Whether plain HTTP or an untrusted certificate is accepted: the user said so, or it speaks HTTP on this machine.</param>
/// <param name="VerifyCertificates">Whether certificates must be trusted.</param>
internal sealed record RegistryOrigin(Uri Base, bool IsInsecure, bool VerifyCertificates)
{
    /// <summary>For the registry itself, which the user named, anything goes; where it sends blobs to and from, not this machine and not a cloud's metadata service.</summary>
    internal ConnectionPolicy DataPolicy(Uri url, AddressScopes own) => PolicyFor(url, AddressScopes.Public | AddressScopes.Private | own);

    /// <summary>Where it sends credentials to: public, or where the registry itself is.</summary>
    internal ConnectionPolicy RealmPolicy(Uri url, AddressScopes own) =>
        PolicyFor(url, AddressScopes.Public | own | (own == AddressScopes.Loopback ? AddressScopes.Private : AddressScopes.None));

    private ConnectionPolicy PolicyFor(Uri url, AddressScopes foreign) =>
        new(VerifyCertificates, string.Equals(url.IdnHost, Base.IdnHost, StringComparison.OrdinalIgnoreCase) ? AddressScopes.All : foreign);
}
