using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// What others wrote as a signature, and cannot be read. Certificates and time stamps are decoded part by part, where a part is needed, so
/// that a damaged one may fail anywhere.
/// </summary>
internal static class DamagedSignature
{
    /// <summary>Whether a failure is one of what was read, and not one of this machine.</summary>
    internal static bool IsOne(Exception failure) => failure is CryptographicException or AsnContentException
        or ContainerizeException { Code: DiagnosticCode.InvalidDocument };
}
