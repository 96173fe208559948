using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class FileStampTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public void A_file_that_is_not_touched_keeps_its_stamp()
    {
        var file = _directory.Write("a", "content");

        Assert.AreEqual(FileStamp.Of(file), FileStamp.Of(file));
        Assert.AreEqual(7, FileStamp.Of(file).Size);
        Assert.AreEqual(new DateTimeOffset(File.GetLastWriteTimeUtc(file))
            .ToUnixTimeMilliseconds(), FileStamp.Of(file).Modified / 1_000_000);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Content_of_the_same_size_whose_time_was_set_back_has_another_stamp()
    {
        var file = _directory.Write("a", "before");
        var time = File.GetLastWriteTimeUtc(file);
        var before = FileStamp.Of(file);
        Thread.Sleep(20);

        File.WriteAllText(file, "after!");
        File.SetLastWriteTimeUtc(file, time);

        // The framework's times are a little coarser than the file system's.
        Assert.AreEqual(before.Modified / 1000, FileStamp.Of(file).Modified / 1000);
        Assert.AreNotEqual(before, FileStamp.Of(file));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Another_file_under_the_same_name_has_another_stamp()
    {
        var file = _directory.Write("a", "one");
        var other = _directory.Write("b", "two");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(file));
        var before = FileStamp.Of(file);

        File.Move(other, file, overwrite: true);

        Assert.AreNotEqual(before.Inode, FileStamp.Of(file).Inode);
    }

    [TestMethod]
    public void A_link_has_the_stamp_of_what_it_leads_to()
    {
        var file = _directory.Write("target", "content");
        File.CreateSymbolicLink(_directory["link"], "target");

        Assert.AreEqual(FileStamp.Of(file), FileStamp.Of(_directory["link"]));
    }

    [TestMethod]
    public void A_file_that_is_missing_has_none() => Assert.Throws<IOException>(() => FileStamp.Of(_directory["none"]));

    [TestMethod]
    public void A_stamp_is_settled_when_the_clock_has_moved_on_since_the_last_change()
    {
        var changed = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 1, TimeSpan.Zero);
        var stamp = new FileStamp(1, changed.ToUnixTimeMilliseconds() * 1_000_000, changed.ToUnixTimeMilliseconds() * 1_000_000, Inode: 1);

        Assert.IsFalse(stamp.IsSettled(changed));
        Assert.IsFalse(stamp.IsSettled(changed.AddMilliseconds(10)));
        Assert.IsTrue(stamp.IsSettled(changed.AddSeconds(1)));
        Assert.IsFalse(stamp.IsSettled(changed.AddSeconds(-10)), "The clock of the file system may be ahead of this machine's.");
    }

    [TestMethod]
    public void Whole_seconds_may_come_from_a_coarse_clock()
    {
        var changed = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var stamp = new FileStamp(1, changed.ToUnixTimeSeconds() * 1_000_000_000, changed.ToUnixTimeSeconds() * 1_000_000_000, Inode: 1);

        Assert.IsFalse(stamp.IsSettled(changed.AddSeconds(1)));
        Assert.IsTrue(stamp.IsSettled(changed.AddSeconds(3)));
    }
}
