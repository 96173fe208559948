using Containerize.Destinations;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class ArchivePathTests
{
    private static readonly ImageName s_name = new("example.com", "team/my-app", ["1"]);

    [TestMethod]
    public void A_file_is_itself() => Assert.AreEqual("/out/image.tgz", ArchivePath.Resolve("/out/image.tgz", s_name));

    [TestMethod]
    public void A_directory_gets_a_file_named_after_the_image()
    {
        using var folder = new TemporaryDirectory();
        Assert.AreEqual(folder["my-app.tar"], ArchivePath.Resolve(folder.FullName, s_name));
        Assert.AreEqual(Path.Combine(folder["missing"] + Path.DirectorySeparatorChar, "my-app.tar"), ArchivePath.Resolve(folder["missing"] + Path.DirectorySeparatorChar, s_name));
        Assert.AreEqual(folder["app.tar"], ArchivePath.Resolve(folder.FullName, s_name with { Repository = "app" }));
    }
}
