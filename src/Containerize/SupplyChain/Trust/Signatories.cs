using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Finds out which of those whom a rule trusts made a signature.</summary>
internal static class Signatories
{
    // What a build system states of an image it made is as good as a signature: the same signer names the same digest.
    private static readonly string[] s_predicates = [SignStatement.PredicateType, "https://slsa.dev/provenance/v1"];

    /// <summary>Verifies a signature.</summary>
    /// <param name="subject">What should be signed.</param>
    /// <param name="why">Why it is no signature of a key that the rule trusts, as a sentence without its end.</param>
    /// <returns>The signer, in words; null when the signature is refused.</returns>
    internal static string? Find(FoundSignature signature, Digest subject, TrustRule rule, out string why)
    {
        why = "";
        return signature switch
        {
            FoundBundle { Bundle: var bundle } => ByBundle(bundle, subject, rule, out why),
            FoundSimpleSignature simple => BySimpleSignature(simple, subject, rule, out why),
            _ => null,
        };
    }

    private static string? ByBundle(SigstoreBundle bundle, Digest subject, TrustRule rule, out string why)
    {
        var signed = bundle.Envelope.Signed;
        if (bundle.Envelope.PayloadType != DsseEnvelope.Statement)
        {
            why = $"a bundle holds '{Printable.Clean(bundle.Envelope.PayloadType)}', not a statement";
            return null;
        }

        if (rule.Keys.FirstOrDefault(key => bundle.Envelope.Signatures.Any(each => key.Verify(signed, each))) is not { } key)
        {
            why = "a bundle is signed by another key";
            return null;
        }

        var predicate = SignStatement.PredicateTypeOf(bundle.Envelope.Payload.Span, subject);
        why = predicate is null
            ? "a bundle is about another image"
            : $"a bundle states '{Printable.Clean(predicate)}', which is no signature";
        return s_predicates.Contains(predicate) ? Name(key) : null;
    }

    private static string? BySimpleSignature(FoundSimpleSignature signature, Digest subject, TrustRule rule, out string why)
    {
        if (rule.Keys.FirstOrDefault(key => key.Verify(signature.Payload.Span, signature.Signature)) is not { } key)
        {
            why = "a .sig image is signed by another key";
            return null;
        }

        why = "a .sig image is about another image";
        return SimpleSigning.IsAbout(signature.Payload.Span, subject) ? Name(key) : null;
    }

    private static string Name(PublicKey key) => $"the key {key.Digest}";
}
