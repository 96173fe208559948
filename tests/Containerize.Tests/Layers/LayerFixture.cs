using System.Formats.Tar;
using System.IO.Compression;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Storage;

namespace Containerize.Tests.Layers;

/// <summary>A directory for sources and a store, removed at the end.</summary>
internal sealed class LayerFixture : IDisposable
{
    internal const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _root = Directory.CreateTempSubdirectory("layers-").FullName;

    internal LayerFixture() => Store = new BlobStore(Path.Combine(_root, "store"));

    internal BlobStore Store { get; }

    /// <summary>Writes a file and lists it.</summary>
    internal LayerEntry Add(string path, byte[] content)
    {
        var source = Path.Combine(_root, "sources", path);
        Directory.CreateDirectory(Path.GetDirectoryName(source)!);
        File.WriteAllBytes(source, content);
        return new LayerEntry { Path = path, Type = LayerEntryType.File, Mode = FileMode, SourcePath = source, Size = content.Length };
    }

    internal static LayerEntry Generated(string path, ReadOnlyMemory<byte> content) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = FileMode, Content = content };

    internal static LayerEntry DirectoryAt(string path, int owner = 0) =>
        new() { Path = path, Type = LayerEntryType.Directory, Mode = FileMode | UnixFileMode.UserExecute, UserId = owner };

    internal static LayerEntry Link(string path, string target) =>
        new() { Path = path, Type = LayerEntryType.SymbolicLink, Mode = FileMode, LinkTarget = target };

    internal Task<LayerRecord> WriteAsync(params IEnumerable<LayerEntry> entries) => WriteAsync(new LayerOptions(), entries);

    internal Task<LayerRecord> WriteAsync(LayerOptions options, params IEnumerable<LayerEntry> entries) =>
        LayerWriter.WriteAsync(entries, Store, options, CancellationToken.None);

    /// <summary>The file of a layer.</summary>
    internal static string PathOf(LayerRecord layer) => ((FileBlob)layer.Blob).Path;

    /// <summary>The tar of a layer that was compressed.</summary>
    internal static byte[] Decompress(LayerRecord layer)
    {
        using var gzip = new GZipStream(File.OpenRead(PathOf(layer)), CompressionMode.Decompress);
        var tar = new MemoryStream();
        gzip.CopyTo(tar);
        return tar.ToArray();
    }

    internal static List<TarEntry> Entries(LayerRecord layer)
    {
        using var reader = new TarReader(new MemoryStream(Decompress(layer)));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }

    internal static byte[] Content(TarEntry entry)
    {
        var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Fails if the store holds anything.</summary>
    internal void AssertStoreIsEmpty() =>
        Assert.IsEmpty(Directory.GetFiles(Store.Root, "*", SearchOption.AllDirectories));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
