using System.Formats.Tar;
using System.Text;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Inspection;

/// <summary>Images of given tars, read as the tool reads them.</summary>
internal sealed class InspectionLab : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    internal static TarEntry File(string path, string text = "text", UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        With(TestLayer.Entry(TarEntryType.RegularFile, path, Encoding.UTF8.GetBytes(text)), mode);

    internal static TarEntry Link(string path, string target) =>
        TestLayer.Entry(TarEntryType.SymbolicLink, path, linkTarget: target);

    internal static TarEntry HardLink(string path, string target) => TestLayer.Entry(TarEntryType.HardLink, path, linkTarget: target);

    internal static TarEntry Directory(string path) => TestLayer.Entry(TarEntryType.Directory, path);

    internal static Layer Layer(params TarEntry[] entries)
    {
        var tar = TestLayer.Tar(entries);
        return new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)), Digest.Of(tar));
    }

    internal Task<ImageContents> ReadAsync(params TarEntry[][] layers) =>
        ReadAsync(Sample.Image(Sample.Amd64, [.. layers.Select(Layer)]));

    internal Task<ImageContents> ReadAsync(Image image) =>
        ImageContents.ReadAsync(new BaseImage(image, "app:1"), new BlobStore(_folder["cache"]), CancellationToken.None);

    public void Dispose() => _folder.Dispose();

    private static TarEntry With(TarEntry entry, UnixFileMode mode)
    {
        entry.Mode = mode;
        return entry;
    }
}
