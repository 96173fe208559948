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
    public void What_was_flushed_ahead_can_be_written_on_and_committed()
    {
        using (var file = AtomicFile.CreateIn(_folder.FullName, mode: null))
        {
            file.Stream.Write("begun"u8);
            file.FlushAhead();
            file.Stream.Write(" and done"u8);
            Assert.AreEqual(OperatingSystem.IsLinux(), file.TryAim(_folder["below/file"]));
            if (OperatingSystem.IsLinux())
            {
                file.Commit(durable: true);
                Assert.AreEqual("begun and done", File.ReadAllText(_folder["below/file"]));
            }
        }

        Assert.HasCount(OperatingSystem.IsLinux() ? 1 : 0, _folder.Files());
    }

    [TestMethod]
    public void A_file_that_was_given_up_is_not_flushed()
    {
        var file = AtomicFile.CreateIn(_folder.FullName, mode: null);
        file.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(file.FlushAhead);
        Assert.IsEmpty(_folder.Files());
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
    public void What_a_killed_build_left_is_removed_whatever_it_was_for_and_what_one_writes_is_not()
    {
        using var written = AtomicFile.Create(_folder["other"]);
        File.SetLastWriteTimeUtc(written.Stream.Name, DateTime.UtcNow.AddHours(-2));
        _folder.Write(AbandonedFiles.NewName(), "x");
        File.SetLastWriteTimeUtc(
            _folder.Write(".image.tar.0123456789abcdef0123456789abcdef.tmp", "of an earlier version"), DateTime.UtcNow.AddHours(-2));
        _folder.Write("user.tmp", "x");
        File.SetLastWriteTimeUtc(_folder.Write(".user.tmp", "x"), DateTime.UtcNow.AddHours(-2));

        using (var file = AtomicFile.Create(_folder["file"]))
        {
            file.Commit();
        }

        CollectionAssert.AreEquivalent(new[] { Path.GetFileName(written.Stream.Name), ".user.tmp", "file", "user.tmp" }, _folder.Files()
            .ToArray());
        written.Commit();
        Assert.IsTrue(File.Exists(_folder["other"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [Timeout(30_000)]
    public async Task What_is_no_file_in_the_targets_place_holds_nothing_up(string kind)
    {
        await SpecialFile.PutAsync(kind, _folder["file"]);

        if (kind == SpecialFile.Directory)
        {
            Assert.IsTrue(FileFailure.IsOne(Assert.Throws<Exception>(() => AtomicFile.Write(_folder["file"], "new"u8))));
            return;
        }

        AtomicFile.Write(_folder["file"], "new"u8);
        Assert.AreEqual("new", RegularFile.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    public async Task Writers_and_sweepers_do_not_hinder_each_other()
    {
        await Parallel.ForAsync(0, 400, (number, _) =>
        {
            AbandonedFiles.Remove(_folder.FullName, DateTimeOffset.UtcNow);
            AtomicFile.Write(_folder[$"{number % 7}"], BitConverter.GetBytes(number));
            return ValueTask.CompletedTask;
        });

        Assert.HasCount(7, _folder.Files());
    }
}
