using Containerize.Files;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Utilities;

namespace Containerize.Debian.Archive;

/// <summary>The keys that may sign an archive.</summary>
internal sealed class KeyRing
{
    private const string ShippedKeys = "Containerize.Debian.Archive.Keys.";

    // MD5 and SHA-1 are broken: collisions of them can be made.
    private static readonly HashAlgorithmTag[] s_hashes = [HashAlgorithmTag.Sha256, HashAlgorithmTag.Sha384, HashAlgorithmTag.Sha512];

    private static readonly TimeSpan s_clockSkew = TimeSpan.FromHours(1);

    private readonly Dictionary<long, SigningKey> _keys;

    // The library keeps the state of a verification in the signature that is verified, and the keys hold those by which they are bound.
    private readonly Lock _turn = new();

    private KeyRing(Dictionary<long, SigningKey> keys) => _keys = keys;

    /// <summary>
    /// Reads a keyring that a project names: binary or armoured. All its keys are trusted for the archive that it is named for.
    /// </summary>
    /// <param name="path">The file, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidKeyring"/>.</exception>
    public static KeyRing Read(string path)
    {
        try
        {
            var keys = KeysOf(RegularFile.ReadAllBytes(path), _ => true);
            return keys.Count > 0 ? new KeyRing(keys) : throw new PgpException("it holds no key");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || IsDamage(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidKeyring,
                $"The keyring '{path}' cannot be used: {failure.Message}. Export the archive's public key with gpg --export, with or " +
                $"without --armor.",
                failure);
        }
    }

    /// <summary>The fingerprints of the primary keys, upper-case hexadecimal.</summary>
    internal IEnumerable<string> Fingerprints => _keys.Values.Select(key => key.Fingerprint).Distinct();

    /// <summary>Whether a failure says that bytes are not what OpenPGP calls keys or signatures.</summary>
    /// <remarks>The library does not document how it fails on damaged bytes, and it does so in a dozen ways.</remarks>
    internal static bool IsDamage(Exception failure) => failure is not (OutOfMemoryException or OperationCanceledException);

    /// <summary>The keys that are shipped, as far as their fingerprints are pinned.</summary>
    internal static KeyRing Shipped(IReadOnlyList<string> fingerprints)
    {
        var keys = new Dictionary<long, SigningKey>();
        foreach (var name in typeof(KeyRing).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ShippedKeys, StringComparison.Ordinal)))
        {
            using var resource = typeof(KeyRing).Assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            resource.CopyTo(content);
            foreach (var (id, key) in KeysOf(
                content.ToArray(), primary => fingerprints.Contains(Convert.ToHexString(primary.GetFingerprint()))))
            {
                keys[id] = key;
            }
        }

        return new KeyRing(keys);
    }

    /// <summary>Whether one of the signatures over a text is good, and by one of these keys.</summary>
    /// <param name="signatures">The signatures, binary.</param>
    /// <param name="text">What is signed, in the form that signatures of its kind are made over.</param>
    /// <param name="now">The time: a key that has expired signs nothing.</param>
    /// <returns>Null when it is; else why not.</returns>
    /// <remarks>The parts of a release share their keys and are verified at the same time; they take turns.</remarks>
    internal string? Verify(Stream signatures, byte[] text, DateTimeOffset now)
    {
        lock (_turn)
        {
            // Keys that are trusted need not be asked, each time they are used, whether their modulus is a prime: that takes a tenth of a
            // second.
            return Properties.WithThreadProperty(Properties.RsaMaxMRTests, "0", () => CheckAll(signatures, text, now));
        }
    }

    private string? CheckAll(Stream signatures, byte[] text, DateTimeOffset now)
    {
        var problem = "there is no signature";
        foreach (var signature in SignaturesOf(signatures))
        {
            problem = Check(signature, text, now);
            if (problem is null)
            {
                return null;
            }
        }

        return problem;
    }

    private string? Check(PgpSignature signature, byte[] text, DateTimeOffset now)
    {
        if (!_keys.TryGetValue(signature.KeyId, out var key))
        {
            return $"it is signed by the key {signature.KeyId:X16}, which is not one of the archive's";
        }

        if (!s_hashes.Contains(signature.HashAlgorithm))
        {
            return $"it is signed with {signature.HashAlgorithm}, which is broken";
        }

        if (signature.SignatureType is not (PgpSignature.BinaryDocument or PgpSignature.CanonicalTextDocument))
        {
            return "its signature is not one of a document";
        }

        var created = new DateTimeOffset(DateTime.SpecifyKind(signature.CreationTime, DateTimeKind.Utc));
        var life = signature.GetHashedSubPackets()?.GetSignatureExpirationTime() ?? 0;
        if (created > now + s_clockSkew || (life > 0 && created.AddSeconds(life) <= now))
        {
            return $"its signature is of {created:u} and does not count " +
                $"{(life > 0 ? "any more" : "yet: is the clock of this machine right?")}";
        }

        if (key.ReasonAgainst(created, now) is { } reason)
        {
            return reason;
        }

        signature.InitVerify(key.Key);
        signature.Update(text);
        return signature.Verify() ? null : "its signature does not fit its text: it was changed on the way";
    }

    private static IEnumerable<PgpSignature> SignaturesOf(Stream stream)
    {
        var objects = new PgpObjectFactory(stream);
        while (objects.NextPgpObject() is { } item)
        {
            if (item is PgpSignatureList list)
            {
                for (var index = 0; index < list.Count; index++)
                {
                    yield return list[index];
                }
            }
        }
    }

    private static Dictionary<long, SigningKey> KeysOf(byte[] content, Predicate<PgpPublicKey> isWanted)
    {
        var keys = new Dictionary<long, SigningKey>();
        var objects = new PgpObjectFactory(ArmouredText.Decode(content, ArmouredText.Keys));
        while (objects.NextPgpObject() is { } item)
        {
            if (item is PgpPublicKeyRing ring && isWanted(ring.GetPublicKey()))
            {
                foreach (var key in ring.GetPublicKeys())
                {
                    keys[key.KeyId] = new SigningKey(ring.GetPublicKey(), key);
                }
            }
        }

        return keys;
    }
}
