using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Trust;

/// <summary>
/// Remembers which digests were found signed as which rule demands, so that a build that changes nothing asks no registry. What a registry
/// says later does not make a signature wrong.
/// </summary>
internal sealed class TrustMemory(BlobStore cache)
{
    internal VerifiedSignature? Recall(Digest digest, TrustRule rule) =>
        RecordOf(digest, rule).Read() is { Length: > 0 } signer ? new(digest, rule.Digest, signer) : null;

    internal void Remember(VerifiedSignature verified, TrustRule rule) => RecordOf(verified.Image, rule).Write(verified.Signer);

    private Record RecordOf(Digest digest, TrustRule rule) => new(cache, RecordKind.Trust, $"{digest} {rule.Digest}");
}
