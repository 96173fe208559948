using Containerize.Bases;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Storage;

namespace Containerize.Tests.Settings;

/// <summary>Where bases, layers of others and packages come from.</summary>
[TestClass]
internal sealed class SourceSettingsTests
{
    private static object Registries(ProjectSettings project) => RegistrySettings.Read(project, BaseSettings.Read(project));

    [TestMethod]
    [DataRow("UPPER/case:x:y", "not an image reference")]
    [DataRow("oci:", "lacks a path")]
    [DataRow("oci-archive:base.tar:", "lacks the tag")]
    [DataRow("docker-daemon:", "lacks the image's name")]
    public void A_bad_base_is_refused(string image, string hint)
    {
        using var lab = new SettingsLab().Add(ItemKind.Base, "base", ("Image", image));

        lab.Refuses(DiagnosticCode.InvalidReference, BaseSettings.Read, hint, $"'{image}'");
    }

    [TestMethod]
    [DataRow("12")]
    [DataRow("-1:00")]
    [DataRow("soon")]
    [DataRow("1w")]
    public void An_age_that_is_none_is_refused_with_its_property(string age)
    {
        using var lab = new SettingsLab().Add(ItemKind.Base, "base", ("Image", "scratch"), ("MaxAge", age));

        lab.RefusesValue(BaseSettings.Read, "ContainerizeBaseImageMaxAge", age);
    }

    [TestMethod]
    public void The_lock_and_offline_reach_the_policy_of_tags()
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Registries, "registries", ("Offline", "true"))
            .Add(
                ItemKind.Base,
                "base",
                ("Image", "ghcr.io/a/b"), ("MaxAge", "12h"), ("BuildStarted", "1700000000"),
                ("LockFile", "locks/base.json"), ("LockedMode", "true"));

        var tags = BaseSettings.Read(lab.Project).Tags;

        Assert.AreEqual(
            new BaseTagPolicy
            {
                MaxAge = TimeSpan.FromHours(12),
                BuildStarted = DateTimeOffset.FromUnixTimeSeconds(1700000000),
                IsOneOfSeveral = true,
                IsOffline = true,
                LockFile = Path.Combine(lab.Directory, "locks", "base.json"),
                IsLocked = true,
            },
            tags);
    }

    [TestMethod]
    [DataRow("true", "false", true)]
    [DataRow("yes", "no", true)]
    [DataRow("true", "", false)]
    [DataRow("true", "true", false)]
    [DataRow("false", "false", false)]
    [DataRow("", "false", false)]
    public void What_is_locked_has_a_lock(string lockedMode, string useLockFile, bool isRefused)
    {
        using var lab = new SettingsLab().Add(
            ItemKind.Base, "base", ("Image", "ghcr.io/a/b"), ("LockedMode", lockedMode), ("UseLockFile", useLockFile));

        if (isRefused)
        {
            lab.RefusesValue(BaseSettings.Read, "ContainerizeLockedMode", "ContainerizeUseLockFile");
        }
        else
        {
            Assert.AreEqual(lockedMode == "true", BaseSettings.Read(lab.Project).Tags.IsLocked);
        }
    }

    [TestMethod]
    [DataRow("true", false)]
    [DataRow("", true)]
    [DataRow("false", true)]
    public void A_base_of_packages_is_for_apps_that_bring_their_runtime(string selfContained, bool isRefused)
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Base, "base", ("Image", "debian-packages:bookworm"))
            .Add(ItemKind.Debian, "debian", ("IsSelfContained", selfContained));

        void Check(ProjectSettings project) => BaseSettings.Read(project).RequireRuntime(project);
        if (isRefused)
        {
            lab.Refuses(
                DiagnosticCode.NoRuntimeInBase, project => { Check(project); return null; }, "debian-packages:bookworm", "SelfContained");
        }
        else
        {
            Check(lab.Project);
        }
    }

    [TestMethod]
    [DataRow("21")]
    [DataRow("-1")]
    [DataRow("many")]
    [DataRow("1.5")]
    public void Retries_that_are_no_number_are_refused(string retries)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registries, "registries", ("Retries", retries));

        lab.RefusesValue(Registries, "ContainerizeRegistryRetries", retries, "0 to 20");
    }

    [TestMethod]
    [DataRow("a.example;b.example:5000")]
    [DataRow("a.example,b.example:5000")]
    [DataRow(" a.example ;; b.example:5000 ;")]
    public void Lists_of_registries_are_separated_by_semicolons_or_commas(string list)
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Base, "base", ("Image", "ghcr.io/a/b"))
            .Add(ItemKind.Registry, "push.example/team;other.example")
            .Add(ItemKind.Registries, "registries", ("Insecure", list), ("CertificateFiles", "ca.pem;more/ca.pem"), ("Retries", "3"));

        var options = RegistrySettings.Read(lab.Project, BaseSettings.Read(lab.Project));

        CollectionAssert.AreEqual(new[] { "a.example", "b.example:5000" }, options.InsecureRegistries.ToList());
        CollectionAssert.AreEqual(new[] { "push.example", "other.example" }, options.PushRegistries.ToList());
        CollectionAssert.AreEqual(
            new[] { Path.Combine(lab.Directory, "ca.pem"), Path.Combine(lab.Directory, "more", "ca.pem") },
            options.CertificateFiles.ToList());
        Assert.AreEqual("ghcr.io", options.PullRegistry);
        Assert.AreEqual(3, options.MaxRetries);
    }

    [TestMethod]
    public void Mirrors_keep_their_order_and_are_insecure_when_they_say_so()
    {
        using var lab = new SettingsLab().AddDefaults()
            .Add(ItemKind.Mirror, "mirror.example/hub/", ("Registry", "index.docker.io"))
            .Add(ItemKind.Mirror, "http://plain.example", ("Registry", "docker.io"))
            .Add(ItemKind.Mirror, "https://other.example:5000/a/b", ("Registry", "GHCR.io"), ("Insecure", "True"));

        var options = RegistrySettings.Read(lab.Project, BaseSettings.Read(lab.Project));

        CollectionAssert.AreEqual(new[] { "mirror.example/hub", "plain.example" }, options.Mirrors["docker.io"].ToList());
        CollectionAssert.AreEqual(new[] { "other.example:5000/a/b" }, options.Mirrors["ghcr.io"].ToList());
        CollectionAssert.AreEqual(new[] { "plain.example", "other.example:5000" }, options.InsecureRegistries.ToList());
    }

    [TestMethod]
    [DataRow("mirror.example", "")]
    [DataRow("mirror.example", "https://docker.io")]
    [DataRow("mirror.example/UPPER", "docker.io")]
    [DataRow("-x", "docker.io")]
    [DataRow("a|b", "docker.io")]
    public void What_is_not_a_mirror_is_refused(string location, string registry)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Mirror, location, ("Registry", registry));

        lab.RefusesValue(Registries, "ContainerizeRegistryMirror", location);
    }

    [TestMethod]
    [DataRow("", false, "")]
    [DataRow("None", true, "")]
    [DataRow("ghcr.io/a/b;ghcr.io/a/c:1,ghcr.io/none", false, "ghcr.io/a/b:latest ghcr.io/a/c:1 ghcr.io/none:latest")]
    public void Images_to_reuse_have_a_tag_and_none_is_none(string from, bool isOff, string images)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, "ghcr.io").Add(ItemKind.Reuse, "reuse", ("From", from));

        var reuse = ReuseSettings.Read(lab.Project, DestinationSettings.Read(lab.Project, lab.Reporter));

        Assert.AreEqual(isOff, reuse.IsOff);
        Assert.AreEqual(images, string.Join(' ', reuse.Named));
        Assert.AreEqual("ghcr.io/app", reuse.Targets.Single().ToString());
    }

    [TestMethod]
    [DataRow("false", true)]
    [DataRow("FALSE ", true)]
    [DataRow("true", false)]
    [DataRow("", false)]
    [DataRow("no", false)]
    public void Only_a_clear_no_trusts_what_registries_say_of_layers(string verify, bool trusts)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Reuse, "reuse", ("Verify", verify));

        Assert.AreEqual(trusts, ReuseSettings.Read(lab.Project, DestinationSettings.Read(lab.Project, lab.Reporter)).Trusts);
    }

    [TestMethod]
    public void An_archive_or_layout_needs_the_bytes_of_layers_so_none_are_reused()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Registry, "ghcr.io").Add(ItemKind.Archive, "out/");

        Assert.IsTrue(ReuseSettings.Read(lab.Project, DestinationSettings.Read(lab.Project, lab.Reporter)).IsOff);
    }

    [TestMethod]
    [DataRow("UPPER:x:y")]
    [DataRow("none;a b")]
    public void What_names_no_image_is_not_reused(string from)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Reuse, "reuse", ("From", from));

        lab.Refuses(
            DiagnosticCode.InvalidReference,
            project => ReuseSettings.Read(project, DestinationSettings.Read(project, lab.Reporter)),
            "not an image reference");
    }

    [TestMethod]
    [DataRow("MaxSize", "ContainerizeCacheMaxSize", "huge")]
    [DataRow("MaxSize", "ContainerizeCacheMaxSize", "5 apples")]
    [DataRow("MaxAge", "ContainerizeCacheMaxAge", "soon")]
    [DataRow("MaxAge", "ContainerizeCacheMaxAge", "-1")]
    [DataRow("MaxAge", "ContainerizeCacheMaxAge", "1000000")]
    public void A_limit_of_the_cache_that_is_none_is_refused(string metadata, string property, string value)
    {
        using var lab = new SettingsLab().Add(ItemKind.Cache, "cache", (metadata, value));

        lab.RefusesValue(project => CacheSettings.Read(project, _ => null), property, value);
    }

    [TestMethod]
    public void The_cache_has_the_limits_that_the_project_says_and_the_place_that_comes_first()
    {
        using var lab = new SettingsLab().Add(ItemKind.Cache, "cache", ("Path", "cache"), ("MaxSize", "5 GB"), ("MaxAge", "0.5"));

        var settings = CacheSettings.Read(lab.Project, _ => "/elsewhere");

        Assert.AreEqual(Path.Combine(lab.Directory, "cache"), settings.Directory);
        Assert.AreEqual(new CacheLimits(5_000_000_000, TimeSpan.FromHours(12)), settings.Limits);
        Assert.AreEqual(CacheLimits.Default, CacheSettings.Read(new ProjectSettings(lab.Directory, []), _ => null).Limits);
    }

    [TestMethod]
    [DataRow("", false, false)]
    [DataRow("20 MB", true, true)]
    public void A_push_has_a_budget_when_the_project_says_so(string text, bool hasBudget, bool isError)
    {
        using var lab = new SettingsLab().Add(
            ItemKind.Push, "push", ("UploadBudget", text), ("UploadBudgetIsError", "true"), ("PlatformTags", "true"));

        var push = PushSettings.Read(lab.Project, lab.Reporter);

        Assert.IsTrue(push.PlatformTags);
        Assert.AreEqual(hasBudget ? 20_000_000 : null, push.Budget?.Bytes);
        Assert.AreEqual(isError, push.Budget?.IsError ?? false);
    }

    [TestMethod]
    [DataRow("", "linux/amd64", "linux-x64")]
    [DataRow("", "linux/arm64/v8", "linux-arm64")]
    [DataRow("", "windows/amd64", "win-x64")]
    [DataRow("", "linux/mips64le", null)]
    [DataRow("linux-musl-x64;linux-arm64", "linux/amd64", "linux-musl-x64")]
    [DataRow("linux-musl-x64;linux-arm64", "linux/arm64", "linux-arm64")]
    [DataRow("linux-musl-x64;linux-arm64", "linux/s390x", "linux-s390x")]
    [DataRow("linux-arm;linux-musl-armv6", "linux/arm/v6", "linux-musl-armv6")]
    [DataRow("linux-musl-armv6; linux-musl-arm", "linux/arm/v7", "linux-musl-arm")]
    [DataRow("linux-x64;win10-x64", "windows/amd64", "win10-x64")]
    public void The_image_of_a_platform_is_called_by_the_projects_runtime_identifier_else_by_that_of_dotnet(
        string runtimes, string platform, string? expected)
    {
        using var lab = new SettingsLab().Add(ItemKind.Push, "push", ("PlatformTags", "true"), ("RuntimeIdentifiers", runtimes));

        Assert.AreEqual(
            expected, PushSettings.Read(lab.Project, lab.Reporter).RuntimeIdentifierOf(Platform.TryParse(platform)!));
    }

    [TestMethod]
    public void A_budget_that_is_no_size_is_refused()
    {
        using var lab = new SettingsLab().Add(ItemKind.Push, "push", ("UploadBudget", "a lot"));

        lab.RefusesValue(project => PushSettings.Read(project, lab.Reporter), "ContainerizeUploadBudget", "a lot");
    }
}
