using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>
/// A base image in a registry. Manifests and configs are kept in the cache by digest; layers stay where they are until a destination needs
/// them.
/// </summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="tags">Finds out what its tag means; null asks its registry.</param>
/// <param name="cache">Where documents, and layers that are fetched, are kept.</param>
/// <param name="prefetch">Whether to fetch the layers into the cache at once, because a destination needs their bytes.</param>
/// <param name="verify">Makes sure that the image is signed by whom the project trusts, before its config or a layer is read; null where
/// no signature is demanded.</param>
internal sealed class RegistrySource(
    RegistryClient client, ImageReference reference, BaseTags? tags, BlobStore cache, bool prefetch, SignatureCheck? verify = null)
    : IImageSource
{
    private const int MaxNesting = 4;

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var digest = await ResolveAsync(cancellationToken);
        try
        {
            return await OpenAsync(digest, platform, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.BaseImageNotFound)
        {
            if (tags is not null && await tags.RenewAsync(reference, digest, cancellationToken) is { } newer)
            {
                return await OpenAsync(newer, platform, cancellationToken);
            }

            throw;
        }
    }

    private async Task<Digest> ResolveAsync(CancellationToken cancellationToken) =>
        tags is not null ? await tags.ResolveAsync(reference, cancellationToken)
        : reference.Digest ?? (await client.TryResolveAsync(reference.Repository, reference.Target, cancellationToken))?.Digest
        ?? throw new ContainerizeException(
            DiagnosticCode.BaseImageNotFound,
            $"The image {reference} does not exist. Check its name, and whether you are logged in: some registries hide what an account " +
            $"may not see.");

    private async Task<BaseImage> OpenAsync(Digest digest, Platform platform, CancellationToken cancellationToken)
    {
        var name = reference.ToString();
        var document = await ManifestAsync(digest, cancellationToken);
        var path = new List<Digest> { digest };
        for (var depth = 0; MediaTypes.IsIndex(document.Descriptor.MediaType); depth++)
        {
            if (depth == MaxNesting)
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidDocument, $"The indexes of {name} are nested more than {MaxNesting} deep; no image needs that.");
            }

            var child = await PlatformSelector.SelectAsync(
                OciJson.ReadIndex(document, name), platform, name, entry => PlatformOfAsync(entry, name, cancellationToken));
            var manifest = await ManifestAsync(child.Digest, cancellationToken);
            // The digest is right; the size that the index gives has to be.
            document = RawDocument.Verify(manifest.Descriptor with { Size = child.Size }, manifest.Content, name);
            path.Add(child.Digest);
        }

        var signature = verify is null ? null : await verify(reference, path, cancellationToken);
        var config = OciJson.ReadManifest(document, name).Config;
        var image = Image.Read(
            new MemoryBlob(document),
            await ConfigAsync(config, name, cancellationToken),
            layer => client.CreateBlob(reference.Repository, layer),
            name);
        PlatformSelector.Check(image.Config, platform, name);
        if (prefetch)
        {
            await Task.WhenAll(image.Layers.Select(layer => layer.Blob.Descriptor)
                // What is there is verified when it is used; reading it all in every build would take longer than the rest of the build.
                .Where(layer => !MediaTypes.IsForeignLayer(layer.MediaType) && !cache.TryGet(layer, out _))
                .Select(layer => client.FetchAsync(reference.Repository, layer, cache, cancellationToken)));
        }

        return new BaseImage(image, name) { Signature = signature };
    }

    // Artifacts stand in indexes as images do.
    private async Task<Platform?> PlatformOfAsync(Descriptor entry, string name, CancellationToken cancellationToken)
    {
        try
        {
            var config = OciJson.ReadManifest(await ManifestAsync(entry.Digest, cancellationToken), name).Config;
            return ImageConfig.Read(RawDocument.Verify(config, await ConfigAsync(config, name, cancellationToken), name), name).Platform;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return null;
        }
    }

    /// <summary>Reads a manifest or an index of the repository.</summary>
    internal async Task<RawDocument> ManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (CachedManifest(digest) is { } cached)
        {
            return cached;
        }

        var manifest = await client.TryGetManifestAsync(reference.Repository, digest.ToString(), cancellationToken)
            ?? throw NotFound(digest);
        if (manifest.Descriptor.Digest.Algorithm == "sha256")
        {
            using var content = new MemoryStream(manifest.Content.ToArray());
            await cache.AddAsync(manifest.Descriptor, content, reference.ToString(), cancellationToken);
        }

        return manifest;
    }

    private ContainerizeException NotFound(Digest digest)
    {
        if (tags is null)
        {
            return new(
                DiagnosticCode.BaseImageNotFound,
                $"The image {reference.Repository}@{digest} does not exist. Check its digest, and whether you are logged in: some " +
                $"registries hide what an account may not see.");
        }

        var orLock = reference.Digest is null ? " and the lock file, if there is one ('dotnet build -t:ContainerizeLock' updates it)" : "";
        return new(
            DiagnosticCode.BaseImageNotFound,
            $"The base image {reference.Repository}@{digest} does not exist. Check ContainerBaseImage{orLock}, and whether you are " +
            $"logged in: some registries hide what an account may not see.");
    }

    private RawDocument? CachedManifest(Digest digest) =>
        digest.Algorithm == "sha256" && cache.TryRead(digest, OciJson.MaxDocumentSize) is { } bytes
        && OciJson.DetectMediaType(bytes, cache.PathOf(digest)) is { } mediaType
            ? RawDocument.Of(mediaType, bytes)
            : null;

    private async Task<byte[]> ConfigAsync(Descriptor config, string name, CancellationToken cancellationToken)
    {
        if (config.Size > OciJson.MaxDocumentSize)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The config of {name} is larger than {OciJson.MaxDocumentSize} bytes; no image needs that.");
        }

        var blob = await client.FetchAsync(reference.Repository, config, cache, cancellationToken);
        return RegularFile.ReadAllBytes(blob.Path, OciJson.MaxDocumentSize);
    }
}
