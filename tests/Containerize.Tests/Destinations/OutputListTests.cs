using Containerize.Destinations;
using Containerize.Testing;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class OutputListTests
{
    [TestMethod]
    public void Keeps_where_earlier_images_were_written()
    {
        using var directory = new TemporaryDirectory();

        OutputList.Add(directory.FullName, ["/bin/a.tar"]);
        OutputList.Add(directory.FullName, ["/bin/layout", "/bin/a.tar"]);

        Assert.AreEqual("/bin/a.tar\n/bin/layout\n", File.ReadAllText(directory[OutputList.FileName]));
    }

    [TestMethod]
    public void Is_left_as_it_is_when_it_lacks_nothing()
    {
        using var directory = new TemporaryDirectory();
        OutputList.Add(directory.FullName, ["/bin/a.tar"]);
        var before = File.GetLastWriteTimeUtc(directory[OutputList.FileName]);

        OutputList.Add(directory.FullName, ["/bin/a.tar"]);

        Assert.AreEqual(before, File.GetLastWriteTimeUtc(directory[OutputList.FileName]));
    }

    [TestMethod]
    public void Something_else_in_its_place_fails_no_build()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory[OutputList.FileName]);

        OutputList.Add(directory.FullName, ["/bin/a.tar"]);

        Assert.IsTrue(Directory.Exists(directory[OutputList.FileName]));
    }
}
