using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>
/// An immutable image: the raw bytes of its manifest and config, and its layers, wherever they lie.
/// What is derived is a new image; the old one stays as it is.
/// </summary>
internal sealed class Image
{
    private Image(MemoryBlob manifest, Manifest document, ImageConfig config, IReadOnlyList<Layer> layers)
    {
        Manifest = manifest;
        Document = document;
        Config = config;
        Layers = layers;
    }

    /// <summary>The raw manifest; its digest is the image's.</summary>
    public MemoryBlob Manifest { get; }

    /// <summary>The manifest, read.</summary>
    public Manifest Document { get; }

    /// <summary>The config.</summary>
    public ImageConfig Config { get; }

    /// <summary>The layers, bottom first.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>An image of raw documents, checked to belong together.</summary>
    /// <param name="openLayer">Makes the blob of a layer.</param>
    /// <param name="origin">Where the image comes from, for error messages.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/> or
    /// <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    public static Image Read(MemoryBlob manifest, ReadOnlyMemory<byte> config, Func<Descriptor, Blob> openLayer, string origin)
    {
        var document = OciJson.ReadManifest(manifest.Document, origin);
        var imageConfig = ImageConfig.Read(RawDocument.Verify(document.Config, config, origin), origin);
        return imageConfig.DiffIds.Count == document.Layers.Count
            ? new(
                manifest,
                document,
                imageConfig,
                [.. document.Layers.Zip(
                    imageConfig.DiffIds,
                    (descriptor, diffId) => new Layer(openLayer(descriptor), diffId) { Annotations = descriptor.Annotations })])
            : throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"{origin} is no image that can be built upon: its manifest has {document.Layers.Count} layers, its config " +
                $"{imageConfig.DiffIds.Count}.");
    }

    /// <summary>An image of parts; its manifest is written from them.</summary>
    /// <param name="format">The family of media types.</param>
    /// <param name="config">The config; its diffIDs are those of the layers.</param>
    /// <param name="layers">The layers, bottom first.</param>
    public static Image Create(
        ImageFormat format, ImageConfig config, IReadOnlyList<Layer> layers, IReadOnlyDictionary<string, string> annotations)
    {
        var converted = config.WithMediaType(format == ImageFormat.Docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig);
        var mediaType = format == ImageFormat.Docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        var document = new Manifest
        {
            MediaType = mediaType,
            Config = converted.Blob.Descriptor,
            Layers = [.. layers.Select(
                layer => layer.Blob.Descriptor with
                {
                    Annotations = layer.Annotations,
                    MediaType = LayerEncoding.Convert(layer.Blob.Descriptor.MediaType, format),
                })],
            // Docker's schema has no annotations; registries that check it would refuse them.
            Annotations = annotations.Count == 0 || format == ImageFormat.Docker ? null : annotations,
        };
        return new(new MemoryBlob(mediaType, OciJson.Write(document)), document, converted, layers);
    }

    internal Image WithConfig(ImageConfig config) => new(Manifest, Document, config, Layers);

    internal Image WithLayers(IReadOnlyList<Layer> layers) => new(Manifest, Document, Config, layers);
}
