using System.Globalization;
using Containerize.Bases;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class BaseImageLockTests
{
    private static readonly Digest s_one = Digest.Of("one"u8);
    private static readonly Digest s_two = Digest.Of("two"u8);
    private readonly TemporaryDirectory _folder = new();

    private string File => _folder["containerize.lock.json"];

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void A_file_that_does_not_exist_is_empty() => Assert.IsEmpty(BaseImageLock.Read(File).Entries);

    [TestMethod]
    public async Task Entries_are_sorted_and_what_others_wrote_stays()
    {
        _folder.Write("containerize.lock.json", $$$"""{"version":1,"other":{"b":1,"a":2},"baseImages":{"r.example/z:1":"{{{s_one}}}"}}""");

        await UpdateAsync(("r.example/a:1", s_two), ("r.example/A:1", s_one));

        Assert.AreEqual(
            $$"""
            {
              "version": 1,
              "other": {
                "b": 1,
                "a": 2
              },
              "baseImages": {
                "r.example/A:1": "{{s_one}}",
                "r.example/a:1": "{{s_two}}",
                "r.example/z:1": "{{s_one}}"
              }
            }

            """,
            await System.IO.File.ReadAllTextAsync(File));
    }

    [TestMethod]
    public async Task An_entry_changes_and_goes_and_an_unchanged_file_is_left_alone()
    {
        await UpdateAsync(("r.example/a:1", s_one), ("r.example/b:1", s_one));
        await UpdateAsync(("r.example/a:1", s_two), ("r.example/b:1", null));
        Assert.AreEqual(s_two, BaseImageLock.Read(File).Entries.Single().Value);

        System.IO.File.SetLastWriteTimeUtc(File, DateTime.UnixEpoch);
        await UpdateAsync(("r.example/a:1", s_two));
        Assert.AreEqual(DateTime.UnixEpoch, System.IO.File.GetLastWriteTimeUtc(File));
        Assert.HasCount(1, Directory.GetFiles(_folder.FullName));
    }

    [TestMethod]
    public async Task Builds_at_the_same_time_lose_no_entry()
    {
        await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(number => UpdateAsync((string.Create(CultureInfo.InvariantCulture, $"r.example/app{number}:1"), s_one))));
        Assert.HasCount(12, BaseImageLock.Read(File).Entries);
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("{}")]
    [DataRow("""{"version":2}""")]
    [DataRow("""{"version":"1"}""")]
    [DataRow("""{"version":1,"baseImages":[]}""")]
    [DataRow("""{"version":1,"baseImages":{"r.example/a:1":"sha256:short"}}""")]
    [DataRow("""{"version":1,"baseImages":{"r.example/a:1":null}}""")]
    [DataRow("""{"version":1,"baseImages":{},"baseImages":{}}""")]
    [DataRow("<<<<<<< HEAD\n{\"version\":1}")]
    public async Task A_damaged_file_is_named_and_left_alone(string content)
    {
        _folder.Write("containerize.lock.json", content);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => BaseImageLock.Read(File));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => UpdateAsync(("r.example/a:1", s_one)));

        Assert.AreEqual(DiagnosticCode.InvalidLockFile, failure.Code);
        StringAssert.Contains(failure.Message, File);
        Assert.AreEqual(content, await System.IO.File.ReadAllTextAsync(File));
    }

    private Task UpdateAsync(params (string Name, Digest? Digest)[] changes) =>
        BaseImageLock.UpdateAsync(File, changes.ToDictionary(change => change.Name, change => change.Digest), CancellationToken.None);
}
