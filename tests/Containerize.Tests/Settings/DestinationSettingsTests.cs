using Containerize.Engines;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class DestinationSettingsTests
{
    private static DestinationSettings Read(SettingsLab lab) => DestinationSettings.Read(lab.Project, lab.Reporter);

    [TestMethod]
    [DataRow("CTZ1001", "not a repository name", "-/x", "", "")]
    [DataRow("CTZ1001", "not a repository name", "team//app", "", "")]
    [DataRow("CTZ1002", "not a tag", "app", "a b", "")]
    [DataRow("CTZ1002", "not a tag", "app", "", "1.0;.2")]
    [DataRow("CTZ1002", "Set one of them", "app", "1", "2")]
    public void A_bad_name_is_refused(string code, string hint, string repository, string tag, string tags)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, repository, ("Tag", tag), ("Tags", tags));

        lab.Refuses(Enum.GetValues<DiagnosticCode>().Single(known => ContainerizeException.Format(known) == code), _ => Read(lab), hint);
    }

    [TestMethod]
    [DataRow("https://registry.example")]
    [DataRow("registry.example/team")]
    [DataRow("ghcr.io;-bad")]
    public void What_is_not_a_registry_is_refused(string registry)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, registry);

        lab.Refuses(DiagnosticCode.InvalidReference, _ => Read(lab), "not a registry's host");
    }

    [TestMethod]
    public void The_repository_of_one_registry_must_be_one()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, "ghcr.io", ("Repository", "Team/App"));

        lab.Refuses(DiagnosticCode.InvalidRepository, _ => Read(lab), "'Team/App'", "'ghcr.io'");
    }

    [TestMethod]
    [DataRow("", "Auto")]
    [DataRow("auto", "Auto")]
    [DataRow("DOCKER", "Docker")]
    [DataRow(" podman ", "Podman")]
    public void An_engine_has_its_name_in_any_case(string text, string expected)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Engine, text);

        Assert.AreEqual(Enum.Parse<EngineKind>(expected), Read(lab).Engine);
    }

    [TestMethod]
    public void A_name_that_is_no_engine_is_refused_with_those_that_are()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Engine, "Rocket");

        lab.RefusesValue(_ => Read(lab), "LocalRegistry 'Rocket'", "Auto, Docker, Podman");
    }

    [TestMethod]
    public void A_list_of_registries_and_items_are_registries_alike_and_each_is_there_once()
    {
        using var lab = new SettingsLab().AddDefaults()
            .Add(ItemKind.Registry, "ghcr.io; GHCR.IO ;localhost:5000")
            .Add(ItemKind.Registry, "registry.example", ("Repository", "team/app"))
            .Add(ItemKind.Registry, "ghcr.io");

        CollectionAssert.AreEqual(
            new[] { "ghcr.io/app:latest", "localhost:5000/app:latest", "registry.example/team/app:latest" }, Read(lab).References.ToList());
    }

    [TestMethod]
    public void Paths_start_at_the_project_and_a_directory_gets_an_archive_with_the_images_name()
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "team/shop").Add(ItemKind.Archive, @"out\").Add(ItemKind.Layout, "layout/");

        var destinations = Read(lab);

        Assert.AreEqual(Path.Combine(lab.Directory, "out", "shop.tar"), destinations.Archive);
        Assert.AreEqual(Path.Combine(lab.Directory, "layout"), Path.TrimEndingDirectorySeparator(destinations.Layout!));
        Assert.IsTrue(destinations.NeedBaseLayers);
    }

    [TestMethod]
    [DataRow("true", 0)]
    [DataRow("", 1)]
    public void A_changed_name_is_told_by_the_outer_build(string isInner, int warnings)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "My App", ("IsInner", isInner));

        Assert.AreEqual("my-app", Read(lab).Name.Repository);
        Assert.HasCount(warnings, lab.Reporter.Warnings);
    }

    [TestMethod]
    public void Without_registries_the_names_have_none()
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "shop", ("Tags", "1.0;latest"));

        CollectionAssert.AreEqual(new[] { "shop:1.0", "shop:latest" }, Read(lab).References.ToList());
        Assert.IsFalse(Read(lab).NeedBaseLayers);
    }
}
