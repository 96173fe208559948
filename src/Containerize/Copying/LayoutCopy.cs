using Containerize.Destinations;
using Containerize.Files;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Copies to an OCI layout directory, with what refers to the image; other images in it stay.</summary>
/// <param name="directory">The layout, a full path.</param>
/// <param name="name">What the image is called there; null for its name at the source.</param>
/// <param name="cache">Takes what is fetched; the layout shares its blobs where the file system can.</param>
/// <param name="reporter">Is told of images with the same tag.</param>
internal sealed class LayoutCopy(string directory, CopyName? name, BlobStore cache, IReporter reporter) : ICopyDestination
{
    private readonly LayoutWriter _layout = new(directory, reporter, intact: null, cache);

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CannotWrite"/>, <see cref="DiagnosticCode.DigestMismatch"/>, or
    /// what the source says.</exception>
    public async Task<Arrival> BringAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<Blob> blobs = [.. image.Graphs.SelectMany(graph => graph.Delivered).DistinctBy(blob => blob.Descriptor.Digest)];
            var fetched = (await BlobBytes.FetchAsync(
                blobs.Where(blob => blob is RegistryBlob && !_layout.HasSize(blob)), cache, cancellationToken))
                .ToDictionary(blob => blob.Descriptor.Digest);
            var documents = image.Graphs.SelectMany(graph => graph.Documents).DistinctBy(document => document.Descriptor.Digest);
            var (written, avoided) = await _layout.AddAllAsync(
                [
                    .. blobs.Select(blob => fetched.GetValueOrDefault(blob.Descriptor.Digest, blob)),
                    .. documents.Select(document => new MemoryBlob(document)),
                ],
                cancellationToken);
            return new Arrival(token => NameAsync(image, written, avoided, token));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    private async Task<DestinationResult> NameAsync(CopiedImage image, long written, long avoided, CancellationToken cancellationToken)
    {
        try
        {
            var (named, others) = (name ?? image.Name).Entries(image);
            await _layout.NameAsync(named, others, cancellationToken);
            return new(LayoutDestination.Kind, [directory], written, avoided);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }
}
