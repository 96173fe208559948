using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// An OCI layout directory. Other images in it stay; the entries of the same names and tags are replaced, last, by one rename.
/// Blobs of the cache are verified and hard-linked where the file system can, so that their bytes are stored once.
/// Others are copied, and verified in the same pass.
/// </summary>
/// <param name="directory">The layout, as a full path; it may hold other images.</param>
/// <param name="name">What the image is called in the layout.</param>
/// <param name="reporter">Is told what was there already, and which other images have the same tag.</param>
/// <param name="intact">Remembers blobs of layouts that were verified; null verifies them each time.</param>
/// <param name="cache">Its blobs, and no other files, get second names in the layout; null copies all.</param>
internal sealed class LayoutDestination(
    string directory, ImageName name, IReporter reporter, IntactFiles? intact = null, BlobStore? cache = null) : IImageDestination
{
    internal const string Kind = "layout";

    private readonly LayoutWriter _layout = new(directory, reporter, intact, cache);

    /// <inheritdoc/>
    public string Id => $"{Kind} {directory} {string.Join(' ', name.References)}";

    /// <inheritdoc/>
    public bool NeedsFiles => true;

    /// <inheritdoc/>
    public async Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            if (!_layout.Names(Entries(images)))
            {
                return null;
            }

            var blobs = ImageBlobs.Of(images);
            // The sizes first: what is missing is found without reading what is there.
            if (!blobs.All(_layout.HasSize))
            {
                return null;
            }

            foreach (var blob in blobs)
            {
                if (!await _layout.HasAsync(blob, cancellationToken))
                {
                    return null;
                }
            }

            _layout.SaveMemory();
            return new DestinationResult(Kind, [directory], 0, blobs.Sum(blob => blob.Descriptor.Size));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/>,
    /// <see cref="DiagnosticCode.DigestMismatch"/>, or <see cref="DiagnosticCode.InvalidDocument"/> when the layout that is there is
    /// damaged; what it names is unchanged.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null)
    {
        try
        {
            if (evidence is not null)
            {
                await AddBlobsAsync(evidence, cancellationToken);
            }

            var (written, avoided) = await _layout.AddAllAsync(ImageBlobs.Of(images), cancellationToken);
            await NameAsync(images, evidence, cancellationToken);
            reporter.Detail($"The layout '{directory}' had {avoided} of {written + avoided} bytes already.");
            ImageBlobs.TellForeign(images, $"The layout '{directory}'", reporter);
            return new DestinationResult(Kind, [directory], written, avoided);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    /// <inheritdoc/>
    public async Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            await AddBlobsAsync(evidence, cancellationToken);
            await NameAsync(images, evidence, cancellationToken);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    private async Task AddBlobsAsync(Evidence evidence, CancellationToken cancellationToken) =>
        await _layout.AddAllAsync(LayoutEvidence.Blobs(evidence).DistinctBy(blob => blob.Descriptor.Digest), cancellationToken);

    private Task NameAsync(ImageSet images, Evidence? evidence, CancellationToken cancellationToken) =>
        _layout.NameAsync(Entries(images), evidence is null ? [] : LayoutEvidence.Entries(evidence), cancellationToken);

    private IReadOnlyList<Descriptor> Entries(ImageSet images) => [.. LayoutIndex.Entries(images, name)];
}
