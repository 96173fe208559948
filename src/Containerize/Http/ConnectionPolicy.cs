namespace Containerize.Http;

/// <summary>
/// What a connection must obey. Connections are pooled by it, so one that was allowed for a registry is not reused for a place a registry
/// named.
/// </summary>
/// <param name="VerifyCertificates">Whether the server's certificate must be trusted.</param>
/// <param name="Allowed">Where the resolved address may lead.</param>
internal sealed record ConnectionPolicy(bool VerifyCertificates, AddressScopes Allowed)
{
    /// <summary>
    /// The host (with its port where it is not the usual one) whose authorities may vouch for where it leads as well, as Docker and Podman
    /// have it; null for none.
    /// </summary>
    internal string? Origin { get; init; }

    /// <summary>The certificates that the machine keeps for this one host; null for those that are trusted anyway.</summary>
    internal HostCertificates? Certificates { get; init; }

    /// <summary>What the machine keeps for the <see cref="Origin"/>; only its authorities count here.</summary>
    internal HostCertificates? OfOrigin { get; init; }
}
