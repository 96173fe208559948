using Containerize.Registry.Machine;
using Tomlyn;

namespace Containerize.Tests.Registry.Machine;

[TestClass]
internal sealed class PodmanConfigurationTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("# unqualified-search-registries = [\"example.com\"]\n\n   # more\n")]
    [DataRow("[aliases]\n  # debian\n  \"debian\" = \"docker.io/library/debian\"\r\n\"a/b\"=\"ghcr.io/a/b\"\n")]
    public void A_file_of_comments_and_short_names_says_nothing(string text) => Assert.IsNull(PodmanConfiguration.Parse(text));

    [TestMethod]
    [DataRow("[[registry]]\nlocation = \"r\"\n")]
    [DataRow("[aliases]\n\"a\" = \"b\"\n[[registry]]\nlocation = \"r\"\n")]
    [DataRow("[aliases]\n\"a\" = \"b\"\n[[ \"registry\" ]]\nlocation = 'r'\n")]
    [DataRow("registry = [{ location = \"r\" }]\n[aliases]\n\"a\" = \"b\"\n")]
    [DataRow("[aliases]\n\"a\" = \"\"\"\n[[registry]]\n\"\"\"\n[[registry]]\nlocation = \"r\"\n")]
    [DataRow("short-name-mode = \"enforcing\"\n[[registry]]\nlocation = \"r\"\n")]
    public void Registries_are_found_however_they_are_written(string text) =>
        Assert.AreEqual("r", PodmanConfiguration.Parse(text)!.Registries!.Single().Location);

    [TestMethod]
    [DataRow("[aliases\n")]
    [DataRow("[aliases]\n\"a\" = \"b\n")]
    [DataRow("[aliases]\n\"a\" = \"b\" \"c\"\n")]
    [DataRow("\"a\" = \"b\nc\"\n")]
    [DataRow("registry = 1\n")]
    public void What_is_no_configuration_is_refused(string text) =>
        Assert.ThrowsExactly<TomlException>(() => PodmanConfiguration.Parse(text));
}
