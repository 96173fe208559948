using System.Xml.Linq;
using Containerize.Bases;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Testing;

namespace Containerize.Tests.Sdk;

/// <summary>What the targets write into items, and what the library reads of them.</summary>
[TestClass]
internal sealed class SettingItemsTests
{
    // These are there once per build; items of users carry whatever users write.
    private static readonly ItemKind[] s_once =
    [
        ItemKind.Cache, ItemKind.Registries, ItemKind.Base, ItemKind.Reuse, ItemKind.Debian, ItemKind.Name, ItemKind.Push, ItemKind.Report,
        ItemKind.Image, ItemKind.Layers, ItemKind.Archive, ItemKind.Evidence, ItemKind.Source, ItemKind.Signing, ItemKind.Verify,
        ItemKind.History,
    ];

    private static IEnumerable<XElement> Written =>
        SdkFiles.Targets.SelectMany(file => XDocument.Load(file).Descendants("_ContainerizeSetting"));

    [TestMethod]
    public void The_targets_write_items_of_every_kind_and_of_no_other()
    {
        var written = Written.Select(item => (string?)item.Attribute("Kind")).Distinct().ToList();

        CollectionAssert.AreEquivalent(Enum.GetNames<ItemKind>(), written);
    }

    [TestMethod]
    public void A_property_that_is_no_list_becomes_one_item_whatever_is_in_it()
    {
        // In an item, a semicolon divides a value, and an asterisk stands for files; not in what a property function returns.
        var commands = SdkFiles.Targets.SelectMany(file => XDocument.Load(file).Descendants("ContainerAppCommand"));
        var divided = from item in Written.Concat(commands)
                      let include = (string?)item.Attribute("Include")
                      where include is not null && (string?)item.Attribute("Kind") != nameof(ItemKind.Registry)
                      let last = include.Split(';')[^1]
                      where last.StartsWith("$(", StringComparison.Ordinal) && !last.StartsWith("$([MSBuild]::", StringComparison.Ordinal)
                          && !last.StartsWith("$(_ContainerizePinnedBase)", StringComparison.Ordinal)
                      select include;

        Assert.IsEmpty(divided.ToList(), string.Join('\n', divided));
    }

    [TestMethod]
    public void Every_metadata_that_the_targets_write_is_read_and_no_other()
    {
        using var directory = new TemporaryDirectory();
        var read = new SortedSet<string>(StringComparer.Ordinal);
        var project = new ProjectSettings(directory.FullName, s_once.Select(kind => Record("app", kind)));
        var site = new ProjectSettings(
            directory.FullName, [Record("8080", ItemKind.Port), .. s_once.Append(ItemKind.Site).Select(kind => Record("app", kind))]);
        var reporter = new RecordingReporter();
        var platform = Platform.FromRuntimeIdentifier("linux-x64");

        CacheSettings.Read(project, _ => null);
        RegistrySettings.Read(project, BaseSettings.Read(project));
        var packages = BaseSettings.Read(project) with { Reference = new DebianReference("bookworm") };
        Assert.ThrowsExactly<ContainerizeException>(() => packages.RequireRuntime(project));
        ReuseSettings.Read(project, DestinationSettings.Read(project, reporter));
        DebianItems.Read(project);
        PushSettings.Read(project, reporter);
        ReportFiles.Read(project);
        VerifySettings.Read(project, DestinationSettings.Read(project, reporter));
        EvidenceSettings.Read(project, _ => null);
        SigningSettings.Read(project, _ => null);
        LayerSettings.Read(project, platform);
        HistorySettings.Read(project, DestinationSettings.Read(project, reporter), []);
        ImageRequests.Read(project, platform, new ScratchSource(), []);
        SiteSettings.Read(site, platform);

        read.RemoveWhere(
            name => name.EndsWith(".Kind", StringComparison.Ordinal) || name.StartsWith($"{ItemKind.Port}.", StringComparison.Ordinal));
        var written = Written.SelectMany(item => item.Elements().Select(metadata => $"{(string?)item.Attribute("Kind")}.{metadata.Name}"));
        Assert.AreEqual(string.Join('\n', written.Distinct().Order(StringComparer.Ordinal)), string.Join('\n', read));

        Item Record(string identity, ItemKind kind) => new(identity, name =>
        {
            read.Add($"{kind}.{name}");
            return name switch
            {
                "Kind" => kind.ToString(),
                "WorkingDirectory" => "/app",
                "Image" => "scratch",
                "Images" => "registry.example.com/app",
                "UploadBudget" => "1",
                "Provenance" => "true",
                "Key" => "env:KEY",
                _ => "",
            };
        });
    }
}
