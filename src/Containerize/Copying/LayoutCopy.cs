using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Copies to an OCI layout directory, with what refers to the image; other images and signatures in it stay.</summary>
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
            await _layout.NameLockedAsync(
                async () => (name ?? image.Name).Entries(image with { Tags = await MergeAsync(image, cancellationToken) }),
                cancellationToken);
            return new(LayoutDestination.Kind, [directory], written, avoided);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    // Both places may have signatures that the other one lacks.
    private async Task<IReadOnlyList<CopiedTag>> MergeAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        var tags = new List<CopiedTag>();
        foreach (var tag in image.Tags)
        {
            tags.Add(await TryReadAsync(tag.Tag, cancellationToken) is { } there
                && there.Descriptor.Digest != tag.Graph.Root.Descriptor.Digest
                && MediaTypes.IsManifest(there.Descriptor.MediaType) && MediaTypes.IsManifest(tag.Graph.Root.Descriptor.MediaType)
                ? tag with { Graph = new([await MergeAsync(tag, image.Origin, there, cancellationToken)], []) } : tag);
        }

        return tags;
    }

    private async Task<RawDocument> MergeAsync(CopiedTag tag, string origin, RawDocument there, CancellationToken cancellationToken)
    {
        if ((await tag.ReadAsync(origin, cache, cancellationToken)).Merge(there, $"'{directory}'") is not { } merged)
        {
            return there;
        }

        await _layout.AddAllAsync([merged.Config, merged.Manifest], cancellationToken);
        return merged.Manifest.Document;
    }

    private async Task<RawDocument?> TryReadAsync(string tag, CancellationToken cancellationToken)
    {
        var files = new DirectoryFiles(directory);
        return await files.ReadAsync(Layout.Index, cancellationToken) is { } index
            && OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, index), files.Origin).Manifests
                .FirstOrDefault(entry => Layout.NamesOf(entry).SequenceEqual([tag])) is { } named
            && files.Find(Layout.PathOf(named.Digest)) is not null ? await files.ReadAsync(named, cancellationToken) : null;
    }
}
