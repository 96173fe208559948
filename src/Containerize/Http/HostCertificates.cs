using System.Security.Cryptography.X509Certificates;

namespace Containerize.Http;

/// <summary>The certificates that the machine keeps for one host.</summary>
/// <param name="Authorities">Authorities that may vouch for it, besides those that the system trusts.</param>
/// <param name="Clients">What this machine identifies itself with.</param>
internal sealed record HostCertificates(X509Certificate2Collection Authorities, IReadOnlyList<ClientCertificate> Clients);

/// <summary>A certificate of this machine.</summary>
/// <param name="Leaf">The certificate with its key.</param>
/// <param name="Issuers">Those that lead from it to an authority that the server knows; the server may know no others.</param>
internal sealed record ClientCertificate(X509Certificate2 Leaf, X509Certificate2Collection Issuers);
