using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Images on a real Debian base, from a real registry, in the hands of real tools.</summary>
[TestClass]
[Requires("root", "docker-registry", "skopeo", "umoci", "podman", "runc", "dockerd", "docker", "oci-image-tool", "debootstrap")]
internal sealed class EngineTests
{
    // The base brings no shared certificates of its own for the test's host; the app proves ICU and time zones from inside.
    private const string Program = """
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapGet("/", () => $"user {Environment.UserName}, {1234.5.ToString("N1", System.Globalization.CultureInfo.GetCultureInfo("de-DE"))}, {TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").BaseUtcOffset}");
        app.Run();
        """;

    private const string Answer = "user app, 1.234,5, 01:00:00";

    private static RegistryServer? s_registry;

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    [ClassInitialize]
    public static async Task StartRegistryAsync(TestContext _)
    {
        s_registry = await RegistryServer.StartAsync();
        await s_registry.SeedAsync((await DebianBase.SharedAsync()).Layout, "dotnet/base:10");
    }

    [ClassCleanup]
    public static async Task StopRegistryAsync()
    {
        if (s_registry is not null)
        {
            await s_registry.DisposeAsync();
        }
    }

    private static async Task<TestProject> BuildAsync(params string[] arguments)
    {
        var project = await TestProject.WebAsync(
            $"""<PropertyGroup><ContainerBaseImage>{Registry.Host}/dotnet/base:10</ContainerBaseImage></PropertyGroup>""", Program);
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return project;
    }

    [TestMethod]
    [DataRow("framework-dependent")]
    [DataRow("self-contained")]
    public async Task An_image_runs_in_podman_and_in_docker_as_the_bases_user(string kind)
    {
        using var project = await BuildAsync(kind == "self-contained" ? ["-r", "linux-x64", "--self-contained"] : []);
        ImageValidator.Check(project.Archive, baseLayers: 2);

        await using (var podman = new Podman())
        {
            await podman.LoadAsync(project.Archive);
            Assert.AreEqual(Answer, await podman.AskAsync("hello:latest", FreePort.Find()));
        }

        await using var docker = await Dockerd.StartAsync();
        await docker.LoadAsync(project.Archive);
        Assert.AreEqual(Answer, await docker.AskAsync("hello:latest", FreePort.Find()));
        var history = await docker.RunAsync("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Comment}}", "hello:latest");
        StringAssert.Contains(history.Output, "Containerize app: ");
        StringAssert.Contains(history.Output, "debootstrap");
    }

    [TestMethod]
    public async Task An_archive_is_read_by_skopeo_unpacked_by_umoci_and_validated_by_oci_image_tool()
    {
        using var project = await BuildAsync();
        using var work = new TemporaryDirectory();

        var inspected =
            JsonNode.Parse((await ProcessRunner.RunAsync("skopeo", ["inspect", $"oci-archive:{project.Archive}"])).EnsureSuccess().Output)!;
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci-archive:{project.Archive}", $"oci:{work["layout"]}:latest"])).EnsureSuccess();
        (await ProcessRunner.RunAsync("umoci", ["unpack", "--image", $"{work["layout"]}:latest", work["bundle"]])).EnsureSuccess();
        var validated = await ProcessRunner.RunAsync("oci-image-tool", ["validate", "--type", "image", work["layout"]]);

        Assert.AreEqual(project.Digest, inspected["Digest"]!.GetValue<string>());
        Assert.IsTrue(File.Exists(work["bundle/rootfs/app/hello.dll"]));
        Assert.IsTrue(File.Exists(work["bundle/rootfs/usr/share/dotnet/dotnet"]));
        Assert.AreEqual(0, validated.ExitCode, validated.Output + validated.Error);
    }

    [TestMethod]
    public async Task What_the_base_says_and_Containerize_does_not_know_survives()
    {
        using var project = await BuildAsync();

        var image = ImageValidator.Check(project.Archive, baseLayers: 2).Single();

        Assert.AreEqual("""{"Test":["CMD","true"]}""", image.Settings["Healthcheck"]!.ToJsonString());
        Assert.AreEqual("kept", (string?)image.Settings["Labels"]!["base.label"]);
        Assert.AreEqual("1654", (string?)image.Settings["User"]);
        Assert.IsTrue(image.Settings["ExposedPorts"]!.AsObject().ContainsKey("8080/tcp"));
        Assert.IsTrue(
            (
                (string?)image.Manifest["annotations"]!["org.opencontainers.image.base.digest"])!.StartsWith("sha256:", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_push_mounts_the_base_and_sends_nothing_the_second_time()
    {
        using var project = await BuildAsync(
            $"-p:ContainerRegistry={Registry.Host}", "-p:ContainerRepository=team/app", "-p:ContainerImageTags=\"1.0;latest\"");
        var first = project.Info["destinations"]!.AsArray().Single(destination => destination!["kind"]!.GetValue<string>() == "registry")!;

        var second = await project.ContainerizeAsync(
            $"-p:ContainerRegistry={Registry.Host}", "-p:ContainerRepository=team/app", "-p:ContainerImageTags=\"1.0;latest\"");

        Assert.AreEqual(0, second.ExitCode, second.Output);
        Assert.IsLessThan(1_000_000, first["bytesWritten"]!.GetValue<long>(), "The base's layers must be mounted.");
        var again = project.Info["destinations"]!.AsArray().Single()!;
        Assert.AreEqual(0, again["bytesWritten"]!.GetValue<long>());
        var pulled = JsonNode.Parse(
            (await ProcessRunner.RunAsync("skopeo", ["inspect", "--tls-verify=false", $"docker://{Registry.Host}/team/app:1.0"]))
                .EnsureSuccess().Output)!;
        Assert.AreEqual(project.Digest, pulled["Digest"]!.GetValue<string>());
        StringAssert.Contains(Registry.Log, "mount=");
    }

    [TestMethod]
    public async Task A_base_can_be_a_layout_or_an_archive_of_skopeo_or_docker()
    {
        using var work = new TemporaryDirectory();
        var layout = (await DebianBase.SharedAsync()).Layout;
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci:{layout}:base", $"oci-archive:{work["base.tar"]}:base"])).EnsureSuccess();
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci:{layout}:base", $"docker-archive:{work["docker.tar"]}:base:10"])).EnsureSuccess();

        foreach (var reference in new[] { $"oci:{layout}:base", $"oci-archive:{work["base.tar"]}", $"docker-archive:{work["docker.tar"]}" })
        {
            using var project =
                await TestProject.WebAsync($"""<PropertyGroup><ContainerBaseImage>{reference}</ContainerBaseImage></PropertyGroup>""");

            var result = await project.ContainerizeAsync();

            Assert.AreEqual(0, result.ExitCode, $"{reference}\n{result.Output}");
            var image = ImageValidator.Check(project.Archive, baseLayers: 2).Single();
            Assert.HasCount(3, image.Layers);
            Assert.AreEqual("1654", (string?)image.Settings["User"]);
        }
    }

    [TestMethod]
    public async Task A_base_that_lacks_the_platform_is_refused_with_those_it_has()
    {
        using var project = await TestProject.WebAsync(
            $"""<PropertyGroup><ContainerBaseImage>{Registry.Host}/dotnet/base:10</ContainerBaseImage></PropertyGroup>""");

        var result = await project.ContainerizeAsync("-p:ContainerRuntimeIdentifier=linux-arm64");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ2003:");
        StringAssert.Contains(result.Output, "linux/amd64");
    }

    [TestMethod]
    public async Task A_base_tag_that_does_not_exist_is_named()
    {
        using var project = await TestProject.WebAsync(
            $"""<PropertyGroup><ContainerBaseImage>{Registry.Host}/dotnet/base:99</ContainerBaseImage></PropertyGroup>""");

        var result = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ2002:");
        StringAssert.Contains(result.Output, "dotnet/base:99");
    }
}
