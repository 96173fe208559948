using Containerize.Oci;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class SiteSettingsTests
{
    private static readonly Platform s_linux = Platform.FromRuntimeIdentifier("linux-x64");

    private static SettingsLab With(string fallback = "", params string[] ports) => ports.Aggregate(
        new SettingsLab().AddDefaults().Add(ItemKind.Site, "site", ("Fallback", fallback)), (lab, port) => lab.Add(ItemKind.Port, port));

    [TestMethod]
    public void A_project_that_is_none_has_no_site()
    {
        using var lab = new SettingsLab().AddDefaults();

        Assert.IsNull(SiteSettings.Read(lab.Project, s_linux));
    }

    [TestMethod]
    public void The_server_listens_on_the_tcp_ports_of_the_image()
    {
        using var lab = With("", "8080", "9090/udp", "80", "8080/tcp");

        var site = SiteSettings.Read(lab.Project, s_linux)!;

        CollectionAssert.AreEqual(new[] { 8080, 80 }, site.Ports.ToList());
        Assert.AreEqual(("/app/wwwroot", "index.html"), (site.Root, site.Fallback));
    }

    [TestMethod]
    [DataRow("None", null)]
    [DataRow("none", null)]
    [DataRow("404.html", "404.html")]
    [DataRow(@"\app\index.html", "app/index.html")]
    public void Another_page_or_none_answers_for_paths_without_a_file(string text, string? expected)
    {
        using var lab = With(text, "8080");

        Assert.AreEqual(expected, SiteSettings.Read(lab.Project, s_linux)!.Fallback);
    }

    [TestMethod]
    [DataRow("../index.html", "8080", "ContainerizeStaticSiteFallback '../index.html'")]
    [DataRow("$host.html", "8080", "ContainerizeStaticSiteFallback '$host.html'")]
    [DataRow("", "9090/udp", "ContainerPort")]
    public void A_value_that_makes_no_sense_is_refused(string fallback, string port, string named)
    {
        using var lab = With(fallback, port);

        lab.RefusesValue(project => SiteSettings.Read(project, s_linux), named);
    }

    [TestMethod]
    public void There_is_no_site_on_windows()
    {
        using var lab = With("", "8080");

        lab.RefusesValue(project => SiteSettings.Read(project, Platform.FromRuntimeIdentifier("win-x64")), "Windows", "linux-x64");
    }
}
