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

        CollectionAssert.AreEqual(new[] { "app/d" }, changes.Added.Select(path => path.Path).ToList());
        CollectionAssert.AreEqual(new[] { "app/c" }, changes.Changed.Select(path => path.Path).ToList());
        CollectionAssert.AreEqual(new[] { "app/a" }, changes.Removed.Select(path => path.Path).ToList());
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
    public void Sizes_are_told_of_files_and_packages()
    {
        var changes = LayerChanges.Between(
            Content(("app/a.dll", "f 644 0:0 30000 aa", "Alpha 1.0.0"), ("app/b", "f 644 0:0 5 aa", null), ("app/d", "d 755 0:0", null)),
            Content(("app/a.dll", "f 644 0:0 9000 bb", "Alpha 0.9.0"), ("app/c", "f 644 0:0 5 aa", null), ("app/d", "d 750 0:0", null)));

        Assert.AreEqual("Alpha 1.0.0 -> 0.9.0, -21 KB", changes.Packages.Single().ToString());
        Assert.AreEqual("/app/a.dll (30 KB -> 9 KB)", changes.Changed[0].ToString());
        Assert.AreEqual("/app/d", changes.Changed[1].ToString());
        Assert.AreEqual("/app/c (5 B)", changes.Added.Single().ToString());
        Assert.AreEqual("/app/b (5 B)", changes.Removed.Single().ToString());
        Assert.AreEqual(-21_000, changes.Growth);
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
