using System.Formats.Tar;
using System.Text;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Trees;

namespace Containerize.Tests.Trees;

/// <summary>Images of a few entries, and a cache to read their trees with.</summary>
internal sealed class TreeLab : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal BlobStore Cache => new(_directory["cache"]);

    internal TemporaryDirectory Folder => _directory;

    internal static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    internal static UstarTarEntry DirectoryAt(string path, string mode = "755", int owner = 0) =>
        new(TarEntryType.Directory, path + "/")
        {
            Mode = Mode(mode),
            Uid = owner,
            Gid = owner,
            ModificationTime = DateTimeOffset.UnixEpoch,
        };

    internal static TarEntry Link(string path, string target) => TestLayer.Entry(TarEntryType.SymbolicLink, path, linkTarget: target);

    internal static TarEntry HardLink(string path, string target) => TestLayer.Entry(TarEntryType.HardLink, path, linkTarget: target);

    internal static TarEntry Text(string path, string text = "") =>
        TestLayer.Entry(TarEntryType.RegularFile, path, Encoding.UTF8.GetBytes(text));

    internal static TestLayer Layer(params IEnumerable<TarEntry> entries) => TestLayer.FromTar(TestLayer.Tar(entries));

    internal static Layer LayerOf(TestLayer layer) => new(new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content), layer.DiffId);

    internal static Image Image(params IEnumerable<Layer> layers) => Sample.Image(Sample.Amd64, [.. layers]);

    internal Task<ImageTree> ReadAsync(params TarEntry[][] layers) => ReadAsync(Image(layers.Select(layer => LayerOf(Layer(layer)))));

    internal Task<ImageTree> ReadAsync(Image image, TreeParts parts = TreeParts.All) =>
        ImageTree.ReadAsync(image, Cache, parts, CancellationToken.None);

    /// <summary>All that a tree has but directories, in order; links with their targets.</summary>
    internal static string Describe(ImageTree tree) => string.Join(' ', Paths(tree.Root, "").Order(StringComparer.Ordinal));

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<string> Paths(TreeNode directory, string prefix) => directory.Children!.Values.SelectMany(node =>
        node.Children is not null ? Paths(node, $"{prefix}{node.Name}/")
        : [$"{prefix}{node.Name}{(node.LinkTarget is { } target ? "->" + target : "")}"]);
}
