using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

/// <summary>Blobs of the cache that a layout has by a second name.</summary>
[TestClass]
internal sealed class LinkedBlobTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string BlobPath(Digest digest) => _folder["layout/" + Layout.PathOf(digest)];

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Blobs_of_a_private_store_are_linked_and_can_be_read_by_others()
    {
        var store = new BlobStore(_folder["store"]);
        var content = Sample.Gzip(Sample.LayerTar());
        var blob = await store.AddAsync(Sample.GzipLayer().Blob.Descriptor, new MemoryStream(content), "test", CancellationToken.None);
        await new LayoutDestination(_folder["layout"], Sample.Name(), new RecordingReporter(), intact: null, store)
            .WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [Sample.GzipLayer() with { Blob = blob }])), CancellationToken.None);
        var links = (await ProcessRunner.RunAsync("stat", ["-c", "%h", blob.Path])).EnsureSuccess().Output.Trim();
        var plain = _folder.Write("plain", "x");
#pragma warning disable CA1416 // The condition above says so.
        Assert.AreEqual(File.GetUnixFileMode(plain), File.GetUnixFileMode(BlobPath(blob.Descriptor.Digest)));
        Assert.AreEqual("2", links);
#pragma warning restore CA1416
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Writers_that_share_a_cache_never_take_a_blob_away_that_is_in_the_layout()
    {
        var store = new BlobStore(_folder["store"]);
        var content = Sample.Gzip(Sample.LayerTar());
        var blob = await store.AddAsync(Sample.GzipLayer().Blob.Descriptor, new MemoryStream(content), "test", CancellationToken.None);
        var images = new ImageSet(Sample.Image(Sample.Amd64, [Sample.GzipLayer() with { Blob = blob }]));
        for (var round = 0; round < 20; round++)
        {
            var layout = _folder[$"layout{round}"];
            var path = Path.Combine(layout, Layout.PathOf(blob.Descriptor.Digest));
            using var deletions = new Deletions(path);
            await Task.WhenAll(Enumerable.Range(0, 6)
                .Select(number => new LayoutDestination(layout, Sample.Name($"v{number}"), new RecordingReporter(), intact: null, store))
                .Select(writer => Task.Run(() => writer.WriteAsync(images, CancellationToken.None))));

            Assert.AreEqual(0, await deletions.CountAsync(), $"round {round}");
            CollectionAssert.AreEqual(content, await File.ReadAllBytesAsync(path));
            Assert.IsEmpty(Directory.GetFiles(layout, ".*", SearchOption.AllDirectories));
            ImageValidator.Check(layout, baseLayers: 9);
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("damaged")]
    [DataRow("link")]
    [DataRow("abandoned")]
    public async Task A_linked_blob_replaces_what_has_its_name(string what)
    {
        var store = new BlobStore(_folder["store"]);
        var content = Sample.Gzip(Sample.LayerTar());
        var blob = await store.AddAsync(Sample.GzipLayer().Blob.Descriptor, new MemoryStream(content), "test", CancellationToken.None);
        var path = BlobPath(blob.Descriptor.Digest);
        var other = _folder.Write("other", what == "link" ? content : "x"u8.ToArray());
        if (what == "link")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.CreateSymbolicLink(path, other);
        }
        else
        {
            _folder.Write(Path.GetRelativePath(_folder.FullName, path), new byte[content.Length]);
            _folder.Write($"layout/blobs/sha256/{AbandonedFiles.NewName()}", "left by a killed build");
        }

        using var deletions = new Deletions(path);
        await new LayoutDestination(_folder["layout"], Sample.Name(), new RecordingReporter(), intact: null, store)
            .WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [Sample.GzipLayer() with { Blob = blob }])), CancellationToken.None);

        Assert.AreEqual(0, await deletions.CountAsync());
        Assert.IsNull(new FileInfo(path).LinkTarget);
        Assert.AreEqual("2", (await ProcessRunner.RunAsync("stat", ["-c", "%h", path])).EnsureSuccess().Output.Trim());
        CollectionAssert.AreEqual(content, await File.ReadAllBytesAsync(path));
        Assert.IsEmpty(Directory.GetFiles(_folder["layout"], ".*", SearchOption.AllDirectories));
        ImageValidator.Check(_folder["layout"], baseLayers: 9);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("layout of the user", "base/blobs/sha256/{hex}")]
    [DataRow("file of the user", "files/layer.tar.gz")]
    [DataRow("another store", "other/blobs/sha256/{hex}")]
    [DataRow("beside the cache's blobs", "store/blobs/sha256/{hex}.bak")]
    public async Task Files_that_are_not_the_caches_own_are_copied_and_keep_their_mode(string what, string path)
    {
        var layer = Sample.GzipLayer();
        var file = _folder.Write(
            path.Replace("{hex}", layer.Blob.Descriptor.Digest.Hex, StringComparison.Ordinal), await Sample.ReadAsync(layer.Blob));
#pragma warning disable CA1416 // The condition above says so.
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var image = Sample.Image(Sample.Amd64, [layer with { Blob = new FileBlob(layer.Blob.Descriptor, file) }]);

        await new LayoutDestination(
            _folder["layout"],
            Sample.Name(),
            new RecordingReporter(),
            intact: null,
            new BlobStore(_folder["store"])).WriteAsync(new ImageSet(image), CancellationToken.None);

        Assert.AreEqual(UnixFileMode.UserRead, File.GetUnixFileMode(file), what);
#pragma warning restore CA1416
        Assert.AreEqual("1", (await ProcessRunner.RunAsync("stat", ["-c", "%h", file])).EnsureSuccess().Output.Trim(), what);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(BlobPath(layer.Blob.Descriptor.Digest)));
    }

    // A name that another file gets is not deleted.
    private sealed class Deletions : IDisposable
    {
        private readonly FileSystemWatcher _watcher;
        private readonly string _last;
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        internal Deletions(string path)
        {
            var directory = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
            _last = Path.Combine(directory, "last");
            _watcher = new FileSystemWatcher(directory);
            _watcher.Deleted += (_, deleted) => _count += deleted.FullPath == path ? 1 : 0;
            _watcher.Created += (_, created) =>
            {
                if (created.FullPath == _last)
                {
                    _done.SetResult();
                }
            };
            _watcher.EnableRaisingEvents = true;
        }

        internal async Task<int> CountAsync()
        {
            await File.WriteAllTextAsync(_last, "");
            await _done.Task.WaitAsync(TimeSpan.FromMinutes(1));
            File.Delete(_last);
            return _count;
        }

        public void Dispose() => _watcher.Dispose();
    }
}
