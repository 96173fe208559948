using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.SupplyChain.Signers;

/// <summary>How a kind of key signs: the key decides, and nothing else.</summary>
/// <param name="KeySpec">What Notation's plugin protocol calls the key.</param>
/// <param name="Name">What Notation's plugin protocol calls the algorithm.</param>
/// <param name="Jws">What JWS calls it.</param>
/// <param name="Cose">What COSE calls it.</param>
/// <param name="Hash">The hash, as Notation's plugin protocol calls it.</param>
/// <remarks>Notary Project, <i>signature-specification.md</i>, "Algorithm Selection"; RFC 7518; RFC 9053; RFC 8230.</remarks>
internal sealed record NotaryAlgorithm(string KeySpec, string Name, string Jws, long Cose, string Hash)
{
    private static readonly NotaryAlgorithm[] s_all =
    [
        new("RSA-2048", "RSASSA-PSS-SHA-256", "PS256", -37, "SHA-256"),
        new("RSA-3072", "RSASSA-PSS-SHA-384", "PS384", -38, "SHA-384"),
        new("RSA-4096", "RSASSA-PSS-SHA-512", "PS512", -39, "SHA-512"),
        new("EC-256", "ECDSA-SHA-256", "ES256", -7, "SHA-256"),
        new("EC-384", "ECDSA-SHA-384", "ES384", -35, "SHA-384"),
        new("EC-521", "ECDSA-SHA-512", "ES512", -36, "SHA-512"),
    ];

    private HashAlgorithmName HashName => new(Hash.Replace("-", "", StringComparison.Ordinal));

    /// <summary>Finds the algorithm of a key.</summary>
    /// <returns>The algorithm; null for a key that the Notary Project does not take.</returns>
    internal static NotaryAlgorithm? OfKeySpec(string? spec) => s_all.FirstOrDefault(each => each.KeySpec == spec);

    /// <summary>Finds an algorithm by what COSE calls it.</summary>
    /// <returns>The algorithm; null for one that the Notary Project does not take.</returns>
    internal static NotaryAlgorithm? OfCose(long number) => s_all.FirstOrDefault(each => each.Cose == number);

    /// <summary>Finds the algorithm of a certificate's key.</summary>
    /// <returns>The algorithm; null for a key that the Notary Project does not take.</returns>
    internal static NotaryAlgorithm? Of(X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        return OfKeySpec(ecdsa is not null ? $"EC-{ecdsa.KeySize}" : $"RSA-{rsa?.KeySize}");
    }

    /// <summary>Whether a signature, in the form of JWS, is that of a certificate's key. A malformed signature is none.</summary>
    internal bool Verify(X509Certificate2 certificate, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var ecdsa = certificate.GetECDsaPublicKey();
            using var rsa = certificate.GetRSAPublicKey();
            return ecdsa is not null
                ? ecdsa.VerifyData(content, signature, HashName, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                : rsa is not null && rsa.VerifyData(content, signature, HashName, RSASignaturePadding.Pss);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
