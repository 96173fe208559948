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
