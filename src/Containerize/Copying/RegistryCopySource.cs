using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>An image in a registry. What its tag names is always asked of the registry: it may have moved a moment ago.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="image">The image, with a tag or a digest.</param>
internal sealed class RegistryCopySource(RegistryClient client, ImageReference image) : ICopySource
{
    /// <inheritdoc/>
    public string Origin => image.ToString();

    /// <inheritdoc/>
    public CopyName Name => image.Tag is null ? CopyName.None : CopyName.Of(image with { Digest = null });

    /// <inheritdoc/>
    public async Task<RawDocument> ReadRootAsync(CancellationToken cancellationToken) =>
        await client.TryGetManifestAsync(image.Repository, image.Target, cancellationToken)
        ?? throw new ContainerizeException(
            DiagnosticCode.BaseImageNotFound,
            $"The image {image} does not exist. Check its name, and whether you are logged in: some registries hide what an account may " +
            $"not see.");

    /// <inheritdoc/>
    public async Task<RawDocument?> TryReadAsync(Descriptor document, CancellationToken cancellationToken) =>
        await client.TryGetManifestAsync(image.Repository, document.Digest.ToString(), cancellationToken) is { } found
            // The digest is right; the size that the index gives has to be.
            ? RawDocument.Verify(found.Descriptor with { Size = document.Size }, found.Content, Origin)
            : null;

    /// <inheritdoc/>
    public Blob OpenBlob(Descriptor blob) => client.CreateBlob(image.Repository, blob);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        client.ListReferrersAsync(image.Repository, subject, cancellationToken);

    /// <inheritdoc/>
    public Task<RawDocument?> TryReadTagAsync(string tag, CancellationToken cancellationToken) =>
        client.TryGetManifestAsync(image.Repository, tag, cancellationToken);
}
