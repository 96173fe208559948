using Containerize.Inputs;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class LayerOrderTests
{
    private static string Order(params LayerRule[] rules) => string.Join(' ', LayerOrder.Of(rules));

    private static LayerRule Rule(string name, string? before = null, string? after = null) => new(name) { Before = before, After = after };

    [TestMethod]
    public void Without_wishes_layers_lie_below_the_app_as_they_were_written() =>
        Assert.AreEqual("runtime dependencies files content one two app", Order(Rule("one"), Rule("two")));

    [TestMethod]
    public void Wishes_may_name_layers_that_come_later() =>
        Assert.AreEqual(
            "runtime one two dependencies files content app", Order(Rule("one", before: "two"), Rule("two", before: "dependencies")));

    [TestMethod]
    public void Between_two_layers_is_directly_below_the_upper() =>
        Assert.AreEqual("runtime dependencies files one content app", Order(Rule("one", before: "content", after: "runtime")));

    [TestMethod]
    public void Several_rules_of_one_name_are_one_layer() =>
        Assert.AreEqual("runtime one dependencies files content app", Order(Rule("one"), Rule("one", after: "runtime")));

    [TestMethod]
    public void A_layer_that_does_not_exist_is_named_with_those_that_do()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Order(Rule("one", before: "dependencis")));

        Assert.AreEqual(DiagnosticCode.LayerOrder, failure.Code);
        StringAssert.Contains(failure.Message, "'dependencis'");
        StringAssert.Contains(failure.Message, "dependencies");
    }

    [TestMethod]
    public void A_circle_and_a_contradiction_are_errors()
    {
        Assert.AreEqual(
            DiagnosticCode.LayerOrder,
            Assert.ThrowsExactly<ContainerizeException>(() => Order(Rule("one", before: "two"), Rule("two", before: "one"))).Code);
        Assert.AreEqual(
            DiagnosticCode.LayerOrder,
            Assert.ThrowsExactly<ContainerizeException>(() => Order(Rule("one", before: "runtime", after: "app"))).Code);
        Assert.AreEqual(
            DiagnosticCode.LayerOrder, Assert.ThrowsExactly<ContainerizeException>(() => Order(Rule("one", before: "one"))).Code);
    }
}
