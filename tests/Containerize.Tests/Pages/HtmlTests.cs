using Containerize.Pages;

namespace Containerize.Tests.Pages;

[TestClass]
internal sealed class HtmlTests
{
    [TestMethod]
    [DataRow("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [DataRow("a\" onload='x", "a&quot; onload=&#39;x")]
    [DataRow("&lt;", "&amp;lt;")]
    [DataRow("bell\a\u001b[31m\n", "bell\\u{7}\\u{1B}[31m\\u{A}")]
    [DataRow("turned \u202Etxt.exe", "turned \\u{202E}txt.exe")]
    [DataRow("größe 日本 🦊", "größe 日本 🦊")]
    [DataRow(null, "")]
    public void Text_never_becomes_markup(string? text, string expected)
    {
        Html piece = $"<b title=\"{text}\">{text}</b>";

        Assert.AreEqual($"<b title=\"{expected}\">{expected}</b>", piece.ToString());
    }

    [TestMethod]
    public void Half_of_a_character_becomes_a_whole_one()
    {
        Html piece = $"{"a\uD83Db"}";

        Assert.AreEqual("a\uFFFDb", piece.ToString());
    }

    [TestMethod]
    public void Pieces_are_put_together_as_they_are_and_numbers_without_culture()
    {
        Html item = $"<li>{1234.5}</li>";
        Html list = $"<ul>{new[] { item, item }}</ul>{Html.None}{7}";

        Assert.AreEqual("<ul><li>1234.5</li><li>1234.5</li></ul>7", list.ToString());
    }

    [TestMethod]
    public void Lines_stay_lines()
    {
        Html piece = $"<pre>{Html.Lines("<a>\n  b")}</pre>";

        Assert.AreEqual("<pre>&lt;a&gt;\n  b</pre>", piece.ToString());
    }
}
