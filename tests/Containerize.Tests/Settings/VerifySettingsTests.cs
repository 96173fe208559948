using Containerize.Bases;
using Containerize.Oci;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class VerifySettingsTests
{
    private static readonly Digest s_digest = Digest.Of([1]);

    [TestMethod]
    public void A_name_is_written_as_that_of_a_base()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Verify, "verify", ("Image", "oci-archive:out/app.tar:1"));

        Assert.AreEqual(new OciArchiveReference(Path.Combine(lab.Directory, "out", "app.tar"), "1"), Read(lab).Place);
    }

    [TestMethod]
    public void Without_one_it_is_what_the_first_registry_has_under_the_first_tag()
    {
        using var lab = new SettingsLab().Add(ItemKind.Name, "app", ("Tags", "1.4;latest"))
            .Add(ItemKind.Registry, "ghcr.io/team;registry.example.com").Add(ItemKind.Verify, "verify");

        Assert.AreEqual("ghcr.io/team/app:1.4", ((RegistryReference)Read(lab).Place).Image.ToString());
    }

    [TestMethod]
    public void An_archive_or_a_layout_that_exists_has_the_image_of_the_projects_name()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Verify, "verify").Add(ItemKind.Archive, "app.tar")
            .Add(ItemKind.Layout, "layout");
        lab.Write("layout/oci-layout", "{}");

        Assert.AreEqual(new LayoutReference(Path.Combine(lab.Directory, "layout"), "docker.io/library/app:latest"), Read(lab).Place);
        lab.Write("app.tar", "");
        Assert.IsInstanceOfType<OciArchiveReference>(Read(lab).Place);
    }

    [TestMethod]
    public void Nothing_to_verify_is_an_error()
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Verify, "verify").Add(ItemKind.Archive, "app.tar");

        lab.Refuses(DiagnosticCode.NothingToVerify, _ => Read(lab), "app.tar' does not exist", "ContainerizeVerifyImage");
    }

    [TestMethod]
    public void The_base_is_pinned_only_where_the_project_names_the_same_one_by_a_tag_alone()
    {
        const string Base = "registry.example.com/base:1";
        Assert.AreEqual(s_digest, Settings(Base).PinTo(Base, s_digest));
        Assert.IsNull(Settings(Base).PinTo(Base, null));
        Assert.IsNull(Settings(Base).PinTo("registry.example.com/base:2", s_digest));
        Assert.IsNull(Settings($"{Base}@{s_digest}").PinTo($"{Base}@{s_digest}", s_digest));
        Assert.IsNull(Settings("scratch").PinTo("scratch", s_digest));
        Assert.IsNull(Settings(Base, ("LockFile", "lock.json")).PinTo(Base, s_digest));
    }

    [TestMethod]
    public void A_pinned_base_is_what_its_tag_means()
    {
        using var lab = new SettingsLab().Add(ItemKind.Base, "base", ("Image", "registry.example.com/base:1"))
            .Add(ItemKind.BasePin, s_digest.ToString());

        Assert.AreEqual(s_digest, BaseSettings.Read(lab.Project).Tags.Pinned);
    }

    private static VerifySettings Read(SettingsLab lab) =>
        VerifySettings.Read(lab.Project, DestinationSettings.Read(lab.Project, lab.Reporter));

    private static BaseSettings Settings(string image, params (string Name, string Value)[] metadata)
    {
        using var lab = new SettingsLab().Add(ItemKind.Base, "base", [("Image", image), .. metadata]);
        return BaseSettings.Read(lab.Project);
    }
}
