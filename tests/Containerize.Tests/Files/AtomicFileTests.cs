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
    [DataRow("file")]
    [DataRow("other/file")]
    [DataRow("missing", DisplayName = "a link that leads to nothing yet")]
    public void A_link_stays_and_what_it_leads_to_is_replaced(string target)
    {
        _folder.Write("file", "old");
        _folder.Write("other/file", "old");
        File.CreateSymbolicLink(_folder["first"], "second");
        File.CreateSymbolicLink(_folder["second"], target);

        AtomicFile.Write(_folder["first"], "new"u8);

        Assert.AreEqual("second", new FileInfo(_folder["first"]).LinkTarget);
        Assert.AreEqual("new", File.ReadAllText(_folder[target]));
    }

    [TestMethod]
    public void Under_a_name_of_ours_a_link_is_replaced()
    {
        _folder.Write("file", "the user's");
        File.CreateSymbolicLink(_folder["record"], "file");

        AtomicFile.Write(_folder["record"], "new"u8, isOurs: true);

        Assert.IsNull(new FileInfo(_folder["record"]).LinkTarget);
        Assert.AreEqual("the user's", File.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task Under_a_name_of_the_user_nothing_but_files_is_replaced(string kind)
    {
        await SpecialFile.PutAsync(kind, _folder["output"]);

        Assert.IsTrue(FileFailure.IsOne(Assert.Throws<Exception>(() => AtomicFile.Write(_folder["output"], "new"u8))));

        Assert.IsFalse(File.Exists(_folder["output"]) && FileStatus.Of(_folder["output"], followLinks: false).Kind == FileKind.File);
        Assert.IsEmpty(Directory.GetFiles(_folder.FullName, "*.tmp"));
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
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task Under_a_name_of_ours_what_is_no_file_is_replaced(string kind)
    {
        await SpecialFile.PutAsync(kind, _folder["file"]);

        if (kind == SpecialFile.Directory)
        {
            Assert.IsTrue(FileFailure.IsOne(Assert.Throws<Exception>(() => AtomicFile.Write(_folder["file"], "new"u8, isOurs: true))));
            return;
        }

        AtomicFile.Write(_folder["file"], "new"u8, isOurs: true);
        Assert.AreEqual("new", RegularFile.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow(true)]
    [DataRow(false)]
    public void On_another_file_system_too_a_target_is_replaced_and_never_written_over(bool isThere)
    {
        using var disk = new TemporaryDirectory("/dev/shm");
        if (FileStatus.Of(disk.FullName, followLinks: true).Mount == FileStatus.Of(_folder.FullName, followLinks: true).Mount)
        {
            Assert.Inconclusive("There is no other disk.");
        }

        var old = isThere ? File.OpenRead(disk.Write("file", "old and longer")) : null;
        using (old)
        using (var file = AtomicFile.CreateIn(_folder.FullName, FileModes.Data))
        {
            file.Stream.Write("new"u8);
            file.CommitAs(disk["file"]);

            Assert.AreEqual("new", File.ReadAllText(disk["file"]));
            Assert.AreEqual(FileModes.Data, FileStatus.Of(disk["file"], followLinks: false).Mode);
            if (old is not null)
            {
                Assert.AreEqual("old and longer", new StreamReader(old).ReadToEnd());
            }
        }

        CollectionAssert.AreEqual(new[] { "file" }, disk.Files().ToArray());
        Assert.IsEmpty(_folder.Files());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void What_keeps_a_file_from_its_place_is_said_as_ever()
    {
        Directory.CreateDirectory(_folder["directory"]);
        using var file = AtomicFile.CreateIn(_folder.FullName, mode: null);

        Assert.ThrowsExactly<DirectoryNotFoundException>(() => file.CommitAs(_folder["missing/file"]));
        Assert.IsTrue(FileFailure.IsOne(Assert.Throws<Exception>(() => file.CommitAs(_folder["directory"]))));
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
