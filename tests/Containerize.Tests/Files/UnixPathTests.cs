using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class UnixPathTests
{
    [TestMethod]
    [DataRow("a/b", "a/b")]
    [DataRow("/a//b/", "a/b")]
    [DataRow("./a/./b", "a/b")]
    [DataRow("a/../b", "b")]
    [DataRow("../../a", "a")]
    [DataRow("a/..", "")]
    [DataRow("", "")]
    [DataRow("...", "...")]
    [DataRow("a\\b", "a\\b")]
    public void A_path_has_one_spelling(string path, string expected) => Assert.AreEqual(expected, UnixPath.Normalize(path));

    [TestMethod]
    [DataRow("bin/x", false, "usr/bin/x")]
    [DataRow("bin", false, "bin")]
    [DataRow("bin/", true, "usr/bin")]
    [DataRow("two/x", false, "usr/bin/x")]
    [DataRow("bin/../x", false, "usr/x")]
    [DataRow("root/x", false, "x")]
    [DataRow("loop/x", false, null)]
    [DataRow("loop", false, "loop")]
    [DataRow("longer/x", false, null)]
    public void Links_are_followed_up_to_a_limit(string path, bool followLast, string? expected)
    {
        var links = new Dictionary<string, string>
        {
            ["bin"] = "usr/bin",
            ["two"] = "/bin/.",
            ["root"] = "../../",
            ["loop"] = "loop",
            ["longer"] = "longer/a",
        };

        Assert.AreEqual(expected, UnixPath.Resolve(path, followLast, at => links.GetValueOrDefault(at)));
    }
}
