using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Containerize.Tests.Debian.Archive;

/// <summary>A key that signs archives of tests; made for each, so the clone holds no secret.</summary>
internal sealed class ArchiveKey
{
    private readonly PgpSecretKeyRing _secret;
    private readonly PgpPublicKeyRing _public;

    /// <summary>Makes a key.</summary>
    /// <param name="created">When it was made.</param>
    /// <param name="life">How long it is valid; null for ever.</param>
    /// <param name="hasSubkey">Whether a subkey signs, as for Debian's automatic keys.</param>
    /// <param name="rsaBits">The length of an RSA key; null for EdDSA.</param>
    internal ArchiveKey(DateTimeOffset created, TimeSpan? life = null, bool hasSubkey = false, int? rsaBits = null)
    {
        var hashed = new PgpSignatureSubpacketGenerator();
        hashed.SetKeyFlags(isCritical: true, (hasSubkey ? 0 : PgpKeyFlags.CanSign) | PgpKeyFlags.CanCertify);
        if (life is { } span)
        {
            hashed.SetKeyExpirationTime(isCritical: true, (long)span.TotalSeconds);
        }

        var generator = new PgpKeyRingGenerator(
            PgpSignature.PositiveCertification, rsaBits is { } bits
                ? NewRsaPair(created, bits)
                : NewPair(created), "Archive of a test", SymmetricKeyAlgorithmTag.Null, HashAlgorithmTag.Sha256, rawPassPhrase: null,
                    useSha1: true, hashed.Generate(), unhashedPackets: null, new SecureRandom());
        if (hasSubkey)
        {
            var subkey = new PgpSignatureSubpacketGenerator();
            subkey.SetKeyFlags(isCritical: true, PgpKeyFlags.CanSign);
            generator.AddSubKey(
                NewPair(created), subkey.Generate(), unhashedPackets: null, HashAlgorithmTag.Sha256, HashAlgorithmTag.Sha256);
        }

        _secret = generator.GenerateSecretKeyRing();
        _public = generator.GeneratePublicKeyRing();
    }

    /// <summary>Writes the public key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="armored">Whether as text.</param>
    /// <param name="revoked">Whether the primary key has revoked itself.</param>
    internal void WritePublic(string path, bool armored = false, bool revoked = false)
    {
        using var file = File.Create(path);
        using Stream target = armored ? new ArmoredOutputStream(file) : new MemoryStream();
        var ring = revoked
            ? PgpPublicKeyRing.InsertPublicKey(_public, PgpPublicKey.AddCertification(_public.GetPublicKey(), Revocation()))
            : _public;
        ring.Encode(armored ? target : file);
    }

    /// <summary>Signs a text around which the signature goes.</summary>
    internal string ClearSign(string text, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, DateTimeOffset? at = null)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var signature = Sign(Encoding.UTF8.GetBytes(string.Join("\r\n", lines)), PgpSignature.CanonicalTextDocument, hash, at);
        var body = string.Join('\n', lines.Select(line => line.StartsWith('-') ? "- " + line : line));
        return $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{body}\n{signature}";
    }

    /// <summary>Signs a file beside which the signature lies.</summary>
    internal string SignDetached(string text) =>
        Sign(Encoding.UTF8.GetBytes(text), PgpSignature.BinaryDocument, HashAlgorithmTag.Sha256, at: null);

    private static PgpKeyPair NewPair(DateTimeOffset created)
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        return new PgpKeyPair(PublicKeyAlgorithmTag.EdDsa_Legacy, generator.GenerateKeyPair(), created.UtcDateTime);
    }

    private static PgpKeyPair NewRsaPair(DateTimeOffset created, int bits)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), bits, certainty: 25));
        return new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), created.UtcDateTime);
    }

    private string Sign(byte[] bytes, int type, HashAlgorithmTag hash, DateTimeOffset? at)
    {
        var key = _secret.GetSecretKeys().Last();
        var generator = new PgpSignatureGenerator(key.PublicKey.Algorithm, hash);
        generator.InitSign(type, key.ExtractPrivateKeyRaw(rawPassPhrase: null));
        var hashed = new PgpSignatureSubpacketGenerator();
        hashed.SetSignatureCreationTime(isCritical: false, (at ?? DateTimeOffset.UtcNow).UtcDateTime);
        generator.SetHashedSubpackets(hashed.Generate());
        generator.Update(bytes);
        using var output = new MemoryStream();
        using (var armor = new ArmoredOutputStream(output))
        {
            generator.Generate().Encode(armor);
        }

        return Encoding.ASCII.GetString(output.ToArray()).Replace("\r", "", StringComparison.Ordinal);
    }

    private PgpSignature Revocation()
    {
        var primary = _secret.GetSecretKey();
        var generator = new PgpSignatureGenerator(primary.PublicKey.Algorithm, HashAlgorithmTag.Sha256);
        generator.InitSign(PgpSignature.KeyRevocation, primary.ExtractPrivateKeyRaw(rawPassPhrase: null));
        return generator.GenerateCertification(primary.PublicKey);
    }
}
