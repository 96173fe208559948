using Containerize.Inputs;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class FilePatternTests
{
    [TestMethod]
    [DataRow("*.onnx", "a.onnx")]
    [DataRow("**/*.onnx", "a.onnx")]
    [DataRow("**/*.onnx", "models/large/a.onnx")]
    [DataRow("**/*.ONNX", "models/a.onnx")]
    [DataRow("wwwroot/**", "wwwroot/css/site.css")]
    [DataRow("wwwroot/", "wwwroot/css/site.css")]
    [DataRow("./wwwroot\\*.css", "wwwroot/site.css")]
    [DataRow("**/lib/**/*.js", "wwwroot/lib/jquery/dist/jquery.js")]
    [DataRow("**/lib/**/*.js", "lib/a.js")]
    [DataRow("a?.dll", "ab.dll")]
    [DataRow("**", "any/file")]
    [DataRow(".env.*", ".env.production")]
    public void Names(string pattern, string path) => Assert.IsTrue(FilePattern.Parse(pattern).Matches(path));

    [TestMethod]
    [DataRow("*.onnx", "models/a.onnx")]
    [DataRow("wwwroot/**", "wwwroot")]
    [DataRow("wwwroot/**", "other/wwwroot/a")]
    [DataRow("wwwroot/*", "wwwroot/css/site.css")]
    [DataRow("wwwroot", "wwwroot/site.css")]
    [DataRow("a?.dll", "a.dll")]
    [DataRow(".env.*", ".env")]
    [DataRow("", "a")]
    [DataRow("*.p12", "a.p12.txt")]
    public void Does_not_name(string pattern, string path) => Assert.IsFalse(FilePattern.Parse(pattern).Matches(path));

    [TestMethod]
    public void Many_stars_in_a_deep_path_are_decided_at_once()
    {
        var pattern = FilePattern.Parse(string.Join('/', Enumerable.Repeat("**/a", 12)) + "/b");

        Assert.IsFalse(pattern.Matches(string.Join('/', Enumerable.Repeat("a", 30))));
    }
}
