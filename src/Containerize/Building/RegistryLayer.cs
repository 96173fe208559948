using Containerize.Compression;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>A layer of another image, by its digest. The blob stays as it is, so registries and engines that have it reuse it.</summary>
/// <param name="repository">The repository that has it.</param>
/// <param name="digest">The digest of the blob as it is stored.</param>
/// <param name="client">Fetches it.</param>
internal sealed class RegistryLayer(RepositoryReference repository, Digest digest, RegistryClient client) : ILayerSource
{
    private const string Kind = "blob 1";
    private const int ShownDigits = 12;

    /// <inheritdoc/>
    public string Name => $"{repository.Name.Split('/')[^1]}@{digest.Hex[..ShownDigits]}";

    /// <inheritdoc/>
    public Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var content = LayerContent.Of(Kind, [new ContentItem(Name, $"b {digest}", null)], context.Options);
        return Task.FromResult<IPreparedLayer>(new Prepared(repository, digest, client, content, context));
    }

    private sealed class Prepared(
        RepositoryReference repository, Digest digest, RegistryClient client, LayerContent content, LayerContext context) : IPreparedLayer
    {
        public LayerContent Content => content;

        public bool IsVerbatim => true;

        public Blob Locate(Blob made) => client.CreateBlob(repository, made.Descriptor);

        /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.RegistryNotFound"/>: the repository has no such blob.
        /// <see cref="DiagnosticCode.InvalidLayer"/>: it is no layer.
        /// </exception>
        public async Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
        {
            var size = await client.FindBlobSizeAsync(repository, digest, cancellationToken) ?? throw new ContainerizeException(
                DiagnosticCode.RegistryNotFound,
                $"{repository} has no layer {digest}. "
                + $"ContainerizeLayerReference takes the digest of a layer, as it is in the image's manifest, not the image's own.");
            var descriptor = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = digest, Size = size };
            var fetched = await client.FetchAsync(repository, descriptor, context.Cache.Store, cancellationToken);
            var blob = fetched.As((await LayerTar.DetectAsync(fetched.Path, cancellationToken)).MediaType);
            var facts = await TarCheck.ReadAsync(blob, $"{repository}@{digest}", context.Options.IsWindows, cancellationToken);
            return new LayerRecord(blob, facts.DiffId, facts.Size, facts.FileCount);
        }

        // Fetching it is all that making it takes.
        public Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
            Task.FromResult<(Digest, long)?>(null);
    }
}
