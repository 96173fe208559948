using Containerize.Building;
using Containerize.Layers;

namespace Containerize.Tests.Building;

[TestClass]
internal sealed class LayerChangesTests
{
    private static LayerContent Content(params (string Path, string Fingerprint, string? Package)[] items) =>
        LayerContent.Of("test", [.. items.Select(item => new ContentItem(item.Path, item.Fingerprint, item.Package))], new LayerOptions());

    [TestMethod]
    public void Files_that_came_went_and_changed_are_listed()
    {
        var changes = LayerChanges.Between(
            Content(("app/a", "f 1", null), ("app/b", "f 2", null), ("app/c", "f 3", null)),
            Content(("app/b", "f 2", null), ("app/c", "f 4", null), ("app/d", "f 5", null)));

        CollectionAssert.AreEqual(new[] { "app/d" }, changes.Added.ToList());
        CollectionAssert.AreEqual(new[] { "app/c" }, changes.Changed.ToList());
        CollectionAssert.AreEqual(new[] { "app/a" }, changes.Removed.ToList());
        Assert.IsEmpty(changes.Packages);
    }

    [TestMethod]
    public void Packages_that_came_went_and_changed_their_version_are_listed()
    {
        var changes = LayerChanges.Between(
            Content(("a.dll", "f 1", "Alpha 1.0.0"), ("b.dll", "f 2", "Beta 2.0.0"), ("c.dll", "f 3", "Gamma 3.0.0")),
            Content(("a.dll", "f 9", "Alpha 1.1.0"), ("c.dll", "f 3", "Gamma 3.0.0"), ("d.dll", "f 5", "Delta 4.0.0")));

        CollectionAssert.AreEqual(
            new[] { "Alpha 1.0.0 -> 1.1.0", "Beta 2.0.0 removed", "Delta 4.0.0 added" },
            changes.Packages.Select(package => package.ToString()).ToList());
    }

    [TestMethod]
    public void A_change_is_told_in_a_few_words()
    {
        var changes = LayerChanges.Between(
            Content(("app/a.dll", "f 1", "Alpha 1.0.0")),
            Content([("app/a.dll", "f 2", "Alpha 1.1.0"), .. Enumerable.Range(1, 5).Select(i => ($"app/x{i}", "f 3", (string?)null))]));

        Assert.AreEqual("Alpha 1.0.0 -> 1.1.0; 5 added (app/x1, app/x2, app/x3, 2 more); 1 changed (app/a.dll)", changes.ToString());
    }

    [TestMethod]
    public void The_same_files_written_in_another_way_are_told_as_such() =>
        Assert.AreEqual("written in another way", LayerChanges.Between(Content(("a", "f 1", null)), Content(("a", "f 1", null)))
            .ToString());

    [TestMethod]
    public void Names_from_packages_cannot_write_to_the_log()
    {
        var changes = LayerChanges.Between(Content(), Content(("app/\u001b[31mred\n##vso[x]", "f 1", "Pack\nage 1")));

        Assert.DoesNotContain('\u001b', changes.ToString());
        Assert.DoesNotContain('\n', changes.ToString());
    }
}
