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
    [DataRow("-/team")]
    [DataRow("ghcr.io;-bad")]
    public void What_is_not_a_registry_is_refused(string registry)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, registry);

        lab.Refuses(DiagnosticCode.InvalidReference, _ => Read(lab), "does not begin with a registry's host");
    }

    [TestMethod]
    public void The_repository_of_one_registry_must_be_one()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, "ghcr.io", ("Repository", "Team/App"));

        lab.Refuses(DiagnosticCode.InvalidRepository, _ => Read(lab), "'Team/App'", "'ghcr.io'");
    }

    [TestMethod]
    [DataRow("images/", "app.tar", true)]
    [DataRow("image.tar", "image.tar", false)]
    [DataRow("images/image.tar.gz", "image.tar.gz", false)]
    public void An_archive_is_known_by_its_build_where_its_name_is_not_the_users(string path, string file, bool isDerived)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Archive, path, ("Build", "/a/app.csproj (Release)"));

        var settings = Read(lab);

        Assert.AreEqual(file, Path.GetFileName(settings.Archive));
        Assert.AreEqual(isDerived ? "/a/app.csproj (Release)" : null, settings.ArchiveBuild);
    }

    [TestMethod]
    [DataRow("image.tar", "image-debug.tar")]
    [DataRow("shop.1.0.TAR.gz", "shop.1.0-debug.TAR.gz")]
    [DataRow("image.tgz", "image-debug.tgz")]
    [DataRow("image", "image-debug")]
    [DataRow("images/", "app-debug.tar")]
    public void The_debug_image_has_tags_and_an_archive_of_its_own(string path, string file)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Tags", "1;2"), ("DebugImage", "true"))
            .Add(ItemKind.Archive, path, ("Build", "/a/app.csproj (Release)"));

        var debug = Read(lab).OfDebugImage;

        Assert.AreEqual(file, Path.GetFileName(debug.Archive));
        CollectionAssert.AreEqual(new[] { "app:1-debug", "app:2-debug" }, debug.References.ToArray());
        Assert.HasCount(2, Read(lab).Files.ToList());
    }

    [TestMethod]
    [DataRow("1.5", "", "ghcr.io", "ghcr.io/app:1.5")]
    [DataRow("", "1.5;latest", "ghcr.io/team", "ghcr.io/team/app:1.5")]
    [DataRow("", "latest;1.5", "ghcr.io;localhost:5000/team", "ghcr.io/app:latest localhost:5000/team/app:latest")]
    [DataRow("", "1.5;latest", "", "")]
    public void The_image_is_looked_for_in_each_registry_under_its_first_tag_only(
        string tag, string tags, string registries, string sources)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Tag", tag), ("Tags", tags));
        _ = registries.Length == 0 ? lab : lab.Add(ItemKind.Registry, registries);

        Assert.AreEqual(sources, string.Join(' ', Read(lab).Sources));
    }

    [TestMethod]
    [DataRow("app", "", "", "", "docker.io/library/app:1")]
    [DataRow("app", "", "ghcr.io", "", "ghcr.io/app:1 docker.io/library/app:1")]
    [DataRow("app", "", "ghcr.io/team", "", "ghcr.io/team/app:1 docker.io/library/app:1")]
    [DataRow("team/app", "", "ghcr.io", "", "ghcr.io/team/app:1 docker.io/team/app:1")]
    [DataRow("team/app", "", "ghcr.io/team", "", "ghcr.io/team/app:1 docker.io/team/app:1")]
    [DataRow("team/app", "", "ghcr.io/org", "", "ghcr.io/org/team/app:1 docker.io/team/app:1")]
    [DataRow("app", "shop", "ghcr.io/org", "", "ghcr.io/org/shop/app:1 docker.io/shop/app:1")]
    [DataRow("team/app", "", "ghcr.io", "other/name", "ghcr.io/other/name:1 docker.io/team/app:1")]
    public void A_layout_has_the_image_under_its_name_with_or_without_the_registry_and_under_no_other(
        string repository, string prefix, string registry, string renamed, string names)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, repository, ("Tags", "1;latest"), ("Prefix", prefix));
        _ = registry.Length == 0 ? lab : lab.Add(ItemKind.Registry, registry, ("Repository", renamed));

        Assert.AreEqual(names, string.Join(' ', Read(lab).NamesInLayout));
    }

    [TestMethod]
    [DataRow("", null)]
    [DataRow("False", false)]
    [DataRow("off", false)]
    [DataRow("true", true)]
    [DataRow("yes", true)]
    public void Whether_there_is_a_debug_image_is_said_or_not(string text, bool? expected)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("DebugImage", text));

        Assert.AreEqual(expected, Read(lab).DebugImage);
    }

    [TestMethod]
    public void A_debug_image_that_cannot_have_its_tag_is_refused()
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Tag", new string('a', 123)), ("DebugImage", "true"));
        using var other = new SettingsLab().Add(ItemKind.Name, "app", ("DebugImage", "maybe"));

        lab.Refuses(DiagnosticCode.InvalidTag, _ => Read(lab), "-debug", "at most 128 characters");
        other.RefusesValue(_ => Read(other), "ContainerizeDebugImage 'maybe'");
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

        lab.RefusesValue(_ => Read(lab), "LocalRegistry 'Rocket'", "Auto, Docker, Podman, Wslc, MacOSContainer");
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
    [DataRow("ghcr.io/team", "", "", "ghcr.io/team/app:latest")]
    [DataRow("GHCR.io/team/", "", "", "ghcr.io/team/app:latest")]
    [DataRow("localhost:5000/a/b", "", "", "localhost:5000/a/b/app:latest")]
    [DataRow("ghcr.io/team", "shop/", "", "ghcr.io/team/shop/app:latest")]
    [DataRow("ghcr.io/team", "team", "", "ghcr.io/team/app:latest")]
    [DataRow("ghcr.io/team", "", "other", "ghcr.io/team/other:latest")]
    [DataRow("", "team/shop", "", "team/shop/app:latest")]
    [DataRow("", "app", "", "app/app:latest")]
    public void A_path_of_the_registry_and_a_prefix_stand_before_the_repository(
        string registry, string prefix, string repository, string expected)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Prefix", prefix));
        if (registry.Length > 0)
        {
            lab.Add(ItemKind.Registry, registry, ("Repository", repository));
        }

        var destinations = Read(lab);

        Assert.AreEqual(expected, destinations.References.Single());
        Assert.AreEqual(expected, destinations.Name.References.Single());
    }

    [TestMethod]
    [DataRow("ghcr.io/Team", "", DiagnosticCode.InvalidRepository)]
    [DataRow("ghcr.io//", "a b", DiagnosticCode.InvalidRepository)]
    [DataRow("", "a//b", DiagnosticCode.InvalidRepository)]
    [DataRow("https://ghcr.io/team", "", DiagnosticCode.InvalidReference)]
    [DataRow("/team", "", DiagnosticCode.InvalidReference)]
    public void A_path_or_prefix_that_cannot_be_part_of_a_repository_is_refused(string registry, string prefix, object code)
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Prefix", prefix));
        if (registry.Length > 0)
        {
            lab.Add(ItemKind.Registry, registry);
        }

        Assert.AreEqual(code, Assert.ThrowsExactly<ContainerizeException>(() => Read(lab)).Code);
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
