namespace Containerize.Http;

/// <summary>
/// What a connection must obey. Connections are pooled by it, so one that was allowed for a registry is not reused for a place a registry
/// named.
/// </summary>
/// <param name="VerifyCertificates">Whether the server's certificate must be trusted.</param>
/// <param name="Allowed">Where the resolved address may lead.</param>
internal sealed record ConnectionPolicy(bool VerifyCertificates, AddressScopes Allowed)
{
    /// <summary>The certificates that the machine keeps for this one host; null for those that are trusted anyway.</summary>
    internal HostCertificates? Certificates { get; init; }
}
