using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Signing;

/// <summary>Signs images and statements with a private key, in both forms that verifiers read.</summary>
/// <param name="key">Signs; it lives as long as this.</param>
internal sealed class KeySigner(IContentSigner key)
{
    /// <summary>What the file of a bundle ends in beside an archive.</summary>
    internal const string Suffix = "sigstore.json";

    /// <summary>
    /// Signs subjects and statements: an <see cref="EvidenceSigner"/>. The same request gets the same bytes, so that nothing is signed
    /// twice.
    /// </summary>
    internal Task<Evidence> SignAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new Evidence
        {
            Referrers =
            [
                .. request.Subjects.Select(
                    subject => Refer(subject, SignStatement.Of(subject.Digest), SignStatement.PredicateType, Suffix)),
                .. request.Attestations.Select(each =>
                    Refer(each.Subject, each.Statement, each.PredicateType, $"{each.Suffix}.{Suffix}")),
            ],
            // The older form names the image: one signature for each name, all of them in one image.
            Images = request.Names.Count == 0 ? [] : [.. request.Subjects.Select(subject => new EvidenceImage(
                subject,
                SimpleSigning.TagOf(subject.Digest),
                [.. request.Names.Select(name => SignSimply(SimpleSigning.Payload(name, subject.Digest)))]))],
        });
    }

    private Referrer Refer(Descriptor subject, ReadOnlyMemory<byte> statement, string predicateType, string suffix) => new(
        subject,
        SigstoreBundle.MediaType,
        new MemoryBlob(SigstoreBundle.MediaType, SigstoreBundle.Sign(statement, key).Write()),
        suffix,
        SigstoreBundle.Annotations(predicateType));

    private EvidenceLayer SignSimply(byte[] payload) => SimpleSigning.Layer(payload, key.Sign(payload));
}
