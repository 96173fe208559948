using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.Files;
using Containerize.Oci;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Containerize.SupplyChain.Signing;

/// <summary>A key that verifies signatures: ECDSA on a curve of NIST, RSA of at least 2048 bits, or Ed25519.</summary>
/// <remarks>As the tools of Sigstore use them: ECDSA and RSA (PKCS #1 v1.5). Which hash goes with which key differs between tools and their
/// versions (cosign 2 always takes SHA-256, cosign 3 the one of the curve, a KMS the one of its key), and no signature names it: each that
/// is strong enough counts.</remarks>
internal sealed class PublicKey
{
    /// <summary>The object identifier of Ed25519.</summary>
    /// <remarks>RFC 8410.</remarks>
    internal const string Ed25519 = "1.3.101.112";

    private const string Ecdsa = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const int SmallestRsa = 2048;
    private const int MaxFileSize = 64 * 1024;

    private static readonly string[] s_curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private static readonly HashAlgorithmName[] s_hashes = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    private readonly System.Security.Cryptography.X509Certificates.PublicKey _key;

    private PublicKey(System.Security.Cryptography.X509Certificates.PublicKey key, ReadOnlyMemory<byte> info)
    {
        _key = key;
        Info = info;
    }

    /// <summary>The key as a SubjectPublicKeyInfo, in DER.</summary>
    internal ReadOnlyMemory<byte> Info { get; }

    /// <summary>The digest of <see cref="Info"/>, which names the key.</summary>
    internal Digest Digest => Digest.Of(Info.Span);

    /// <summary>Reads a PEM file with a public key or a certificate.</summary>
    /// <param name="path">The file, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal static PublicKey Read(string path)
    {
        try
        {
            return Parse(RegularFile.ReadAllText(path, MaxFileSize), path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Invalid(path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Reads a public key or a certificate in PEM.</summary>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal static PublicKey Parse(string pem, string origin)
    {
        try
        {
            return PemBlock.First(pem, block => Of(block, origin), out var why) ?? throw Invalid(origin, why);
        }
        catch (CryptographicException failure)
        {
            throw Invalid(origin, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Reads a SubjectPublicKeyInfo in DER.</summary>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal static PublicKey Import(byte[] info, string origin)
    {
        try
        {
            var key = System.Security.Cryptography.X509Certificates.PublicKey.CreateFromSubjectPublicKeyInfo(info, out var read);
            return read == info.Length ? new(Check(key, origin), info) : throw Invalid(origin, "bytes follow the key");
        }
        catch (Exception failure) when (failure is CryptographicException or NotSupportedException)
        {
            throw Invalid(origin, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Whether a signature is this key's, over these bytes. A malformed signature is none.</summary>
    internal bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (_key.Oid.Value == Ed25519)
        {
            return VerifyEd25519(content, signature);
        }

        foreach (var hash in s_hashes)
        {
            if (Verify(content, signature, hash))
            {
                return true;
            }
        }

        return false;
    }

    private bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        try
        {
            using var ecdsa = _key.Oid.Value == Ecdsa ? _key.GetECDsaPublicKey() : null;
            using var rsa = ecdsa is null ? _key.GetRSAPublicKey() : null;
            return ecdsa?.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence)
                ?? rsa!.VerifyData(content, signature, hash, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static PublicKey? Of(PemBlock block, string origin)
    {
        switch (block.Label)
        {
            case "PUBLIC KEY":
                return Import(block.Content, origin);
            case PemBlock.Certificate:
                using (var certificate = X509CertificateLoader.LoadCertificate(block.Content))
                {
                    return Import(certificate.PublicKey.ExportSubjectPublicKeyInfo(), origin);
                }

            default:
                return null;
        }
    }

    private static System.Security.Cryptography.X509Certificates.PublicKey Check(
        System.Security.Cryptography.X509Certificates.PublicKey key, string origin)
    {
        switch (key.Oid.Value)
        {
            case Ecdsa:
                using (var ecdsa = key.GetECDsaPublicKey() ?? throw Invalid(origin, "it has no usable curve"))
                {
                    return s_curves.Contains(ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value)
                        ? key : throw Invalid(origin, "its curve is none of P-256, P-384 and P-521");
                }

            case Rsa:
                using (var rsa = key.GetRSAPublicKey()!)
                {
                    return rsa.KeySize >= SmallestRsa
                        ? key : throw Invalid(origin, $"it has {rsa.KeySize} bits, which are too few; {SmallestRsa} are the least");
                }

            case Ed25519:
                return key.EncodedKeyValue.RawData.Length == Ed25519PublicKeyParameters.KeySize
                    ? key : throw Invalid(origin, "it is not as long as keys of Ed25519 are");
            default:
                throw Invalid(origin, "it is none of ECDSA, RSA and Ed25519");
        }
    }

    private static ContainerizeException Invalid(string origin, string why, Exception? cause = null) => new(
        DiagnosticCode.InvalidSigningKey,
        $"'{origin}' cannot be used as a public key: {why}. It should be a PEM file with a public key (ECDSA, RSA or Ed25519) or a "
            + $"certificate.",
        cause);

    private bool VerifyEd25519(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: false, new Ed25519PublicKeyParameters(_key.EncodedKeyValue.RawData));
        signer.BlockUpdate(content);
        return signer.VerifySignature(signature.ToArray());
    }
}
