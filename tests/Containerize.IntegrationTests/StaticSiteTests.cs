using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Images of static sites, asked as browsers ask, and by one.</summary>
[TestClass]
[Requires("root", "apt-get", "podman", "runc")]
internal sealed partial class StaticSiteTests
{
    private static Podman? s_podman;

    private static Podman Podman => s_podman ?? throw new InvalidOperationException("Podman's storage was not made.");

    [ClassInitialize]
    public static async Task MakeStorageAsync(TestContext _) => s_podman = await Podman.StartAsync();

    [ClassCleanup]
    public static async Task RemoveStorageAsync()
    {
        if (s_podman is not null)
        {
            await s_podman.DisposeAsync();
        }
    }

    [TestMethod]
    [Requires("chromium")]
    public async Task An_app_for_the_browser_starts_in_one_and_a_changed_line_costs_one_small_layer()
    {
        var port = FreePort.Find();
        using var project = TestProject.OfSample("browser", $"""<ItemGroup><ContainerPort Include="{port}" /></ItemGroup>""");
        var result = await project.ContainerizeAsync();
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.DoesNotContain("warning", result.Output);
        var image = ImageValidator.Check(project.Archive, baseLayers: 1).Single();
        Assert.AreEqual("runtime dependencies files app", string.Join(' ', Layers(project).Select(layer => layer.Name)));
        Assert.IsNull(image.Find("app/web.config"));

        await Podman.LoadAsync(project.Archive);
        await using (var site = await ServedSite.StartAsync(Podman, "browser:latest", port))
        {
            await AssertIsServedAsBrowsersWantItAsync(site);
            StringAssert.Contains(await BrowseAsync(new Uri(site.Address, "goods/pear")), "<h1>pear</h1>");
            StringAssert.Contains(await BrowseAsync(site.Address), "<p>apple: 50, pear: 40</p>");
            (await Podman.RunAsync("stop", site.Name)).EnsureSuccess();
            var exit = await Podman.RunAsync("inspect", "--format", "{{.State.ExitCode}}", site.Name);
            Assert.AreEqual("0", exit.EnsureSuccess().Output.Trim());
            var logs = (await Podman.RunAsync("logs", site.Name)).EnsureSuccess();
            StringAssert.Contains(logs.Output, "GET /goods/pear");
            Assert.DoesNotContain("[alert]", logs.Error);
            Assert.DoesNotContain("[warn]", logs.Error);
        }

        var before = Layers(project);
        project.Write("Pages/Home.razor", (await File.ReadAllTextAsync(Path.Combine(project.Directory, "Pages/Home.razor")))
            .Replace("All goods", "All our goods", StringComparison.Ordinal));
        result = await project.ContainerizeAsync();
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var changed = Layers(project).Except(before).Single();
        Assert.AreEqual("app", changed.Name);
        Assert.IsLessThan(100_000, changed.Size);
    }

    [TestMethod]
    public async Task Any_published_wwwroot_is_a_site_and_what_is_none_is_refused()
    {
        var port = FreePort.Find();
        using var work = new TemporaryDirectory();
        using var project = await TestProject.WebAsync($"""
            <PropertyGroup>
              <ContainerizeStaticSite>true</ContainerizeStaticSite>
              <ContainerizeStaticSiteFallback>None</ContainerizeStaticSiteFallback>
              <ContainerizeStartCheck>Error</ContainerizeStartCheck>
              <ContainerBaseImage>debian-packages:bookworm</ContainerBaseImage>
            </PropertyGroup>
            <ItemGroup><ContainerPort Include="{port}" /></ItemGroup>
            """);
        project.Write("wwwroot/index.html", "home");
        project.Write("wwwroot/404.html", "not here");
        project.Write("wwwroot/docs/index.html", "documentation");
        project.Write("wwwroot/größe #1 50%/index.html", "sizes");
        project.Write("wwwroot/appsettings.json", $$"""{ "text": "{{new string('x', 1000)}}" }""");
        project.Write("wwwroot/odd name $x.txt", "odd");
        project.Write("wwwroot/backup.tar.gz", "archive");
        var result = await project.ContainerizeAsync();
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive, baseLayers: 1).Single();
        Assert.IsNull(image.Find("app/hello.dll"));
        Assert.IsNull(image.Find("app/wwwroot/appsettings.json.gz"));

        await Podman.LoadAsync(project.Archive);
        await using (var site = await ServedSite.StartAsync(Podman, "hello:latest", port))
        {
            var index = await site.GetAsync("docs/");
            Assert.AreEqual((200, "documentation"), (index.Status, index.Text));
            var folder = await site.GetAsync("docs?a=b");
            Assert.AreEqual((301, "/docs/?a=b"), (folder.Status, folder["Location"]));
            folder = await site.GetAsync("gr%C3%B6%C3%9Fe%20%231%2050%25");
            Assert.AreEqual((301, "/gr%C3%B6%C3%9Fe%20%231%2050%25/"), (folder.Status, folder["Location"]));
            Assert.AreEqual("sizes", (await site.GetAsync("gr%C3%B6%C3%9Fe%20%231%2050%25/")).Text);
            var missing = await site.GetAsync("some/route");
            Assert.AreEqual((404, "not here"), (missing.Status, missing.Text));
            Assert.AreEqual("odd", (await site.GetAsync("odd%20name%20$x.txt")).Text);
            Assert.AreEqual("archive", (await site.GetAsync("backup.tar.gz")).Text);
            var settings = await site.GetAsync("appsettings.json", ("Accept-Encoding", "gzip, br"));
            Assert.AreEqual(("application/json", null, null), (settings["Content-Type"], settings["Content-Encoding"], settings["ETag"]));
        }

        string[] again = ["--no-build", "-p:ContainerRepository=other"];
        var based = await project.ContainerizeAsync(
            [.. again, $"-p:ContainerBaseImage=oci-archive:{project.Archive}", $"-p:ContainerArchiveOutputPath={work["other.tar"]}"]);
        Assert.AreEqual(0, based.ExitCode, based.Output);
        StringAssert.Contains(
            ImageValidator.Check(work["other.tar"], baseLayers: 2).Single().Get("etc/nginx/site.conf").ReadAllText(), "brotli_static on;");
        await FailsAsync("CTZ1039", "nginx", "-p:ContainerBaseImage=scratch");
        await FailsAsync("CTZ1038", "ContainerizeStaticSiteFallback", "-p:ContainerizeStaticSiteFallback=app.html");
        await FailsAsync("CTZ1008", "Windows", "-p:ContainerRuntimeIdentifier=win-x64");

        async Task FailsAsync(string code, string text, string argument)
        {
            var failed = await project.ContainerizeAsync([.. again, argument]);
            Assert.AreNotEqual(0, failed.ExitCode, failed.Output);
            StringAssert.Contains(failed.Output, code);
            StringAssert.Contains(failed.Output, text);
        }
    }

    private static async Task AssertIsServedAsBrowsersWantItAsync(ServedSite site)
    {
        var page = await site.GetAsync("");
        Assert.AreEqual((200, "text/html", "no-cache"), (page.Status, page["Content-Type"], page["Cache-Control"]));
        Assert.AreEqual(("nginx", "nosniff"), (page["Server"], page["X-Content-Type-Options"]));
        Assert.AreEqual("frame-ancestors 'none'", page["Content-Security-Policy"]);
        Assert.AreEqual(("Accept-Encoding", null), (page["Vary"], page["Last-Modified"]));
        var route = await site.GetAsync("goods/pear", ("Accept-Encoding", "br"));
        Assert.AreEqual((200, "br", page.Text, page["ETag"]), (route.Status, route["Content-Encoding"], Plain(route), route["ETag"]));
        foreach (var known in new[] { page["ETag"]!, $"\"x\", {page["ETag"]}" })
        {
            Assert.AreEqual(304, (await site.GetAsync("goods/pear", ("If-None-Match", known))).Status);
        }

        Assert.AreEqual(200, (await site.GetAsync("", ("If-None-Match", "W/\"x\""))).Status);

        // The list of all that the app consists of is where the page says, and names the rest.
        var boot = await site.GetAsync(BootPath().Match(page.Text).Value);
        Assert.AreEqual((200, "text/javascript"), (boot.Status, boot["Content-Type"]));
        var library = $"_framework/{LibraryName().Match(boot.Text).Value}";
        var plain = await site.GetAsync(library);
        Assert.AreEqual((200, "application/wasm", null), (plain.Status, plain["Content-Type"], plain["Content-Encoding"]));
        Assert.AreEqual(("max-age=31536000, immutable", null), (plain["Cache-Control"], plain["ETag"]));
        foreach (var (accepted, encoding) in new[] { ("br, gzip", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br") })
        {
            var packed = await site.GetAsync(library, ("Accept-Encoding", accepted));
            Assert.AreEqual((encoding, "application/wasm"), (packed["Content-Encoding"], packed["Content-Type"]));
            Assert.AreEqual("Accept-Encoding", packed["Vary"]);
            Assert.IsLessThan(plain.Content.Length, packed.Content.Length);
            CollectionAssert.AreEqual(plain.Content, Unpack(packed));
        }

        foreach (var missing in new[] { $"{library}.br", $"{library}.gz", "_framework/gone.wasm", "_framework/gone", "gone.js", ".env" })
        {
            Assert.AreEqual(404, (await site.GetAsync(missing)).Status, missing);
        }

        Assert.AreEqual(200, (await site.GetAsync("css")).Status, "a directory is a route like others, and is not listed");
        Assert.AreEqual(page.Text, (await site.GetAsync("css/")).Text);
        Assert.AreEqual("application/json", (await site.GetAsync("prices.json"))["Content-Type"]);
    }

    private static string Plain(ServedSite.Answer answer) => System.Text.Encoding.UTF8.GetString(Unpack(answer));

    private static byte[] Unpack(ServedSite.Answer answer)
    {
        using var content = new MemoryStream(answer.Content);
        using Stream unpacked = answer["Content-Encoding"] == "br"
            ? new BrotliStream(content, CompressionMode.Decompress)
            : new GZipStream(content, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unpacked.CopyTo(plain);
        return plain.ToArray();
    }

    // On a busy machine, the browser may take its picture before the app has started: then it is asked again.
    private static async Task<string> BrowseAsync(Uri address)
    {
        var page = "";
        for (var tries = 0; tries < 5 && !page.Contains("<h1>", StringComparison.Ordinal); tries++)
        {
            using var profile = new TemporaryDirectory();
            page = (
                await ProcessRunner.RunAsync(
                    "chromium",
                    ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile.FullName}",
                        "--virtual-time-budget=60000", "--dump-dom", address.AbsoluteUri])).EnsureSuccess().Output;
        }

        return page;
    }

    private static List<(string Name, string Digest, long Size)> Layers(TestProject project) =>
        [.. project.Info["layers"]!.AsArray()
            .Select(layer => (Text(layer, "name"), Text(layer, "digest"), (long)layer!["compressedSize"]!))];

    private static string Text(JsonNode? node, string name) => (string)node![name]!;

    [GeneratedRegex(@"_framework/dotnet\.[a-z0-9]+\.js")]
    private static partial Regex BootPath();

    [GeneratedRegex(@"System\.Text\.Json\.[a-z0-9]+\.wasm")]
    private static partial Regex LibraryName();
}
