using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class HistorySettingsTests
{
    [TestMethod]
    public void Layers_are_learned_from_images_unless_tags_are_named()
    {
        var images = Read(("Images", "ghcr.io/team/app"));
        Assert.AreEqual(HistorySource.Images, images.Source);
        Assert.AreEqual("ghcr.io/team/app", images.Places.Single());
        Assert.AreEqual(30, images.Last);

        var tags = Read(("From", "tags"));
        Assert.AreEqual(HistorySource.Tags, tags.Source);
        Assert.IsEmpty(tags.Places);
        Assert.IsEmpty(tags.Tags);
        Assert.AreEqual(10, tags.Last);

        var some = Read(("Tags", "v*;release/*"), ("MaxImages", "4"));
        Assert.AreEqual(HistorySource.Tags, some.Source);
        CollectionAssert.AreEqual(new[] { "v*", "release/*" }, some.Tags.ToList());
        Assert.AreEqual(4, some.Last);
    }

    [TestMethod]
    [DataRow("Commits", "", "", "ContainerizeLayoutFrom 'Commits' is unknown")]
    [DataRow("tags", "app", "", "says both")]
    [DataRow("images", "app", "v*", "says both")]
    [DataRow("", "app", "v*", "says both")]
    public void What_makes_no_sense_is_refused(string from, string images, string tags, string expected)
    {
        using var lab = Lab(("From", from), ("Images", images), ("Tags", tags));

        lab.RefusesValue(_ => Read(lab), expected);
    }

    private static HistorySettings Read(params (string Name, string Value)[] metadata)
    {
        using var lab = Lab(metadata);
        return Read(lab);
    }

    private static SettingsLab Lab(params (string Name, string Value)[] metadata) =>
        new SettingsLab().AddDefaults().Add(ItemKind.Layers, "layers").Add(ItemKind.History, "history", metadata);

    private static HistorySettings Read(SettingsLab lab) =>
        HistorySettings.Read(lab.Project, DestinationSettings.Read(lab.Project, lab.Reporter), []);
}
