using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class IntactFilesTests : IDisposable
{
    private static readonly Digest s_content = Digest.Of("content"u8);

    private readonly TemporaryDirectory _folder = new();

    private string Memory => _folder["obj/delivered.txt"];

    public void Dispose() => _folder.Dispose();

    /// <summary>A build that wrote a file, and the next one.</summary>
    private IntactFiles Remember(string file)
    {
        var first = IntactFiles.Load(Memory);
        first.NoteWritten(file, s_content);
        first.Save();
        return IntactFiles.Load(Memory);
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("odd\tname \\n \n größe.tar")]
    public void The_next_build_knows_what_was_written(string name)
    {
        if (OperatingSystem.IsWindows() && name.Contains('\t', StringComparison.Ordinal))
        {
            return;
        }

        var file = _folder.Write(name, "bytes");

        var memory = Remember(file);

        Assert.IsTrue(memory.Knows(file, s_content));
        Assert.IsFalse(memory.Knows(file, Digest.Of("other"u8)), "Another content is not known.");
        Assert.IsFalse(memory.Knows(_folder["missing"], s_content));
    }

    [TestMethod]
    [DataRow("other")]
    [DataRow("longer than it was")]
    [DataRow("")]
    public void A_file_that_changed_is_not_known_even_if_its_time_was_put_back(string content)
    {
        var file = _folder.Write("image.tar", "bytes");
        var time = File.GetLastWriteTimeUtc(file);
        var memory = Remember(file);

        File.WriteAllText(file, content);
        File.SetLastWriteTimeUtc(file, time);

        Assert.IsFalse(memory.Knows(file, s_content));
    }

    [TestMethod]
    public void A_file_that_was_replaced_by_one_of_the_same_size_is_not_known()
    {
        var file = _folder.Write("image.tar", "bytes");
        var memory = Remember(file);

        File.Move(_folder.Write("other.tar", "BYTES"), file, overwrite: true);

        Assert.IsFalse(memory.Knows(file, s_content));
    }

    [TestMethod]
    [DataRow(0, false)]
    [DataRow(1, false)]
    [DataRow(3, true)]
    public void What_was_only_read_is_remembered_when_it_is_old_enough_to_be_on_the_disk(int minutes, bool isRemembered)
    {
        var file = _folder.Write("image.tar", "bytes");
        var memory = IntactFiles.Load(Memory, new LaterClock(TimeSpan.FromMinutes(minutes)));

        memory.NoteRead(file, s_content, IntactFiles.TryStamp(file));

        Assert.AreEqual(isRemembered, memory.Knows(file, s_content));
    }

    [TestMethod]
    public void What_changed_while_it_was_read_is_not_remembered()
    {
        var file = _folder.Write("image.tar", "bytes");
        var memory = IntactFiles.Load(Memory, new LaterClock(TimeSpan.FromMinutes(5)));
        var before = IntactFiles.TryStamp(file);

        File.AppendAllText(file, "more");
        memory.NoteRead(file, s_content, before);

        Assert.IsFalse(memory.Knows(file, s_content));
    }

    [TestMethod]
    public void A_damaged_memory_is_as_good_as_none()
    {
        var file = _folder.Write("image.tar", "bytes");
        Remember(file);
        File.WriteAllText(Memory, File.ReadAllText(Memory).Replace("sha256", "sha265", StringComparison.Ordinal));

        Assert.IsFalse(IntactFiles.Load(Memory).Knows(file, s_content));
    }

    [TestMethod]
    public void Files_that_are_gone_are_forgotten()
    {
        var (gone, kept) = (_folder.Write("gone.tar", "1"), _folder.Write("kept.tar", "2"));
        var memory = IntactFiles.Load(Memory);
        memory.NoteWritten(gone, s_content);
        memory.NoteWritten(kept, s_content);
        File.Delete(gone);

        memory.Save();

        Assert.DoesNotContain("gone.tar", File.ReadAllText(Memory));
        Assert.IsTrue(IntactFiles.Load(Memory).Knows(kept, s_content));
    }

    private sealed class LaterClock(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + later;
    }
}
