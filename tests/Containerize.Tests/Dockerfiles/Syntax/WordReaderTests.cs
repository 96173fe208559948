using Containerize.Dockerfiles.Syntax;

namespace Containerize.Tests.Dockerfiles.Syntax;

[TestClass]
internal sealed class WordReaderTests
{
    private static readonly Variables s_variables = Create();

    [TestMethod]
    [DataRow("$A", "1")]
    [DataRow("${A}x", "1x")]
    [DataRow("$A$E$A", "11")]
    [DataRow("\\$A", "$A")]
    [DataRow("'$A'", "$A")]
    [DataRow("\"$A b\"", "1 b")]
    [DataRow("$", "$")]
    [DataRow("a$/b", "a$/b")]
    [DataRow("${B:-$A}", "1")]
    [DataRow("${B:-${A}${A}}", "11")]
    [DataRow("${B:-${B:-${B-x y}}}", "x y")]
    [DataRow("${B:-\"x } y\"}z", "x } yz")]
    [DataRow("${B:-x\\}y}z", "x}yz")]
    [DataRow("\"${B:-\"x y\"}\"", "x y")]
    [DataRow("${B:-}", "")]
    [DataRow("${E:-x}", "x")]
    [DataRow("${E-x}", "")]
    [DataRow("${A:-x}${A-x}", "11")]
    [DataRow("${A:+y}${A+z}", "yz")]
    [DataRow("${E:+y}${E+z}", "z")]
    [DataRow("${B:+y}${B+y}", "")]
    [DataRow("${A:+$P}", "/usr/lib/x.tar.gz")]
    [DataRow("${A:?must be set}${A?}", "11")]
    [DataRow("${E?}", "")]
    public void Variables_are_filled_in_as_docker_does(string text, string expected) =>
        Assert.AreEqual(expected, Words.Unquote(text, '\\', s_variables).Value);

    [TestMethod]
    [DataRow("${P#/usr/}", "lib/x.tar.gz")]
    [DataRow("${P#*/}", "usr/lib/x.tar.gz")]
    [DataRow("${P##*/}", "x.tar.gz")]
    [DataRow("${P##/*.}", "gz")]
    [DataRow("${P#/*l?b}", "/x.tar.gz")]
    [DataRow("${P#usr}", "/usr/lib/x.tar.gz")]
    [DataRow("${P#}", "/usr/lib/x.tar.gz")]
    [DataRow("${P##*}", "")]
    [DataRow("${P#*}", "/usr/lib/x.tar.gz")]
    [DataRow("${P%.*}", "/usr/lib/x.tar")]
    [DataRow("${P%%.*}", "/usr/lib/x")]
    [DataRow("${P%/*}", "/usr/lib")]
    [DataRow("${P%%/*}", "")]
    [DataRow("${P%.g?}", "/usr/lib/x.tar")]
    [DataRow("${P%gz.}", "/usr/lib/x.tar.gz")]
    [DataRow("${P/r/R}", "/usR/lib/x.tar.gz")]
    [DataRow("${P//r/R}", "/usR/lib/x.taR.gz")]
    [DataRow("${P//[/]/-}", "/usr/lib/x.tar.gz")]
    [DataRow("${P//\\//-}", "-usr-lib-x.tar.gz")]
    [DataRow("${P/l*./}", "/usr/gz")]
    [DataRow("${P//?/x}", "xxxxxxxxxxxxxxxxx")]
    [DataRow("${P/none/x}", "/usr/lib/x.tar.gz")]
    [DataRow("${P//.tar*/}", "/usr/lib/x")]
    [DataRow("${S#\\*}", "?*")]
    [DataRow("${S//\\?/q}", "*q*")]
    [DataRow("${S%\\*}", "*?")]
    [DataRow("${P%${X:-.gz}}", "/usr/lib/x.tar")]
    [DataRow("${P/x/$A}", "/usr/lib/1.tar.gz")]
    [DataRow("${E#x}", "")]
    [DataRow("${E//x/y}", "")]
    public void Patterns_change_values_as_docker_does(string text, string expected) =>
        Assert.AreEqual(expected, Words.Unquote(text, '\\', s_variables).Value);

    [TestMethod]
    [DataRow("a/${X}", "X")]
    [DataRow("$X$Y$X", "X,Y")]
    [DataRow("\"$X\"", "X")]
    [DataRow("${B:-$X}", "X")]
    [DataRow("${B:-a${Y}b}", "Y")]
    [DataRow("${A:+$X}", "X")]
    [DataRow("${X:?why}", "X")]
    [DataRow("${E:?why}", "E")]
    [DataRow("${X#a}", "X")]
    [DataRow("${P#$X}", "X")]
    [DataRow("${P/a/$X}", "X")]
    [DataRow("$D", "X")]
    [DataRow("${D:-a}${D:+b}${D%c}", "X")]
    [DataRow("$1", "1")]
    [DataRow("$?$$", "?,$")]
    [DataRow("${A,,}", "${A,,}")]
    [DataRow("${A:=x}", "${A:=x}")]
    [DataRow("${A/x}", "${A/x}")]
    [DataRow("${#A}", "${#A}")]
    [DataRow("${A", "${A")]
    [DataRow("${}", "${}")]
    public void What_the_Dockerfile_does_not_say_is_not_known(string text, string unknown)
    {
        var expanded = Words.Unquote(text, '\\', s_variables);

        Assert.IsNull(expanded.Value);
        Assert.AreEqual(unknown, string.Join(',', expanded.Unknown));
    }

    [TestMethod]
    [DataRow("a  'b c' \"d\"e", "a|b c|de")]
    [DataRow("a ${B:-x y} b", "a|x y|b")]
    [DataRow("'' \"\"", "|")]
    [DataRow("a\\ b c", "a b|c")]
    [DataRow("$A $E b", "1||b")]
    [DataRow("'a", "a")]
    [DataRow("\"a", "a")]
    public void Words_are_divided_at_blanks_outside_of_quotes_and_braces(string text, string expected) =>
        Assert.AreEqual(expected, string.Join('|', Words.Split(text, '\\', s_variables).Select(word => word.Value)));

    [TestMethod]
    public void What_grows_without_end_or_is_deep_is_not_known()
    {
        var variables = new Variables();
        variables.SetArgument("A", ExpandedText.Of("ab"));
        for (var round = 0; round < 60; round++)
        {
            variables.SetArgument("A", Words.Unquote("$A$A${A//a/$A}", '\\', variables));
        }

        Assert.IsNull(variables.Find("A")!.Value);
        Assert.IsNull(Words.Unquote(string.Concat(Enumerable.Repeat("${B:-", 100_000)), '\\', variables).Value);
    }

    private static Variables Create()
    {
        var variables = new Variables();
        variables.SetArgument("A", ExpandedText.Of("1"));
        variables.SetArgument("B", null);
        variables.SetArgument("P", ExpandedText.Of("/usr/lib/x.tar.gz"));
        variables.SetArgument("S", ExpandedText.Of("*?*"));
        variables.SetEnvironment("E", ExpandedText.Of(""));
        variables.SetEnvironment("D", Words.Unquote("$X", '\\', variables));
        return variables;
    }
}
