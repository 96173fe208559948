using System.Security.Cryptography.X509Certificates;

namespace Containerize.Http;

/// <summary>The certificates that the machine keeps for one host.</summary>
/// <param name="Authorities">Authorities that may vouch for it, besides those that the system trusts.</param>
/// <param name="Clients">What this machine identifies itself with.</param>
internal sealed record HostCertificates(X509Certificate2Collection Authorities, X509Certificate2Collection Clients);
