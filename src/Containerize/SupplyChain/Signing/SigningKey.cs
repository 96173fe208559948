using System.Formats.Asn1;
using System.Security.Cryptography;
using Containerize.Oci;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// A private key that signs: ECDSA on P-256 or P-384, RSA, or Ed25519. The same bytes get the same signature each time, so that an image
/// that did not change is not signed differently.
/// </summary>
internal sealed class SigningKey : IContentSigner, IDisposable
{
    private readonly AsymmetricAlgorithm? _key;
    private readonly Ed25519PrivateKeyParameters? _ed25519;

    private SigningKey(AsymmetricAlgorithm key, string origin)
    {
        _key = key;
        Public = PublicKey.Import(key.ExportSubjectPublicKeyInfo(), origin);
    }

    private SigningKey(Ed25519PrivateKeyParameters key, string origin)
    {
        _ed25519 = key;
        Public = PublicKey.Import(InfoOf(key.GeneratePublicKey()), origin);
    }

    /// <summary>The key that verifies what this one signs.</summary>
    internal PublicKey Public { get; }

    /// <inheritdoc/>
    public Digest KeyDigest => Public.Digest;

    /// <summary>Reads a private key.</summary>
    /// <param name="pkcs8">The key in the form of PKCS #8, without a password.</param>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal static SigningKey Import(ReadOnlyMemory<byte> pkcs8, string origin)
    {
        try
        {
            return AlgorithmOf(pkcs8) switch
            {
                ("1.2.840.10045.2.1", _) => Ecdsa(pkcs8.Span, origin),
                ("1.2.840.113549.1.1.1", _) => Rsa(pkcs8.Span, origin),
                (PublicKey.Ed25519, var seed) => new(
                    new Ed25519PrivateKeyParameters(AsnDecoder.ReadOctetString(seed, AsnEncodingRules.DER, out _)), origin),
                _ => throw Invalid(origin, "it is none of ECDSA, RSA and Ed25519"),
            };
        }
        // No cause is handed on: what a decoder says of a private key could hold a part of it.
        catch (Exception failure) when (failure is CryptographicException or AsnContentException or ArgumentException)
        {
            throw Invalid(origin, "it is not a private key");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>: the signature came out wrong.</exception>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        var signature = _key switch
        {
            ECDsa key => SignEcdsa(key, content),
            RSA key => key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => SignEd25519(content),
        };
        // A signature that repeats its random number must never be wrong: a bit that flips would show the key.
        return Public.Verify(content, signature) ? signature : throw new ContainerizeException(
            DiagnosticCode.InvalidSigningKey,
            "A signature was made that its own key refuses; it is not used. The private key and its public part do not fit together, or "
                + "this machine computes wrongly.");
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key?.Dispose();

    /// <summary>The failure of a key that cannot be used.</summary>
    /// <param name="origin">Where the key comes from.</param>
    /// <param name="why">Why, as a sentence without its end; nothing of the key.</param>
    internal static ContainerizeException Invalid(string origin, string why) => new(
        DiagnosticCode.InvalidSigningKey,
        $"{origin} cannot be used as a signing key: {why}. It should be a private key in PEM: PKCS #8, with or without a password, or the "
            + $"form that 'cosign generate-key-pair' writes; ECDSA (P-256 or P-384), RSA or Ed25519.");

    private static SigningKey Ecdsa(ReadOnlySpan<byte> pkcs8, string origin)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            return key.KeySize is 256 or 384 ? new(key, origin) : throw Invalid(origin, "its curve is neither P-256 nor P-384");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static SigningKey Rsa(ReadOnlySpan<byte> pkcs8, string origin)
    {
        var key = RSA.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            return new(key, origin);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static (string Algorithm, byte[] Key) AlgorithmOf(ReadOnlyMemory<byte> pkcs8)
    {
        var info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        return (info.ReadSequence().ReadObjectIdentifier(), info.ReadOctetString());
    }

    private static byte[] InfoOf(Ed25519PublicKeyParameters key)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(PublicKey.Ed25519);
            }

            writer.WriteBitString(key.GetEncoded());
        }

        return writer.Encode();
    }

    /// <summary>The random number of the signature follows from key and content.</summary>
    /// <remarks>RFC 6979, which the framework's own implementation does not offer.</remarks>
    private static byte[] SignEcdsa(ECDsa key, ReadOnlySpan<byte> content)
    {
        var secret = key.ExportParameters(includePrivateParameters: true);
        try
        {
            var curve = ECNamedCurveTable.GetByName(key.KeySize == 256 ? "P-256" : "P-384");
            var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
            signer.Init(forSigning: true, new ECPrivateKeyParameters(new BigInteger(1, secret.D), new ECDomainParameters(curve)));
            var parts = signer.GenerateSignature(SHA256.HashData(content));
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteIntegerUnsigned(parts[0].ToByteArrayUnsigned());
                writer.WriteIntegerUnsigned(parts[1].ToByteArrayUnsigned());
            }

            return writer.Encode();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret.D);
        }
    }

    private byte[] SignEd25519(ReadOnlySpan<byte> content)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, _ed25519!);
        signer.BlockUpdate(content);
        return signer.GenerateSignature();
    }
}
