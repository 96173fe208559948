using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class RegularFileTests : IDisposable
{
    private const int Patience = 30_000;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [Timeout(Patience)]
    public async Task What_is_no_file_is_refused_and_holds_nothing_up(string kind)
    {
        var path = _folder["config"];
        await SpecialFile.PutAsync(kind, path);

        Assert.IsTrue(RegularFile.IsThere(path));
        foreach (var read in new Action<string>[]
        {
            file => RegularFile.OpenRead(file), file => RegularFile.OpenHandle(file), file => RegularFile.ReadAllBytes(file),
            file => RegularFile.ReadAllText(file), file => RegularFile.ReadAllLines(file), file => RegularFile.StatusOf(file),
        })
        {
            Assert.Contains("not a file", Assert.ThrowsExactly<IOException>(() => read(path)).Message);
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void The_null_device_is_an_empty_file()
    {
        File.CreateSymbolicLink(_folder["masked.conf"], "/dev/null");

        Assert.AreEqual("", RegularFile.ReadAllText("/dev/null"));
        Assert.AreEqual("", RegularFile.ReadAllText(_folder["masked.conf"]));
        Assert.IsEmpty(RegularFile.ReadAllLines(_folder["masked.conf"]));
    }

    // Where the system does not say what a file is (all but Linux), an empty one may be a pipe.
    [TestMethod]
    [DataRow(0L, false, "/dev/null")]
    [DataRow(0L, true, "file")]
    [DataRow(1L, false, "file")]
    public void An_empty_file_that_may_be_a_pipe_is_read_as_the_null_device(long size, bool isWindows, string expected) =>
        Assert.AreEqual(expected, RegularFile.Readable(
            "file", new FileStatus(FileKind.File, default, new FileStamp(size, 1, 1, 0), Owner: null), isWindows));

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("first\n")]
    public async Task What_is_added_to_a_file_is_in_it(string? content)
    {
        var path = content is null ? _folder["output"] : _folder.Write("output", content);

        await RegularFile.AppendAsync(path, "digest=1\n"u8.ToArray(), TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.AreEqual(content + "digest=1\n", await File.ReadAllTextAsync(path));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_file_that_has_bytes_and_no_size_is_read() => Assert.Contains("Name:", RegularFile.ReadAllText("/proc/self/status"));

    [TestMethod]
    [DataRow("")]
    [DataRow("one line")]
    [DataRow("one\ntwo\r\nthree\n")]
    [DataRow("\uFEFFwith a mark")]
    public void A_text_reads_as_the_framework_reads_it(string text)
    {
        var path = _folder.Write("text", text);

        Assert.AreEqual(File.ReadAllText(path), RegularFile.ReadAllText(path));
        CollectionAssert.AreEqual(File.ReadAllLines(path), RegularFile.ReadAllLines(path).ToList());
        CollectionAssert.AreEqual(File.ReadAllBytes(path), RegularFile.ReadAllBytes(path));
    }

    [TestMethod]
    public void A_document_has_a_bound()
    {
        var path = _folder.Write("document", new byte[1000]);

        Assert.HasCount(1000, RegularFile.ReadAllBytes(path, 1000));
        Assert.Contains("larger than 999 B", Assert.ThrowsExactly<IOException>(() => RegularFile.ReadAllBytes(path, 999)).Message);
    }

    [TestMethod]
    public void A_file_that_is_missing_is_not_there()
    {
        Assert.IsFalse(RegularFile.IsThere(_folder["missing"]));
        Assert.ThrowsExactly<FileNotFoundException>(() => RegularFile.OpenRead(_folder["missing"]));
    }
}
