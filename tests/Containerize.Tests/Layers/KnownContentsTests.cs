using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class KnownContentsTests
{
    private readonly TemporaryDirectory _folder = new();
    private readonly KnownContents _known = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task A_copy_has_the_digest_of_what_it_was_copied_from()
    {
        var source = _folder.Write("package/lib.dll", "content");
        var copy = _folder.Write("publish/lib.dll", "content");

        Assert.AreEqual(Of("content"), await HashAsync(source));
        Assert.AreEqual(Of("content"), await HashAsync(copy));
    }

    [TestMethod]
    public async Task Another_file_of_the_same_name_and_size_has_its_own()
    {
        await HashAsync(_folder.Write("package/lib.dll", "content"));

        Assert.AreEqual(Of("CONTENT"), await HashAsync(_folder.Write("publish/lib.dll", "CONTENT")));
    }

    [TestMethod]
    public async Task A_copy_is_not_read_for_a_second_digest()
    {
        var copy = _folder.Write("publish/lib.dll", "content");
        // No file has this digest; only one that is not computed can be told.
        var told = Digest.Of("something else"u8);
        _known.Add("lib.dll", "content".Length, System.IO.Hashing.XxHash128.HashToUInt128("content"u8), told);

        Assert.AreEqual(told, await HashAsync(copy));
    }

    private static Digest Of(string content) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(content));

    private async Task<Digest> HashAsync(string path)
    {
        var entry = new LayerEntry
        {
            Path = "lib.dll", Type = LayerEntryType.File, Mode = default, SourcePath = path, Size = new FileInfo(path).Length,
        };
        return (await FileHashes.Load(path: null, known: _known).HashAsync([entry], CancellationToken.None))[0].Digest;
    }
}
