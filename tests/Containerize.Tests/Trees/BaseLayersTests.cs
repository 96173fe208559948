using System.Formats.Tar;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;
using Containerize.Trees;

namespace Containerize.Tests.Trees;

/// <summary>What layers remove is gone, but for what they have themselves.</summary>
[TestClass]
internal sealed class BaseLayersTests
{
    [TestMethod]
    [DataRow(new[] { "./a/old", "b/c/old", "d" }, new[] { "a/new", "a/.wh..wh..opq", ".wh.b", ".wh.d" }, "a/new")]
    [DataRow(new[] { "a/old", "b/old" }, new[] { "a/.wh..wh..opq", "a/new", "b/.wh.old", "b/.wh.never" }, "a/new")]
    [DataRow(new[] { "a/old", "ab" }, new[] { "a/new", ".wh.a" }, "a/new ab")]
    [DataRow(new[] { "a", "b/c" }, new[] { ".wh..wh..opq", "/d//./e" }, "d/e")]
    public async Task Layers_remove_what_is_below_them(string[] lower, string[] upper, string left)
    {
        using var directory = new TemporaryDirectory();
        var image = Sample.Image(Sample.Amd64, [.. new[] { lower, upper }.Select(names => Sample.Tar(names.Select(name => (name, Array.Empty<byte>())))).Select(tar => new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)), Digest.Of(tar)))]);
        var paths = new Paths();

        await BaseLayers.ReadAsync(image, new BlobStore(directory["cache"]), paths, CancellationToken.None);

        Assert.AreEqual(left, string.Join(' ', paths.All));
    }

    private sealed class Paths : IBaseReader
    {
        internal SortedSet<string> All { get; } = new(StringComparer.Ordinal);

        public ValueTask AddAsync(string path, TarEntry entry, CancellationToken cancellationToken)
        {
            All.Add(path);
            return ValueTask.CompletedTask;
        }

        public void Remove(string path, IReadOnlySet<string> except)
        {
            All.Remove(path);
            RemoveBelow(path + "/", except);
        }

        public void RemoveBelow(string directory, IReadOnlySet<string> except) =>
            All.RemoveWhere(path => path.StartsWith(directory, StringComparison.Ordinal) && !except.Contains(path));
    }
}
