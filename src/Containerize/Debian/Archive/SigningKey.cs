using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Containerize.Debian.Archive;

/// <summary>A key that signs, with the primary key that vouches for it; both may be the same.</summary>
internal sealed class SigningKey(PgpPublicKey primary, PgpPublicKey key)
{
    private const int SmallestRsa = 2048;

    /// <summary>The key itself.</summary>
    internal PgpPublicKey Key => key;

    /// <summary>The fingerprint of the primary key, upper-case hexadecimal.</summary>
    internal string Fingerprint => Convert.ToHexString(primary.GetFingerprint());

    /// <summary>Why the key may not sign, as a sentence without its end; null when it may.</summary>
    internal string? ReasonAgainst(DateTimeOffset signed, DateTimeOffset now) =>
        key.Algorithm is PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaSign
            && key.BitStrength < SmallestRsa ? $"the key {Fingerprint} has {key.BitStrength} bits, which are too few"
        : key.Algorithm is PublicKeyAlgorithmTag.Dsa ? $"the key {Fingerprint} is of an algorithm (DSA) that is too weak"
        : IsRevoked() ? $"the key {Fingerprint} was revoked"
        : !IsBound() ? $"the primary key {Fingerprint} does not vouch for the key that signed it"
        : Expiry() is { } expiry && (expiry <= signed || expiry <= now) ? $"the key {Fingerprint} has expired on {expiry:yyyy-MM-dd}"
        : signed < Utc(key.CreationTime) ? $"it is signed by the key {Fingerprint} before that existed"
        : null;

    private bool IsRevoked() =>
        Signatures(primary, PgpSignature.KeyRevocation).Any(signature => Verifies(signature, () => signature.VerifyCertification(primary)))
        || (!ReferenceEquals(primary, key)
        && Signatures(key, PgpSignature.SubkeyRevocation)
        .Any(signature => Verifies(signature, () => signature.VerifyCertification(primary, key))));

    private bool IsBound() =>
        ReferenceEquals(primary, key)
            || Bindings().Any(binding => binding.GetHashedSubPackets() is { } hashed && (hashed.GetKeyFlags() & PgpKeyFlags.CanSign) != 0);

    private IEnumerable<PgpSignature> Bindings() =>
        Signatures(key, PgpSignature.SubkeyBinding)
            .Where(signature => Verifies(signature, () => signature.VerifyCertification(primary, key)));

    /// <summary>When the key or its primary key expires, whichever is earlier.</summary>
    private DateTimeOffset? Expiry()
    {
        var ends = new List<DateTimeOffset>();
        if (ExpiryOf(primary, SelfSignatures()) is { } end)
        {
            ends.Add(end);
        }

        if (!ReferenceEquals(primary, key) && ExpiryOf(key, Bindings()) is { } subkeyEnd)
        {
            ends.Add(subkeyEnd);
        }

        return ends.Count == 0 ? null : ends.Min();
    }

    // Signatures directly on the key are left out: the library does not verify them, and a user's signature says the same.
    private IEnumerable<PgpSignature> SelfSignatures()
    {
        foreach (var user in primary.GetUserIds())
        {
            foreach (var signature in primary.GetSignaturesForId(user))
            {
                if (signature.KeyId == primary.KeyId && signature.IsCertification()
                    && Verifies(signature, () => signature.VerifyCertification(user, primary)))
                {
                    yield return signature;
                }
            }
        }
    }

    /// <summary>The newest signature counts: a key's life is prolonged by signing it again.</summary>
    private static DateTimeOffset? ExpiryOf(PgpPublicKey key, IEnumerable<PgpSignature> signatures) =>
        signatures.OrderByDescending(signature => signature.CreationTime).FirstOrDefault()?.GetHashedSubPackets()?.GetKeyExpirationTime()
            is { } seconds and > 0
            ? Utc(key.CreationTime).AddSeconds(seconds)
            : null;

    private static IEnumerable<PgpSignature> Signatures(PgpPublicKey key, int type) =>
        key.GetSignatures().Where(signature => signature.SignatureType == type);

    private bool Verifies(PgpSignature signature, Func<bool> verify)
    {
        if (signature.KeyId != primary.KeyId)
        {
            return false;
        }

        signature.InitVerify(primary);
        return verify();
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
