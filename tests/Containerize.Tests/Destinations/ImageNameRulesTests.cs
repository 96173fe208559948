using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class ImageNameRulesTests
{
    private readonly RecordingReporter _reporter = new();

    private ImageName Create(string repository, string? tag = null, string? tags = null, bool isDefault = false) =>
        ImageNameRules.Create(null, repository, isDefault, tag, tags, _reporter);

    [TestMethod]
    public void A_name_that_is_valid_stays()
    {
        Assert.AreEqual("team/my_app-1.x", Create("team/my_app-1.x").Repository);
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public void An_assemblys_name_is_made_valid_without_a_word()
    {
        Assert.AreEqual("contoso-my-app", Create("Contoso.My App", isDefault: true).Repository);
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    [DataRow("App (x64)", "app--x64")]
    [DataRow("_App", "app")]
    [DataRow("App_", "app")]
    [DataRow("-App-", "app")]
    [DataRow(".NET Tool", "net-tool")]
    [DataRow("Contoso...App", "contoso---app")]
    [DataRow("contoso.app", "contoso.app")]
    [DataRow("MyCompany.MyProject.API", "mycompany-myproject-api")]
    [DataRow("Contoso___App", "contoso-app")]
    [DataRow("Contoso__App", "contoso__app")]
    [DataRow("Contoso._App", "contoso-app")]
    [DataRow("Contoso.(App)", "contoso--app")]
    [DataRow("a/b", "a-b")]
    [DataRow(" App ", "app")]
    [DataRow("Größe", "gr--e")]
    [DataRow("C#", "c")]
    [DataRow("İstanbul", "stanbul")]
    [DataRow("日本", "app-cf2abf0c")]
    [DataRow("中国", "app-f0e95216")]
    [DataRow("___", "app-bda25155")]
    public void An_assemblys_name_is_repaired_whatever_it_is(string assembly, string expected)
    {
        var name = Create(assembly, isDefault: true).Repository;

        Assert.AreEqual(expected, name);
        Assert.IsTrue(ImageReference.IsRepository(name));
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public void A_chosen_name_that_had_to_change_is_told()
    {
        Assert.AreEqual("my-app", Create("My App").Repository);
        Assert.AreEqual(DiagnosticCode.ChangedRepository, _reporter.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("-app")]
    [DataRow("a//b")]
    [DataRow("../x")]
    [DataRow("日本")]
    public void A_name_that_cannot_be_made_valid_is_an_error(string repository) =>
        Assert.AreEqual(DiagnosticCode.InvalidRepository, Assert.ThrowsExactly<ContainerizeException>(() => Create(repository)).Code);

    [TestMethod]
    [DataRow("ghcr.io/team/app", "'ghcr.io'", "'team/app'")]
    [DataRow("localhost/app", "'localhost'", "'app'")]
    [DataRow("my.company/app", "'my.company'", "'app'")]
    public void A_name_that_begins_with_a_registry_is_told(string repository, string registry, string rest)
    {
        Assert.AreEqual(repository, Create(repository).Repository);

        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.RegistryInRepository, code);
        StringAssert.Contains(text, $"set ContainerRegistry to {registry} and ContainerRepository to {rest}");
    }

    [TestMethod]
    public void Without_a_tag_it_is_latest() => CollectionAssert.AreEqual(new[] { "app:latest" }, Create("app").References.ToList());

    [TestMethod]
    public void Several_tags_are_separated_by_semicolons() =>
        CollectionAssert.AreEqual(new[] { "1.0", "latest" }, Create("app", tags: "1.0; latest;1.0").Tags.ToList());

    [TestMethod]
    [DataRow("a b", null)]
    [DataRow(null, "good;.bad")]
    [DataRow("one", "two")]
    [DataRow("x;y$(PATH)", null)]
    public void A_bad_tag_or_both_properties_are_an_error(string? tag, string? tags) =>
        Assert.AreEqual(DiagnosticCode.InvalidTag, Assert.ThrowsExactly<ContainerizeException>(() => Create("app", tag, tags)).Code);
}
