using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class SwitchesTests : IDisposable
{
    private readonly SettingsLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow("")]
    [DataRow("true")]
    [DataRow("False")]
    [DataRow("yes")]
    [DataRow("OFF")]
    [DataRow("!no")]
    public void What_conditions_take_for_true_or_false_is_a_value(string value) =>
        Switches.Check(_lab.Add(ItemKind.Switch, "ContainerizeSign", ("Value", value)).Project);

    [TestMethod]
    [DataRow("ture")]
    [DataRow("1")]
    [DataRow("enabled")]
    [DataRow(" true ", DisplayName = "blanks, of a command line")]
    [DataRow("true;false")]
    public void Any_other_word_is_refused_with_the_name_of_the_property(string value)
    {
        var project = _lab.Add(ItemKind.Switch, "ContainerizeSign", ("Value", value)).Project;

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Switches.Check(project));

        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        Assert.AreEqual($"ContainerizeSign '{value.TrimEnd()}' is neither true nor false.", failure.Message);
    }
}
