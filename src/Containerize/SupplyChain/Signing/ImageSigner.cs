using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Signing;

/// <summary>Signs what a build publishes with a key, and says with which one.</summary>
/// <param name="place">Where the key is.</param>
/// <param name="environment">Reads environment variables.</param>
/// <param name="cache">Remembers signatures.</param>
/// <param name="reporter">Is told which key signed.</param>
internal sealed class ImageSigner(SigningKeyPlace place, Func<string, string?> environment, BlobStore cache, IReporter reporter)
{
    /// <summary>Signs: an <see cref="EvidenceSigner"/>. What was signed before is not signed again.</summary>
    internal async Task<Evidence> SignAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var file = new SigningKeyFile(place, environment);
        var pem = file.ReadPem();
        using var signatures = RememberedSignatures.Load(RecordOf(request, pem), () => file.Import(pem));
        var evidence = await new KeySigner(signatures).SignAsync(request, cancellationToken);
        signatures.Save();
        reporter.Message($"{request.Subjects[0].Digest} is signed by the key {signatures.KeyDigest}.");
        return evidence;
    }

    // Nothing of the key is in the cache: the record is named by a digest, and what is hashed is longer than could be guessed.
    private Record RecordOf(SigningRequest request, string pem) => new(cache, RecordKind.Signature, string.Join('\n',
    [
        pem,
        .. request.Subjects.Select(subject => subject.Digest.ToString()),
        .. request.Attestations.Select(statement => Digest.Of(statement.Statement.Span).ToString()),
        .. request.Names,
    ]));
}
