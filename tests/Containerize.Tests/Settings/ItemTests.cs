using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class ItemTests
{
    [TestMethod]
    [DataRow("a;b", "a|b")]
    [DataRow(" a ;; b;", "a|b")]
    [DataRow("a\n;\n  b\n", "a|b")]
    [DataRow("a", "a")]
    [DataRow(" ; ", "")]
    [DataRow("", "")]
    public void A_list_has_its_parts_without_spaces_and_without_empty_ones(string text, string expected) =>
        Assert.AreEqual(expected, string.Join('|', new Item("x", ("List", text)).List("List")));

    [TestMethod]
    public void A_value_loses_the_spaces_around_it_unless_they_are_content()
    {
        var item = new Item("x", ("Value", "  two words "));

        Assert.AreEqual("two words", item["Value"]);
        Assert.AreEqual("  two words ", item.Exact("Value"));
        Assert.AreEqual("", item["Missing"]);
    }

    [TestMethod]
    [DataRow("true", true)]
    [DataRow(" True ", true)]
    [DataRow("TRUE", true)]
    [DataRow("yes", true)]
    [DataRow("On", true)]
    [DataRow("!false", true)]
    [DataRow("", false)]
    [DataRow("false", false)]
    [DataRow("no", false)]
    [DataRow("ja", false)]
    public void True_is_written_as_in_conditions_of_targets(string text, bool expected) =>
        Assert.AreEqual(expected, new Item("x", ("Value", text)).IsTrue("Value"));

    [TestMethod]
    [DataRow("false", true)]
    [DataRow(" Off ", true)]
    [DataRow("NO", true)]
    [DataRow("!yes", true)]
    [DataRow("", false)]
    [DataRow("true", false)]
    [DataRow("nein", false)]
    public void False_is_written_as_in_conditions_of_targets(string text, bool expected) =>
        Assert.AreEqual(expected, new Item("x", ("Value", text)).IsFalse("Value"));

    [TestMethod]
    public void Of_a_kind_that_is_missing_every_setting_is_empty()
    {
        using var lab = new SettingsLab();

        Assert.AreEqual("", lab.Project.One(ItemKind.Cache)["MaxSize"]);
        Assert.IsEmpty(lab.Project.Of(ItemKind.Label));
    }

    [TestMethod]
    [DataRow("\0")]
    [DataRow("out\0.tar")]
    [DataRow("a;b\0;c")]
    public void A_nul_character_is_refused_wherever_it_stands(string text)
    {
        var (identity, metadata) = (new Item(text), new Item("x", ("Value", text)));

        foreach (Func<object> read in new Func<object>[]
            { () => identity.Identity, () => metadata["Value"], () => metadata.Exact("Value"), () => metadata.List("Value") })
        {
            var failure = Assert.ThrowsExactly<ContainerizeException>(() => read());
            Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
            StringAssert.Contains(failure.Message, text.Replace("\0", "%00", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }
}
