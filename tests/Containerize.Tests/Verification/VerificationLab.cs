using System.Formats.Tar;
using System.Text;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Verification;

namespace Containerize.Tests.Verification;

/// <summary>Images in a layout, and rebuilds of them.</summary>
internal sealed class VerificationLab : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    internal RegistryClient Client { get; } = new(new RegistryOptions { Environment = _ => null }, new RecordingReporter());

    internal BlobStore Cache => new(_folder["cache"]);

    internal WorkingTree Tree { get; init; } = new("/", "tree", "10.0.100", new Dictionary<string, string>());

    public void Dispose()
    {
        Client.Dispose();
        _folder.Dispose();
    }

    /// <summary>A layer of a build.</summary>
    internal static (string Name, Layer Layer) Layer(string name, params (string Path, byte[] Content)[] files) =>
        Layer(name, compress: true, [.. files.Select(file => TestLayer.Entry(TarEntryType.RegularFile, file.Path, file.Content))]);

    internal static (string Name, Layer Layer) Layer(string name, bool compress, params TarEntry[] entries)
    {
        var tar = TestLayer.Tar(entries);
        var blob = compress ? new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)) : new MemoryBlob(MediaTypes.OciLayer, tar);
        return (name, new Layer(blob, Digest.Of(tar))
        {
            Annotations = new Dictionary<string, string> { [LayerAnnotations.Name] = name },
        });
    }

    internal static (string Path, byte[] Content) Text(string path, string text) => (path, Encoding.UTF8.GetBytes(text));

    /// <summary>What a build made: layers on a base with one.</summary>
    internal static BuiltImage Build(params (string Name, Layer Layer)[] layers) => Build(Sample.GzipLayer("base"), null, null, layers);

    internal static BuiltImage Build(
        Layer below, Platform? platform, ImageSettings? settings, params (string Name, Layer Layer)[] layers)
    {
        IReadOnlyList<Layer> all = [below, .. layers.Select(layer => layer.Layer)];
        var config = ImageConfig.Scratch(platform ?? Sample.Amd64)
            .Append(all.Select(layer => new HistoryEntry(layer.DiffId, "test", "a layer")), DateTimeOffset.UnixEpoch);
        var image = Image.Create(
            ImageFormat.Oci,
            settings is null ? config : config.With(settings),
            all,
            new Dictionary<string, string>
            {
                ["org.opencontainers.image.base.name"] = "registry.example.com/base:1",
                ["org.opencontainers.image.base.digest"] = below.DiffId.ToString(),
            });
        return new(
            image,
            [.. layers.Select(layer => new BuiltLayer(
                layer.Name, layer.Layer.DiffId, [], new LayerRecord(layer.Layer.Blob, layer.Layer.DiffId, 1, 1), LayerOrigin.Built))],
            "registry.example.com/base:1",
            below.DiffId);
    }

    /// <summary>Compares a rebuild with an image that is published before.</summary>
    internal Task<Verdict> VerifyAsync(BuiltImage image, BuiltImage rebuilt) => VerifyAsync([image], [rebuilt]);

    internal async Task<Verdict> VerifyAsync(IReadOnlyList<BuiltImage> image, IReadOnlyList<BuiltImage> rebuilt, Evidence? evidence = null)
    {
        await new LayoutDestination(_folder["layout"], Sample.Name("1"), new RecordingReporter())
            .WriteAsync(ImageSet.Of([.. image.Select(each => each.Image)]), CancellationToken.None, evidence);
        return await VerifyAsync(new LayoutReference(_folder["layout"], "1"), rebuilt);
    }

    internal async Task<Verdict> VerifyAsync(BaseImageReference place, IReadOnlyList<BuiltImage> rebuilt)
    {
        var verified = await VerifiedImage.FindAsync(
            place, "app:1", Client, Cache, _folder["engine"], _ => null, CancellationToken.None);
        return await new RebuildVerifier(verified, Tree, git: null, Client, Cache, new RecordingReporter())
            .VerifyAsync(rebuilt, ImageSet.Of([.. rebuilt.Select(each => each.Image)]), CancellationToken.None);
    }
}
