using System.Formats.Tar;
using Containerize.Debian.Packaging;
using Containerize.Debian.Rootfs;
using Containerize.Layers;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Tests.Layers;

namespace Containerize.Tests.Debian;

/// <summary>Packages in a store, and layers made from them.</summary>
internal sealed class PackageFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal PackageFixture() => Store = new BlobStore(_directory["store"]);

    internal BlobStore Store { get; }

    internal RecordingReporter Reporter { get; } = new();

    internal DebFile Add(TestPackage package, string compression = "gz") =>
        Add(package.Name, package.Version, package.ToBytes(compression));

    internal DebFile Add(string name, string version, byte[] content)
    {
        var path = _directory.Write($"{name}.deb", content);
        var descriptor = new MemoryBlob("application/vnd.debian.binary-package", content).Descriptor;
        return new DebFile(name, version, VerifiedFile.ReadAsync(new FileBlob(descriptor, path), "test", CancellationToken.None)
            .GetAwaiter().GetResult());
    }

    internal async Task<LayerRecord> WriteAsync(IRootTemplate template, params DebFile[] packages)
    {
        var (layer, notes, _) = await new PackageLayer { Packages = packages, Template = template }
            .WriteAsync(Store, new LayerOptions(), CancellationToken.None);
        notes.Report(Reporter);
        return layer;
    }

    /// <summary>A layer on a base whose <c>/usr</c> is merged, or on one that is as of old.</summary>
    internal async Task<Dictionary<string, TarEntry>> EntriesAsync(IRootTemplate template, params DebFile[] packages) =>
        LayerFixture.Entries(await WriteAsync(template, packages)).ToDictionary(entry => entry.Name.TrimEnd('/'), StringComparer.Ordinal);

    public void Dispose() => _directory.Dispose();
}
