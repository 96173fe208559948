using Containerize.Sites;
using static Containerize.Tests.Sites.SiteLab;

namespace Containerize.Tests.Sites;

[TestClass]
internal sealed class AssetEndpointsTests
{
    private const string Forever = "max-age=31536000, immutable";

    [TestMethod]
    public void A_route_has_its_file_and_the_time_that_browsers_keep_it()
    {
        using var lab = new SiteLab();
        lab.WriteManifest(string.Join(
            ',', Endpoint("css/app.css", "css/app.css", "no-cache"), Endpoint("css/app.nk9bgqz024.css", "css/app.css", Forever)));

        CollectionAssert.AreEqual(
            new[] { new AssetEndpoint("css/app.css", "css/app.css", "no-cache"), new("css/app.nk9bgqz024.css", "css/app.css", Forever) },
            AssetEndpoints.Read(lab.Published).ToList());
    }

    [TestMethod]
    public void Compressed_forms_are_no_routes_of_their_own()
    {
        using var lab = new SiteLab();
        lab.WriteManifest(string.Join(
            ',',
            Endpoint("index.html", "index.html.br", "no-cache", "br"),
            Endpoint("index.html.gz", "index.html.gz", "no-cache", "gzip"),
            Endpoint("index.html", "index.html", "no-cache")));

        Assert.AreEqual(new AssetEndpoint("index.html", "index.html", "no-cache"), AssetEndpoints.Read(lab.Published).Single());
    }

    [TestMethod]
    [DataRow("{}")]
    [DataRow("[]")]
    [DataRow("not JSON")]
    [DataRow("""{"Endpoints":{}}""")]
    [DataRow("""{"Endpoints":[{"Route":1,"AssetFile":"a","ResponseHeaders":[]}]}""")]
    [DataRow("""{"Endpoints":[{"Route":"a"}]}""")]
    public void Something_else_of_that_name_tells_nothing(string content)
    {
        using var lab = new SiteLab();
        lab.Write("app.staticwebassets.endpoints.json", content);

        Assert.IsEmpty(AssetEndpoints.Read(lab.Published));
    }

    [TestMethod]
    public void Without_a_manifest_there_is_no_endpoint()
    {
        using var lab = new SiteLab();

        Assert.IsEmpty(AssetEndpoints.Read(lab.Write("wwwroot/index.html", "page").Published));
    }
}
