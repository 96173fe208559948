using System.Text;
using System.Xml.Linq;
using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Testing;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class ProjectItemsTests
{
    private static readonly LayerRule s_packages = new("team") { Packages = [FilePattern.Parse("Team.*"), FilePattern.Parse("Other")] };
    private static readonly LayerRule s_files = new("data") { Files = [FilePattern.Parse("a&b/**")], Before = "dependencies" };

    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("\n", false)]
    [DataRow("\r\n", true)]
    public void Layers_are_added_at_the_end_and_all_else_stays_to_the_byte(string newLine, bool hasMark)
    {
        var text =
            "<Project Sdk=\"X\">\n\n\t<!-- <ItemGroup Label=\"ContainerizeLayout\"> -->\n\t<PropertyGroup  A = 'b' />\n\n</Project>\n"
            .Replace("\n", newLine, StringComparison.Ordinal);
        var path = Write(text, hasMark);
        Apply(path, s_packages, s_files);
        var added = """
            	<ItemGroup Label="ContainerizeLayout">
            		<!-- Learned from images by ContainerizeLayout, which replaces this group. -->
            		<!-- why team -->
            		<ContainerizeLayer Include="team" Packages="Team.*;Other" />
            		<!-- why data -->
            		<ContainerizeLayer Include="data" Files="a&amp;b/**" Before="dependencies" />
            	</ItemGroup>

            """.ReplaceLineEndings(newLine);
        Assert.AreEqual(text.Replace("</Project>", added + "</Project>", StringComparison.Ordinal), ReadBack(path, hasMark));

        var items = ProjectItems.Read(path);
        Assert.IsTrue(items.Has(s_packages));
        Assert.IsTrue(items.Has(s_files));
        Assert.IsFalse(items.Has(s_packages with { Packages = [FilePattern.Parse("Team.*")] }));
        Assert.IsNull(items.With([s_packages, s_files], Why));
    }

    [TestMethod]
    public void The_next_layers_replace_the_group_and_none_remove_it()
    {
        const string Text = "<Project>\n  <PropertyGroup />\n</Project>";
        var path = Write(Text, hasMark: false);
        Apply(path, s_packages);
        var once = File.ReadAllText(path);
        // What is written behind the group stays behind it.
        File.WriteAllText(path, once.Replace("</Project>", "  <Target Name=\"T\" />\n</Project>", StringComparison.Ordinal));
        Apply(path, s_files);
        var twice = File.ReadAllText(path);
        StringAssert.DoesNotMatch(twice, new("Team"));
        StringAssert.Matches(twice, new("""(?s)Files="a&amp;b/\*\*".*</ItemGroup>\n  <Target"""));
        Apply(path);
        Assert.AreEqual(
            Text.Replace("</Project>", "  <Target Name=\"T\" />\n</Project>", StringComparison.Ordinal), File.ReadAllText(path));
        Assert.IsNull(ProjectItems.Read(path).With([], Why));
    }

    [TestMethod]
    public void A_project_in_one_line_stays_XML()
    {
        var path = Write("<Project><PropertyGroup/></Project>", hasMark: false);
        Apply(path, s_packages);
        Assert.IsTrue(ProjectItems.Read(path).Has(s_packages));
        StringAssert.EndsWith(File.ReadAllText(path), "</ItemGroup>\n</Project>");
    }

    [TestMethod]
    [DataRow("a--b--->")]
    [DataRow("---")]
    [DataRow("a---b")]
    [DataRow("---------- -- -")]
    [DataRow("ends with -")]
    [DataRow("<!-- -->")]
    [DataRow("plain")]
    public void A_comment_ends_where_it_should(string why)
    {
        var path = Write("<Project>\n</Project>", hasMark: false);
        var items = ProjectItems.Read(path);
        items.Write(items.With([s_packages], _ => why)!);
        Assert.IsTrue(ProjectItems.Read(path).Has(s_packages));
        Assert.AreEqual(2, XDocument.Load(path).DescendantNodes().OfType<XComment>().Count());
    }

    [TestMethod]
    [DataRow("a\0b")]
    [DataRow("a\u0007b")]
    [DataRow("\uFFFF")]
    public void A_text_that_XML_cannot_hold_is_not_written(string why)
    {
        var path = Write("<Project>\n</Project>", hasMark: false);
        var items = ProjectItems.Read(path);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => items.With([s_packages], _ => why));

        Assert.AreEqual(DiagnosticCode.ProjectNotWritten, failure.Code);
        Assert.AreEqual("<Project>\n</Project>", File.ReadAllText(path));
    }

    [TestMethod]
    [DataRow("<Project />", "no </Project>")]
    [DataRow("<Project>", "no XML")]
    [DataRow("<!DOCTYPE x [<!ENTITY e \"x\">]><Project>&e;</Project>", "no XML")]
    [DataRow("", "no XML")]
    public void What_cannot_be_changed_safely_is_refused(string text, string why)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ProjectItems.Read(Write(text, hasMark: false)));
        Assert.AreEqual(DiagnosticCode.ProjectNotWritten, failure.Code);
        StringAssert.Contains(failure.Message, why);
    }

    [TestMethod]
    public void Other_encodings_and_missing_files_are_refused()
    {
        var path = _folder.Write("app.csproj", Encoding.Latin1.GetBytes("<Project><!-- ü --></Project>"));
        Assert.AreEqual(
            DiagnosticCode.ProjectNotWritten, Assert.ThrowsExactly<ContainerizeException>(() => ProjectItems.Read(path)).Code);
        Assert.AreEqual(
            DiagnosticCode.ProjectNotWritten,
            Assert.ThrowsExactly<ContainerizeException>(() => ProjectItems.Read(_folder["none.csproj"])).Code);
    }

    private static string Why(LayerRule rule) => $"why {rule.Name}";

    private static void Apply(string path, params LayerRule[] rules)
    {
        var items = ProjectItems.Read(path);
        items.Write(items.With(rules, Why)!);
    }

    private string Write(string text, bool hasMark) =>
        _folder.Write("app.csproj", [.. hasMark ? Encoding.UTF8.Preamble : [], .. Encoding.UTF8.GetBytes(text)]);

    private static string ReadBack(string path, bool hasMark)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        Assert.AreEqual(hasMark, bytes.StartsWith(Encoding.UTF8.Preamble));
        return Encoding.UTF8.GetString(hasMark ? bytes[3..] : bytes);
    }
}
