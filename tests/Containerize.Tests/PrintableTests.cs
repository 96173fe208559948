namespace Containerize.Tests;

[TestClass]
internal sealed class PrintableTests
{
    [TestMethod]
    [DataRow("::set-output name=x::1", ": :set-output name=x: :1")]
    [DataRow(" ::warning::x", ": :warning: :x")]
    [DataRow("::::", ": : : :")]
    [DataRow("##vso[task.complete]", "# #vso[task.complete]")]
    [DataRow("###", "# # #")]
    [DataRow("[x]::error::y", "[x]: :error: :y")]
    [DataRow("a\n::error::y", "a : :error: :y")]
    public void Commands_of_CI_systems_are_broken_up(string text, string expected) => Assert.AreEqual(expected, Printable.Clean(text));

    [TestMethod]
    [DataRow("the cause", 9, "the cause")]
    [DataRow("a: b: the cause", 10, "…the cause")]
    [DataRow("a: b:\nthe cause\n", 10, "…the cause")]
    [DataRow("a: \U0001F600cause", 7, "…cause")]
    [DataRow("a: b: ##[cause]", 11, "…# #[cause]")]
    public void Of_what_is_long_the_end_can_be_kept(string text, int length, string expected) =>
        Assert.AreEqual(expected, Printable.CleanEnd(text, length));

    [TestMethod]
    [DataRow("http://[::1]:5000/v2/")]
    [DataRow("[fe80::1:2]:443")]
    [DataRow("[::ffff:127.0.0.1]")]
    public void Addresses_of_version_6_stay_readable(string text) => Assert.AreEqual(text, Printable.Clean(text));
}
