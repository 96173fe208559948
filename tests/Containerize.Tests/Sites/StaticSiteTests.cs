using static Containerize.Tests.Sites.SiteLab;

namespace Containerize.Tests.Sites;

[TestClass]
internal sealed class StaticSiteTests
{
    [TestMethod]
    public void Only_the_web_root_is_handed_out_and_settings_without_their_compressed_forms()
    {
        using var lab = new SiteLab();
        foreach (var path in (string[])
            ["web.config", "app.dll", "wwwroot/index.html", "wwwroot/index.html.br", "wwwroot/appsettings.json",
                "wwwroot/appsettings.json.gz", "wwwroot/appsettings.Production.json.br"])
        {
            lab.Write(path, "content");
        }

        Assert.AreEqual(
            "wwwroot/appsettings.json wwwroot/index.html wwwroot/index.html.br",
            string.Join(' ', Site.Select(lab.Published).Select(file => file.RelativePath)));
    }

    [TestMethod]
    [DataRow("app.dll", "index.html", "wwwroot")]
    [DataRow("wwwroot/app.js", "index.html", "ContainerizeStaticSiteFallback")]
    [DataRow("wwwroot/index.html", "app/index.html", "wwwroot/app/index.html")]
    public void A_publish_without_a_site_is_refused_with_what_is_missing(string path, string fallback, string named)
    {
        using var lab = new SiteLab();

        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => (Site with { Fallback = fallback }).Select(lab.Write(path, "content").Published));

        Assert.AreEqual(DiagnosticCode.NoSite, failure.Code);
        StringAssert.Contains(failure.Message, named);
    }

    [TestMethod]
    public void A_site_without_a_fallback_needs_no_page()
    {
        using var lab = new SiteLab();

        Assert.HasCount(1, (Site with { Fallback = null }).Select(lab.Write("wwwroot/app.js", "content").Published));
    }
}
