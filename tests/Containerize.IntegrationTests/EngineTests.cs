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
        var culture = System.Globalization.CultureInfo.GetCultureInfo("de-DE");
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        app.MapGet("/", () => $"user {Environment.UserName}, {1234.5.ToString("N1", culture)}, {zone.BaseUtcOffset}");
        app.Run();
        """;

    private const string Answer = "user app, 1.234,5, 01:00:00";

    private static RegistryServer? s_registry;
    private static TestProject? s_project;
    private static string? s_digest;
    private static Podman? s_podman;
    private static Dockerd? s_docker;

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    /// <summary>Published once, framework-dependent; its archive stays as it is, and tests containerize it without a build.</summary>
    private static TestProject Project => s_project ?? throw new InvalidOperationException("The project was not published.");

    // Both unpack the base's layers once, which takes longer than all that the images of this class do.
    private static Podman Podman => s_podman ?? throw new InvalidOperationException("Podman's storage was not made.");

    private static Dockerd Docker => s_docker ?? throw new InvalidOperationException("dockerd was not started.");

    private static string Base => $"<PropertyGroup><ContainerBaseImage>{Registry.Host}/dotnet/base:10</ContainerBaseImage>"
        + "<ContainerizeStartCheck>Error</ContainerizeStartCheck></PropertyGroup>";

    [ClassInitialize]
    public static async Task PublishAsync(TestContext _)
    {
        s_registry = await RegistryServer.StartAsync();
        await s_registry.SeedAsync((await DebianBase.SharedAsync()).Layout, "dotnet/base:10");
        s_project = await TestProject.WebAsync(Base, Program);
        var result = await s_project.ContainerizeAsync();
        Assert.AreEqual(0, result.ExitCode, result.Output);
        s_digest = s_project.Digest;
        s_podman = await Podman.StartAsync();
        s_docker = await Dockerd.StartAsync();
    }

    [ClassCleanup]
    public static async Task EndAsync()
    {
        await (s_docker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (s_podman?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (s_registry?.DisposeAsync() ?? ValueTask.CompletedTask);
        s_project?.Dispose();
    }

    private static async Task ContainerizeAsync(params string[] arguments)
    {
        var result = await Project.ContainerizeAsync(["--no-build", .. arguments]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    [TestMethod]
    public Task An_image_runs_in_podman_and_in_docker_as_the_bases_user() => AssertRunsAsync(Project.Archive);

    [TestMethod]
    public async Task A_self_contained_image_runs_in_podman_and_in_docker_as_the_bases_user()
    {
        using var project = await TestProject.WebAsync(Base, Program);
        var result = await project.ContainerizeAsync("-r", "linux-x64", "--self-contained");
        Assert.AreEqual(0, result.ExitCode, result.Output);

        await AssertRunsAsync(project.Archive);
    }

    private static async Task AssertRunsAsync(string archive)
    {
        ImageValidator.Check(archive, baseLayers: 2);

        await Podman.LoadAsync(archive);
        Assert.AreEqual(Answer, await Podman.AskAsync("hello:latest", FreePort.Find()));
        await Docker.LoadAsync(archive);
        Assert.AreEqual(Answer, await Docker.AskAsync("hello:latest", FreePort.Find()));
        var history = await Docker.RunAsync("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Comment}}", "hello:latest");
        StringAssert.Contains(history.Output, "Containerize app: ");
        StringAssert.Contains(history.Output, "debootstrap");
    }

    [TestMethod]
    public async Task An_archive_is_read_by_skopeo_unpacked_by_umoci_and_validated_by_oci_image_tool()
    {
        using var work = new TemporaryDirectory();
        var archive = $"oci-archive:{Project.Archive}";

        var inspected = JsonNode.Parse((await ProcessRunner.RunAsync("skopeo", ["inspect", archive])).EnsureSuccess().Output)!;
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", archive, $"oci:{work["layout"]}:latest"])).EnsureSuccess();
        (await ProcessRunner.RunAsync("umoci", ["unpack", "--image", $"{work["layout"]}:latest", work["bundle"]])).EnsureSuccess();
        var validated = await ProcessRunner.RunAsync("oci-image-tool", ["validate", "--type", "image", work["layout"]]);

        Assert.AreEqual(s_digest, inspected["Digest"]!.GetValue<string>());
        Assert.IsTrue(File.Exists(work["bundle/rootfs/app/hello.dll"]));
        Assert.IsTrue(File.Exists(work["bundle/rootfs/usr/share/dotnet/dotnet"]));
        Assert.AreEqual(0, validated.ExitCode, validated.Output + validated.Error);
    }

    [TestMethod]
    public void What_the_base_says_and_Containerize_does_not_know_survives()
    {
        var image = ImageValidator.Check(Project.Archive, baseLayers: 2).Single();

        Assert.AreEqual("""{"Test":["CMD","true"]}""", image.Settings["Healthcheck"]!.ToJsonString());
        Assert.AreEqual("kept", (string?)image.Settings["Labels"]!["base.label"]);
        Assert.AreEqual("1654", (string?)image.Settings["User"]);
        Assert.IsTrue(image.Settings["ExposedPorts"]!.AsObject().ContainsKey("8080/tcp"));
        Assert.StartsWith("sha256:", (string)image.Manifest["annotations"]!["org.opencontainers.image.base.digest"]!);
    }

    [TestMethod]
    public async Task A_push_mounts_the_base_and_sends_nothing_the_second_time()
    {
        string[] arguments =
            [$"-p:ContainerRegistry={Registry.Host}", "-p:ContainerRepository=team/app", "-p:ContainerImageTags=\"1.0;latest\""];
        await ContainerizeAsync(arguments);
        var first = Project.Info["destinations"]!.AsArray().Single(destination => destination!["kind"]!.GetValue<string>() == "registry")!;

        await ContainerizeAsync(arguments);

        Assert.IsLessThan(1_000_000, first["bytesWritten"]!.GetValue<long>(), "The base's layers must be mounted.");
        var again = Project.Info["destinations"]!.AsArray().Single()!;
        Assert.AreEqual(0, again["bytesWritten"]!.GetValue<long>());
        var pulled = JsonNode.Parse(
            (await ProcessRunner.RunAsync("skopeo", ["inspect", "--tls-verify=false", $"docker://{Registry.Host}/team/app:1.0"]))
                .EnsureSuccess().Output)!;
        Assert.AreEqual(Project.Digest, pulled["Digest"]!.GetValue<string>());
        StringAssert.Contains(Registry.Log, "mount=");
    }

    [TestMethod]
    public async Task A_base_can_be_a_layout_or_an_archive_of_skopeo_or_docker()
    {
        using var work = new TemporaryDirectory();
        var layout = (await DebianBase.SharedAsync()).Layout;
        var (archive, docker) = ($"oci-archive:{work["base.tar"]}", $"docker-archive:{work["docker.tar"]}");
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci:{layout}:base", $"{archive}:base"])).EnsureSuccess();
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci:{layout}:base", $"{docker}:base:10"])).EnsureSuccess();

        foreach (var (reference, number) in new[] { $"oci:{layout}:base", archive, docker }.Select((reference, i) => (reference, i)))
        {
            var made = work[$"made{number}.tar"];
            await ContainerizeAsync($"-p:ContainerBaseImage={reference}", $"-p:ContainerArchiveOutputPath={made}");

            var image = ImageValidator.Check(made, baseLayers: 2).Single();
            Assert.HasCount(3, image.Layers, reference);
            Assert.AreEqual("1654", (string?)image.Settings["User"], reference);
        }
    }

    [TestMethod]
    public async Task A_base_that_lacks_the_platform_is_refused_with_those_it_has()
    {
        using var project = await TestProject.WebAsync(Base);

        var result = await project.ContainerizeAsync("-p:ContainerRuntimeIdentifier=linux-arm64");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ2003:");
        StringAssert.Contains(result.Output, "linux/amd64");
    }

    [TestMethod]
    public async Task A_base_tag_that_does_not_exist_is_named()
    {
        var result = await Project.ContainerizeAsync("--no-build", $"-p:ContainerBaseImage={Registry.Host}/dotnet/base:99");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ2002:");
        StringAssert.Contains(result.Output, "dotnet/base:99");
    }
}
