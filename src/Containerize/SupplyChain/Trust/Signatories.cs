using Containerize.Oci;
using Containerize.SupplyChain.Keyless;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Finds out which of those whom a rule trusts made a signature.</summary>
internal static class Signatories
{
    // What a build system states of an image it made is as good as a signature: the same signer names the same digest.
    private static readonly string[] s_predicates = [SignStatement.PredicateType, "https://slsa.dev/provenance/v1"];

    /// <summary>Whether a statement with a predicate of this type is as good as a signature.</summary>
    internal static bool IsSignature(string? predicateType) => s_predicates.Contains(predicateType);

    /// <summary>Verifies a signature.</summary>
    /// <param name="subject">What should be signed.</param>
    /// <param name="why">Why the rule does not accept the signature, as a sentence without its end.</param>
    /// <returns>The signer, in words; null when the signature is refused.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TrustAnchorUnusable"/>.</exception>
    internal static string? Find(FoundSignature signature, Descriptor subject, TrustRule rule, DateTimeOffset now, out string why)
    {
        try
        {
            switch (signature)
            {
                case FoundBundle { Bundle: var bundle }:
                    return ByBundle(bundle, subject.Digest, rule, out why);
                case FoundSimpleSignature simple:
                    return BySimpleSignature(simple, subject.Digest, rule, out why);
                case FoundNotarySignature notary:
                    return ByNotary(notary, subject, rule, now, out why);
                default:
                    why = ((UnusableSignature)signature).Why;
                    return null;
            }
        }
        catch (Exception failure) when (DamagedSignature.IsOne(failure))
        {
            // Who signs what cannot be read has not signed the image.
            why = failure is ContainerizeException ? failure.Message.TrimEnd('.')
                : "a signature has a certificate or a time stamp that cannot be read";
            return null;
        }
    }

    private static string? ByBundle(SigstoreBundle bundle, Digest subject, TrustRule rule, out string why)
    {
        if (bundle.Envelope.PayloadType != DsseEnvelope.Statement)
        {
            why = $"a bundle holds '{Printable.Clean(bundle.Envelope.PayloadType)}', not a statement";
            return null;
        }

        why = "";
        var signed = bundle.Envelope.Signed;
        var signer = KeyOf(rule, key => bundle.Envelope.Signatures.Any(each => key.Verify(signed, each)))
            ?? IdentityOf(rule, KeylessSignature.Of(bundle), "a bundle", out why);
        if (signer is null)
        {
            return null;
        }

        var predicate = SignStatement.PredicateTypeOf(bundle.Envelope.Payload.Span, subject);
        why = predicate is null
            ? "a bundle is about another image"
            : $"a bundle states '{Printable.Clean(predicate)}', which is no signature";
        return IsSignature(predicate) ? signer : null;
    }

    private static string? BySimpleSignature(FoundSimpleSignature signature, Digest subject, TrustRule rule, out string why)
    {
        why = "";
        var signer = KeyOf(rule, key => key.Verify(signature.Payload.Span, signature.Signature)) ?? IdentityOf(
            rule, KeylessSignature.Of(signature.Payload, signature.Signature, signature.Annotations), "a .sig image", out why);
        if (signer is null)
        {
            return null;
        }

        why = "a .sig image is about another image";
        return SimpleSigning.IsAbout(signature.Payload.Span, subject) ? signer : null;
    }

    private static string? ByNotary(
        FoundNotarySignature signature, Descriptor subject, TrustRule rule, DateTimeOffset now, out string why)
    {
        why = "";
        foreach (var store in rule.Stores)
        {
            if (store.Find(signature, subject, now, out why) is { } signer)
            {
                return signer;
            }
        }

        return null;
    }

    private static string? KeyOf(TrustRule rule, Func<PublicKey, bool> isSigner) =>
        rule.Keys.FirstOrDefault(isSigner) is { } key ? $"the key {key.Digest}" : null;

    private static string? IdentityOf(TrustRule rule, KeylessSignature? signature, string form, out string why)
    {
        why = $"{form} is signed by another key";
        foreach (var identity in rule.Identities)
        {
            if (identity.Find(signature, form, out why) is { } signer)
            {
                return signer;
            }
        }

        return null;
    }
}
