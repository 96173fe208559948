using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class AtomicFileTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void A_committed_file_replaces_the_old_one()
    {
        _folder.Write("file", "old");
        using (var file = AtomicFile.Create(_folder["file"]))
        {
            file.Stream.Write("new"u8);
            Assert.AreEqual("old", File.ReadAllText(_folder["file"]));
            file.Commit();
        }

        Assert.AreEqual("new", File.ReadAllText(_folder["file"]));
        Assert.HasCount(1, _folder.Files());
    }

    [TestMethod]
    public void One_that_is_not_committed_leaves_the_old_one()
    {
        _folder.Write("file", "old");
        using (var file = AtomicFile.Create(_folder["file"]))
        {
            file.Stream.Write("new"u8);
        }

        Assert.AreEqual("old", File.ReadAllText(_folder["file"]));
        Assert.HasCount(1, _folder.Files());
    }

    [TestMethod]
    public void What_a_killed_build_left_is_removed_and_what_one_writes_is_not()
    {
        File.SetLastWriteTimeUtc(_folder.Write(".file.abandoned.tmp", "x"), DateTime.UtcNow.AddHours(-2));
        _folder.Write(".file.written.tmp", "x");
        File.SetLastWriteTimeUtc(_folder.Write(".other.abandoned.tmp", "x"), DateTime.UtcNow.AddHours(-2));
        using var file = AtomicFile.Create(_folder["file"]);
        file.Commit();
        CollectionAssert.AreEqual(new[] { ".file.written.tmp", ".other.abandoned.tmp", "file" }, _folder.Files().ToArray());
    }
}
