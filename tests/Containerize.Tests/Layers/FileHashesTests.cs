using Containerize.Files;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class FileHashesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Memory => _directory["obj/hashes.txt"];

    public void Dispose() => _directory.Dispose();

    private async Task<(List<Digest> Digests, int Read)> HashAsync(TimeProvider? time, params string[] files)
    {
        var hashes = FileHashes.Load(Memory, time);
        var hashed = await hashes.HashAsync([.. files.Select(Entry)], CancellationToken.None);
        hashes.Save();
        return ([.. hashed.Select(file => file.Digest)], hashes.FilesRead);
    }

    private static LayerEntry Entry(string file) =>
        new() { Path = "file", Type = LayerEntryType.File, Mode = UnixFileMode.UserRead, SourcePath = file };

    // A clock that is ahead: what was written a moment ago counts as old.
    private Task<(List<Digest> Digests, int Read)> HashLaterAsync(params string[] files) =>
        HashAsync(new Clock(TimeSpan.FromMinutes(1)), files);

    [TestMethod]
    public async Task Files_are_read_once()
    {
        string[] files = [_directory.Write("a", "first"), _directory.Write("b c\u00e4", "second")];

        var first = await HashLaterAsync(files);
        var second = await HashLaterAsync(files);

        CollectionAssert.AreEqual(new[] { Digest.Of("first"u8), Digest.Of("second"u8) }, first.Digests);
        CollectionAssert.AreEqual(first.Digests, second.Digests);
        Assert.AreEqual((2, 0), (first.Read, second.Read));
    }

    [TestMethod]
    public async Task Only_the_file_that_changed_is_read_again()
    {
        string[] files = [_directory.Write("a", "first"), _directory.Write("b", "second")];
        await HashLaterAsync(files);
        _directory.Write("b", "changed");

        var (digests, read) = await HashLaterAsync(files);

        Assert.AreEqual(1, read);
        Assert.AreEqual(Digest.Of("changed"u8), digests[1]);
    }

    [TestMethod]
    public async Task A_stamp_that_the_listing_took_is_trusted_and_the_file_not_asked_again()
    {
        var file = _directory.Write("a", "first");
        await HashLaterAsync(file);
        var listed = Entry(file) with { Stamp = FileStamp.Of(file) };
        File.Delete(file);

        var hashed = await FileHashes.Load(Memory).HashAsync([listed], CancellationToken.None);

        Assert.AreEqual(Digest.Of("first"u8), hashed[0].Digest);
    }

    [TestMethod]
    public async Task A_file_that_changed_just_now_is_read_again_because_it_may_change_under_the_same_stamp()
    {
        var file = _directory.Write("a", "first");

        await HashAsync(null, file);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        var ahead = await HashAsync(null, file);
        var again = await HashAsync(null, file);

        Assert.AreEqual((1, 1), (ahead.Read, again.Read));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_file_of_the_same_size_and_time_with_other_content_is_noticed()
    {
        var file = _directory.Write("a", "before");
        var time = File.GetLastWriteTimeUtc(file);
        await HashLaterAsync(file);
        await Task.Delay(20);

        await File.WriteAllTextAsync(file, "after!");
        File.SetLastWriteTimeUtc(file, time);
        var (digests, _) = await HashLaterAsync(file);

        Assert.AreEqual(Digest.Of("after!"u8), digests[0]);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("nonsense")]
    [DataRow("containerize file hashes 0\n")]
    [DataRow("containerize file hashes 1\nsha256 1 2 3\n")]
    [DataRow("containerize file hashes 2 99aa06d3014798d86001c324468d497f\nsha256 1 2 3\n")]
    public async Task A_memory_that_is_damaged_or_of_another_version_is_as_good_as_none(string content)
    {
        var file = _directory.Write("a", "first");
        await HashLaterAsync(file);
        await File.WriteAllTextAsync(Memory, content);

        var (digests, read) = await HashLaterAsync(file);

        Assert.AreEqual(1, read);
        Assert.AreEqual(Digest.Of("first"u8), digests[0]);
        Assert.AreEqual(0, (await HashLaterAsync(file)).Read, "It is whole again.");
    }

    [TestMethod]
    public async Task A_digit_that_flipped_has_the_file_read_again()
    {
        var file = _directory.Write("a", "first");
        await HashLaterAsync(file);
        var memory = await File.ReadAllBytesAsync(Memory);
        var digit = Array.IndexOf(memory, (byte)'\n') + 1;
        memory[digit] = memory[digit] == (byte)'0' ? (byte)'1' : (byte)'0';
        await File.WriteAllBytesAsync(Memory, memory);

        var (digests, read) = await HashLaterAsync(file);

        Assert.AreEqual(1, read);
        Assert.AreEqual(Digest.Of("first"u8), digests[0]);
    }

    [TestMethod]
    public async Task What_is_no_longer_published_is_forgotten()
    {
        string[] files = [_directory.Write("a", "first"), _directory.Write("gone", "second")];
        await HashLaterAsync(files);

        await HashLaterAsync(files[0]);

        Assert.DoesNotContain("gone", await File.ReadAllTextAsync(Memory));
    }

    [TestMethod]
    public async Task A_memory_that_changes_nothing_is_not_written()
    {
        var file = _directory.Write("a", "first");
        await HashLaterAsync(file);
        var written = File.GetLastWriteTimeUtc(Memory);
        File.SetLastWriteTimeUtc(Memory, written.AddHours(-1));

        await HashLaterAsync(file);

        Assert.AreEqual(written.AddHours(-1), File.GetLastWriteTimeUtc(Memory));
    }

    [TestMethod]
    public async Task A_name_with_a_line_break_is_hashed_every_time()
    {
        var file = _directory.Write("a\nb", "first");

        Assert.AreEqual(1, (await HashLaterAsync(file)).Read);
        Assert.AreEqual(1, (await HashLaterAsync(file)).Read);
    }

    [TestMethod]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => HashLaterAsync(_directory["missing.dll"]));

        Assert.AreEqual(DiagnosticCode.UnreadableFile, failure.Code);
        StringAssert.Contains(failure.Message, "missing.dll");
    }

    [TestMethod]
    public async Task Nothing_is_remembered_where_nothing_can_be_written()
    {
        var file = _directory.Write("a", "first");
        _directory.Write("obj", "a file where the directory should be");

        var (digests, _) = await HashLaterAsync(file);

        Assert.AreEqual(Digest.Of("first"u8), digests[0]);
    }

    private sealed class Clock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
