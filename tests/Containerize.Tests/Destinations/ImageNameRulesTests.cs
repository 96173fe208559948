using Containerize.Destinations;
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
        Assert.AreEqual("contoso.my-app", Create("Contoso.My App", isDefault: true).Repository);
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
