using System.Text;
using Containerize.Oci;
using Containerize.Sites;

namespace Containerize.Tests.Sites;

[TestClass]
internal sealed class SiteRoutesTests
{
    private const string Forever = "max-age=31536000, immutable";

    private static string TagOf(string content) => Digest.Of(Encoding.UTF8.GetBytes(content)).Hex[..32];

    private static SiteFile File(string path) => new(path, Digest.Of(Encoding.UTF8.GetBytes(path)));

    private static IReadOnlyList<SiteRoute> Of(string files, params AssetEndpoint[] endpoints) =>
        SiteRoutes.Of([.. files.Split(' ').Select(File)], endpoints);

    [TestMethod]
    public void A_file_with_a_fingerprint_is_kept_for_good_and_needs_no_tag() => Assert.AreEqual(
        new SiteRoute("/app.x7y8.wasm", "/app.x7y8.wasm", Forever, null),
        Of("app.x7y8.wasm", new AssetEndpoint("app.x7y8.wasm", "app.x7y8.wasm", Forever)).Single());

    [TestMethod]
    public void A_name_that_only_looks_like_a_fingerprint_is_asked_for_again() => Assert.AreEqual(
        new SiteRoute("/jquery.v1abcdefgh.js", "/jquery.v1abcdefgh.js", "no-cache", TagOf("jquery.v1abcdefgh.js")),
        Of("jquery.v1abcdefgh.js").Single());

    [TestMethod]
    public void A_route_without_a_file_of_its_name_leads_to_the_file_of_the_manifest()
    {
        var routes = Of("css/app.css", new("css/app.css", "css/app.css", "no-cache"), new("css/app.x7y8.css", "css/app.css", Forever));

        CollectionAssert.AreEqual(
            new[]
            {
                new SiteRoute("/css/app.css", "/css/app.css", "no-cache", TagOf("css/app.css")),
                new SiteRoute("/css/app.x7y8.css", "/css/app.css", Forever, null),
            },
            routes.ToList());
    }

    [TestMethod]
    public void A_file_that_is_left_out_of_the_image_has_no_route() =>
        Assert.AreEqual("/index.html /", string.Join(' ', Of("index.html", new AssetEndpoint("secret.x7y8.pfx", "secret.pfx", Forever))
            .Select(route => route.Path).OrderDescending()));

    [TestMethod]
    public void A_compressed_form_is_no_content_and_an_archive_is()
    {
        var routes = Of("a.js a.js.br a.js.gz backup.tar.gz");

        Assert.AreEqual("/a.js /backup.tar.gz", string.Join(' ', routes.Select(route => route.Path)));
    }

    [TestMethod]
    public void The_index_of_a_directory_answers_for_the_directory()
    {
        var routes = Of("docs/index.html index.html");

        Assert.AreEqual(
            "/=/index.html /docs/=/docs/index.html /docs/index.html=/docs/index.html /index.html=/index.html",
            string.Join(' ', routes.Select(route => $"{route.Path}={route.File}")));
        Assert.AreEqual(TagOf("index.html"), routes[0].Tag);
    }

    [TestMethod]
    public void Of_paths_that_differ_in_case_alone_nothing_is_said() =>
        Assert.AreEqual("/other.txt", string.Join(' ', Of("README.md readme.md other.txt").Select(route => route.Path)));

    [TestMethod]
    [DataRow("appsettings.json", false)]
    [DataRow("appsettings.Production.json", false)]
    [DataRow("sub/appsettings.json", false)]
    [DataRow("myappsettings.json", true)]
    [DataRow("appsettings.json.txt", true)]
    public void Settings_that_deployments_mount_over_have_no_tag(string path, bool isTagged) =>
        Assert.AreEqual(isTagged, Of(path).Single().Tag is not null);

    [TestMethod]
    public void A_file_of_unknown_content_has_no_tag() =>
        Assert.IsNull(SiteRoutes.Of([new SiteFile("link.txt", null)], []).Single().Tag);

    [TestMethod]
    [DataRow("no-store; add_header X y")]
    [DataRow("a\"b")]
    [DataRow("x}y")]
    [DataRow("$uri")]
    public void What_could_end_a_statement_is_not_taken_from_the_manifest(string cacheControl) =>
        Assert.AreEqual("no-cache", Of("a.js", new AssetEndpoint("a.js", "a.js", cacheControl)).Single().CacheControl);
}
