using Containerize.Inputs.Secrets;
using Containerize.Testing;

namespace Containerize.Tests.Inputs.Secrets;

[TestClass]
internal sealed class SecretMemoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // Long after the files were written.
    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddHours(1);
    }

    private SecretMemory Load() => SecretMemory.Load(_directory["obj/secrets.txt"], new Later());

    private string WithSecret(string name) => _directory.Write(name, "\n" + new SecretSamples(1).Urls.First());

    [TestMethod]
    public void An_unchanged_file_is_not_read_again()
    {
        var (secret, plain) = (WithSecret("a\tb.txt"), _directory.Write("plain.txt", "text"));
        var first = Load();
        var found = first.Find(secret).Single();
        Assert.IsEmpty(first.Find(plain));
        Assert.AreEqual(2, first.FilesRead);
        first.Save();

        var second = Load();

        Assert.AreEqual(found, second.Find(secret).Single());
        Assert.AreEqual(new SecretFinding(SecretKind.UrlPassword, 2), found);
        Assert.IsEmpty(second.Find(plain));
        Assert.AreEqual(0, second.FilesRead);
    }

    [TestMethod]
    public void A_changed_file_is_read_again()
    {
        var file = WithSecret("a.txt");
        var first = Load();
        first.Find(file);
        first.Save();
        _directory.Write("a.txt", "harmless");

        var second = Load();

        Assert.IsEmpty(second.Find(file));
        Assert.AreEqual(1, second.FilesRead);
    }

    [TestMethod]
    public void A_file_that_may_change_under_its_stamp_is_known_by_its_content()
    {
        var file = WithSecret("a.txt");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(1));
        var first = Load();
        first.Find(file);
        first.Save();

        var same = Load();
        Assert.HasCount(1, same.Find(file));
        Assert.AreEqual(0, same.FilesRead);
        same.Save();
        File.WriteAllText(file, new string('x', (int)new FileInfo(file).Length));

        var other = Load();
        Assert.IsEmpty(other.Find(file));
        Assert.AreEqual(1, other.FilesRead);
    }

    [TestMethod]
    public void A_file_that_is_written_again_with_its_content_is_not_searched()
    {
        var file = WithSecret("a.txt");
        var first = Load();
        first.Find(file);
        first.Save();
        File.WriteAllBytes(file, File.ReadAllBytes(file));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));

        var second = Load();

        Assert.HasCount(1, second.Find(file));
        Assert.AreEqual(0, second.FilesRead);
    }

    [TestMethod]
    public void The_memory_holds_no_value()
    {
        var value = new SecretSamples(1).Urls.First();
        var memory = Load();
        memory.Find(_directory.Write("a.txt", value));
        memory.Save();

        Assert.DoesNotContain(value[8..20], File.ReadAllText(_directory["obj/secrets.txt"]));
    }

    [TestMethod]
    public void A_damaged_memory_counts_as_none()
    {
        var file = WithSecret("a.txt");
        var first = Load();
        first.Find(file);
        first.Save();
        File.AppendAllText(_directory["obj/secrets.txt"], "x");

        var second = Load();

        Assert.HasCount(1, second.Find(file));
        Assert.AreEqual(1, second.FilesRead);
    }

    [TestMethod]
    public void A_file_is_read_to_its_end_up_to_the_size_bound()
    {
        var secret = "\n" + new SecretSamples(1).Urls.First();
        var fill = new string('x', SecretScanner.LargestFile - secret.Length);
        var memory = Load();

        Assert.AreEqual(2, memory.Find(_directory.Write("a.txt", fill + secret)).Single().Line);
        Assert.IsEmpty(memory.Find(_directory.Write("b.txt", fill + "x" + secret)));
        Assert.IsEmpty(memory.Find(_directory.Write("c.txt", "")));
    }
}
