using Containerize.Sites;
using static Containerize.Tests.Sites.SiteLab;

namespace Containerize.Tests.Sites;

[TestClass]
internal sealed class NginxConfigurationTests
{
    private static readonly SiteServer s_plain = new(BrotliModule: null);

    private static string Write(params IReadOnlyList<SiteRoute> routes) => NginxConfiguration.Write(Site, routes, s_plain);

    /// <summary>A table of the configuration, row by row.</summary>
    private static string Table(string configuration, string variables)
    {
        var begin = configuration.IndexOf($"  map {variables} {{", StringComparison.Ordinal);
        var end = configuration.IndexOf("\n  }", begin, StringComparison.Ordinal);
        return string.Join('|', configuration[begin..end].Split('\n').Skip(1).Select(line => line.Trim()));
    }

    [TestMethod]
    public void Tables_say_what_differs_from_the_usual()
    {
        var text = Write(
            new("/", "/index.html", "no-cache", "aa"),
            new("/app.css", "/app.css", "no-cache", "bb"),
            new("/app.x7y8.css", "/app.css", "max-age=31536000, immutable", null));

        Assert.AreEqual("""volatile;|default $uri;|"/" "/index.html";|"/app.x7y8.css" "/app.css";""", Table(text, "$uri $file"));
        Assert.AreEqual(
            """volatile;|default "no-cache";|"/app.x7y8.css" "max-age=31536000, immutable";""", Table(text, "$route $cache"));
        Assert.AreEqual("""volatile;|default "";|"/" 'W/"aa"';|"/app.css" 'W/"bb"';""", Table(text, "$route $tag"));
        Assert.AreEqual("""volatile;|default "";""", Table(text, "$uri $folder"));
    }

    [TestMethod]
    public void A_directory_with_an_index_is_redirected_to_where_relative_links_work() =>
        Assert.AreEqual(
            """volatile;|default "";|"/docs" "/docs/";""",
            Table(Write(new SiteRoute("/docs/", "/docs/index.html", "no-cache", null)), "$uri $folder"));

    [TestMethod]
    [DataRow("a#b", "a%23b")]
    [DataRow("100%", "100%25")]
    [DataRow("why?", "why%3F")]
    [DataRow("two words", "two%20words")]
    [DataRow("größe/文", "gr%C3%B6%C3%9Fe/%E6%96%87")]
    [DataRow("c$d", "c%24d")]
    [DataRow("x;{y}", "x%3B%7By%7D")]
    [DataRow("v1.2-a_b~c", "v1.2-a_b~c")]
    public void A_redirect_is_a_URL_whatever_the_name_of_the_directory(string name, string expected) =>
        Assert.AreEqual(
            $"volatile;|default \"\";|\"/{name}\" \"/{expected}/\";",
            Table(Write(new SiteRoute($"/{name}/", $"/{name}/index.html", "no-cache", null)), "$uri $folder"));

    [TestMethod]
    public void Names_are_quoted_and_none_can_leave_its_place()
    {
        var text = Write(
            new("/a\"b.txt", "/a\"b.txt", "no-cache", "aa"),
            new("/a\\b.txt", "/a\\b.txt", "no-cache", "bb"),
            new("/a;b {c}.txt", "/a;b {c}.txt", "no-cache", "cc"),
            new("/line\nbreak.txt", "/line\nbreak.txt", "no-cache", "dd"));

        Assert.AreEqual(
            """volatile;|default "";|"/a\"b.txt" 'W/"aa"';|"/a\\b.txt" 'W/"bb"';|"/a;b {c}.txt" 'W/"cc"';""", Table(text, "$route $tag"));
    }

    [TestMethod]
    public void A_dollar_in_the_name_of_a_file_is_not_taken_for_a_variable()
    {
        var text = Write(new("/a.x7y8.txt", "/a$b.txt", "immutable", null), new("/c$d/", "/c$d/index.html", "no-cache", null));

        Assert.AreEqual("volatile;|default $uri;", Table(text, "$uri $file"));
    }

    [TestMethod]
    public void Brotli_is_asked_for_only_where_the_server_knows_it()
    {
        var with = NginxConfiguration.Write(Site, [], new SiteServer("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"));

        StringAssert.Contains(with, "load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;");
        StringAssert.Contains(with, "  brotli_static on;");
        Assert.DoesNotContain("load_module", Write());
        Assert.DoesNotContain("brotli_static", Write());
    }

    [TestMethod]
    public void Ports_root_and_fallback_are_those_of_the_site()
    {
        var site = Site with { Directory = "/srv/my site", Ports = [80, 8443], Fallback = "app/index.html" };

        var text = NginxConfiguration.Write(site, [], s_plain);

        StringAssert.Contains(text, "    listen 80;\n    listen 8443;\n    root \"/srv/my site/wwwroot\";");
        StringAssert.Contains(text, "try_files $file \"/app/index.html\";");
        StringAssert.Contains(
            NginxConfiguration.Write(site with { Fallback = null }, [], s_plain), "    location / {\n      try_files $file =404;");
    }

    [TestMethod]
    public void A_page_for_what_is_not_found_is_used_where_there_is_one()
    {
        StringAssert.Contains(Write(new SiteRoute("/404.html", "/404.html", "no-cache", "aa")), "error_page 404 /404.html;");
        Assert.DoesNotContain("error_page", Write());
    }

    [TestMethod]
    [DataRow(10, 128)]
    [DataRow(96, 128)]
    [DataRow(97, 256)]
    [DataRow(1000, 2048)]
    public void Buckets_have_room_for_the_longest_path(int length, int expected) =>
        StringAssert.Contains(
            Write(new SiteRoute("/".PadRight(length, 'x'), "/x", "no-cache", null)), $"map_hash_bucket_size {expected};");
}
