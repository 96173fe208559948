using System.Formats.Tar;
using System.IO.Compression;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Tests.Building;

/// <summary>Small real images, and archives of any content.</summary>
internal static class Sample
{
    internal static readonly Platform Amd64 = new() { Os = "linux", Architecture = "amd64" };
    internal static readonly Platform Arm64 = new() { Os = "linux", Architecture = "arm64" };

    /// <summary>Builds an image as on a machine that never built anything, with the layers in a store.</summary>
    internal static async Task<BuiltImage> BuildAsync(ImageRequest request, BlobStore store, IReporter reporter)
    {
        using var client = new RegistryClient(new RegistryOptions { Environment = _ => null }, reporter);
        var memory = new BuildMemory(
            new LayerCache(store),
            FileHashes.Load(null),
            PreviousBuild.None,
            new PreviousImages(client, ReuseRequest.None, request.Platform, store, reporter));
        return await ImageBuilder.BuildAsync(request, memory, (_, _) => Task.FromResult(true), reporter, CancellationToken.None);
    }

    /// <summary>Brings an image to a destination as a build does, which asks it first.</summary>
    internal static async Task<DestinationResult> DeliverAsync(
        IImageDestination destination, ImageSet images, CancellationToken cancellationToken = default) =>
        (await new Delivery([destination]).WriteAsync(images, _ => Task.FromResult(images), cancellationToken)).Single();

    internal static ImageName Name(params string[] tags) => new(null, "demo/app", tags.Length == 0 ? ["1.0"] : tags);

    /// <summary>The bytes of a layer with one file, as a plain tar.</summary>
    internal static byte[] LayerTar(string content = "hello") => Tar([("app/file.txt", System.Text.Encoding.UTF8.GetBytes(content))]);

    internal static Layer GzipLayer(string content = "hello")
    {
        var tar = LayerTar(content);
        return new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Gzip(tar)), Digest.Of(tar));
    }

    internal static Image Image(Platform? platform = null, string content = "hello", ImageFormat format = ImageFormat.Oci) =>
        Image(platform ?? Amd64, [GzipLayer(content)], format);

    internal static Image Image(Platform platform, IReadOnlyList<Layer> layers, ImageFormat format = ImageFormat.Oci) =>
        Containerize.Images.Image.Create(
        format,
        ImageConfig.Scratch(platform)
            .Append(layers.Select(layer => new HistoryEntry(layer.DiffId, "test", "a layer")), DateTimeOffset.UnixEpoch),
        layers,
        new Dictionary<string, string>());

    internal static ImageSet Index(params Image[] images) => ImageSet.Of(images);

    internal static byte[] Tar(IEnumerable<(string Name, byte[] Content)> files, params TarEntry[] more)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name)
                    {
                        DataStream = new MemoryStream(content),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    });
            }

            foreach (var entry in more)
            {
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    internal static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    internal static async Task<byte[]> ReadAsync(Blob blob)
    {
        await using var stream = new VerifyingStream(await blob.OpenReadAsync(CancellationToken.None), blob.Descriptor, "test");
        var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    internal static async Task<ContainerizeException> FailureOfAsync(IImageSource source, Platform? platform = null) =>
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => source.OpenAsync(platform ?? Amd64, CancellationToken.None));
}
