using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>
/// An image of a place that has no manifests: an archive of <c>docker save</c>, an engine. Its manifest is the one that was made for it,
/// the same one for the same image.
/// </summary>
/// <param name="image">The image.</param>
/// <param name="origin">What users call the place.</param>
/// <param name="name">What the image is called there.</param>
internal sealed class SingleImageSource(BaseImage image, string origin, CopyName name) : ICopySource
{
    /// <inheritdoc/>
    public string Origin => origin;

    /// <inheritdoc/>
    public CopyName Name => name;

    /// <inheritdoc/>
    public Task<RawDocument> ReadRootAsync(CancellationToken cancellationToken) => Task.FromResult(image.Image.Manifest.Document);

    /// <inheritdoc/>
    public Task<RawDocument?> TryReadAsync(Descriptor document, CancellationToken cancellationToken) => Task.FromResult<RawDocument?>(null);

    /// <inheritdoc/>
    public Blob OpenBlob(Descriptor blob) => blob.Digest == image.Image.Config.Blob.Descriptor.Digest
        ? image.Image.Config.Blob
        : image.Image.Layers.Select(layer => layer.Blob).First(layer => layer.Descriptor.Digest == blob.Digest);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Descriptor>>([]);

    /// <inheritdoc/>
    public Task<RawDocument?> TryReadTagAsync(string tag, CancellationToken cancellationToken) => Task.FromResult<RawDocument?>(null);
}
