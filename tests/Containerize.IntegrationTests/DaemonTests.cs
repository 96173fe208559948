using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>
/// Images straight into real engines, and out of them as bases. One project is published once, and its base is small: what engines do with
/// images that run is seen in <see cref="EngineTests"/>; here their containers are made, and read, but not started.
/// </summary>
[TestClass]
[Requires("root", "podman", "runc", "dockerd", "docker", "skopeo")]
internal sealed class DaemonTests
{
    private const int BaseSize = 10_000_000;

    private static TestProject? s_project;
    private static Dockerd? s_docker;
    private static Podman? s_podman;

    private static TestProject Project => s_project ?? throw new InvalidOperationException("The project was not published.");

    private static Dockerd Docker => s_docker ?? throw new InvalidOperationException("dockerd was not started.");

    private static Podman Podman => s_podman ?? throw new InvalidOperationException("Podman's storage was not made.");

    private static string NoSocket => $"unix://{Project.Directory}/no.sock";

    [ClassInitialize]
    public static async Task PrepareAsync(TestContext _)
    {
        // A text of the publish output changes without a compiler.
        s_project = await TestProject.ConsoleAsync("""
            <PropertyGroup><ContainerBaseImage>oci:base:base</ContainerBaseImage></PropertyGroup>
            <ItemGroup><None Include="answer.txt" CopyToPublishDirectory="Always" /></ItemGroup>
            """);
        var baseImage = TestImage.Create(
            TestImage.LinuxX64,
            docker: false,
            config => config["config"]!["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("CMD", "true") },
            TestLayer.OfSize(BaseSize));
        TestImage.WriteLayout(Path.Combine(s_project.Directory, "base"), ("base", baseImage));
        s_project.Write("answer.txt", "first");
        var result = await s_project.RunAsync("publish");
        Assert.AreEqual(0, result.ExitCode, result.Output);
        s_podman = await Podman.StartAsync();
        s_docker = await Dockerd.StartAsync();
    }

    [ClassCleanup]
    public static async Task EndAsync()
    {
        await (s_docker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (s_podman?.DisposeAsync() ?? ValueTask.CompletedTask);
        s_project?.Dispose();
    }

    private static IEngine Engine(string kind) => kind == "Docker" ? Docker : Podman;

    private static Task<ProcessResult> TryAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        Project.ContainerizeAsync(environment, ["--no-build", .. arguments]);

    private static async Task ContainerizeAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var result = await TryAsync(environment, arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    /// <summary>What an engine got, by the facts that the build wrote.</summary>
    private static (string Location, long Written, long Avoided) Sent()
    {
        var daemon = Project.Info["destinations"]!.AsArray().Single(destination => (string?)destination!["kind"] == "daemon")!;
        return ((string)daemon["locations"]![0]!, daemon["bytesWritten"]!.GetValue<long>(), daemon["bytesAvoided"]!.GetValue<long>());
    }

    /// <summary>What an image of an engine has in the file that the tests change.</summary>
    private static async Task<string> AnswerAsync(IEngine engine, string image)
    {
        using var work = new TemporaryDirectory();
        var container = (await engine.RunAsync("create", image)).EnsureSuccess().Output.Trim();
        (await engine.RunAsync("cp", $"{container}:/app/answer.txt", work["answer.txt"])).EnsureSuccess();
        (await engine.RunAsync("rm", container)).EnsureSuccess();
        return await File.ReadAllTextAsync(work["answer.txt"]);
    }

    private static Dictionary<string, string?> With(
        IReadOnlyDictionary<string, string?> environment, params (string Name, string? Value)[] more)
    {
        var all = environment.ToDictionary();
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return all;
    }

    [TestMethod]
    [DataRow("Docker")]
    [DataRow("Podman")]
    public async Task An_engine_gets_the_image_and_after_a_change_only_what_changed(string kind)
    {
        var engine = Engine(kind);
        string[] arguments = [$"-p:LocalRegistry={kind}", "-p:ContainerRepository=team/incremental"];
        Project.Write("answer.txt", "first");

        await ContainerizeAsync(engine.Environment, arguments);

        var first = Sent();
        Assert.AreEqual($"{kind.ToLowerInvariant()}:team/incremental:latest", first.Location);
        Assert.IsGreaterThan(BaseSize, first.Written, "The engine has nothing yet.");
        Assert.IsEmpty(
            Directory.GetFiles(Path.Combine(Project.Directory, "bin"), "incremental*.tar", SearchOption.AllDirectories),
            "An archive was not asked for.");

        await ContainerizeAsync(engine.Environment, arguments);

        Assert.AreEqual(0, Sent().Written, "The engine has this very image.");

        Project.Write("answer.txt", "second");
        await ContainerizeAsync(engine.Environment, arguments);

        Assert.IsLessThan(BaseSize / 10, Sent().Written, "The base's layers must not be sent again.");
        Assert.IsGreaterThan(BaseSize, Sent().Avoided);
        Assert.AreEqual("second", await AnswerAsync(engine, "team/incremental:latest"));
    }

    [TestMethod]
    [DataRow("Docker", "docker-daemon")]
    [DataRow("Podman", "containers-storage")]
    public async Task An_image_of_an_engine_can_be_the_base(string kind, string transport)
    {
        var engine = Engine(kind);
        using var work = new TemporaryDirectory();
        (await ProcessRunner.RunAsync("skopeo",
            ["copy", "-q", $"oci:{Project.Directory}/base:base", $"docker-archive:{work["base.tar"]}:team/base:10"])).EnsureSuccess();
        await engine.LoadAsync(work["base.tar"]);
        Project.Write("answer.txt", "based");

        await ContainerizeAsync(engine.Environment, $"-p:ContainerBaseImage={transport}:team/base:10", "-p:ContainerizeLoad=true",
            $"-p:LocalRegistry={kind}", "-p:ContainerRepository=team/based", $"-p:ContainerArchiveOutputPath={work["based.tar"]}");

        Assert.AreEqual("based", await AnswerAsync(engine, "team/based:latest"));
        Assert.AreEqual("team/base:10", (string?)Project.Info["base"]!["name"]);
        Assert.AreEqual("""{"Test":["CMD","true"]}""", ImageValidator.Check(work["based.tar"], baseLayers: 1)
            .Single().Settings["Healthcheck"]!.ToJsonString());

        var missing = await TryAsync(engine.Environment, $"-p:ContainerBaseImage={transport}:team/base:11");
        Assert.AreNotEqual(0, missing.ExitCode);
        StringAssert.Contains(missing.Output, "error CTZ2002:");
        StringAssert.Contains(missing.Output, "team/base:11");
    }

    [TestMethod]
    public async Task Zstd_is_loaded_by_Podman_and_refused_for_the_Docker_that_would_not_unpack_it()
    {
        string[] arguments = ["-p:ContainerizeCompression=zstd", "-p:ContainerRepository=team/zstd"];
        Project.Write("answer.txt", "zstd");

        await ContainerizeAsync(Podman.Environment, [.. arguments, "-p:LocalRegistry=Podman"]);
        Assert.AreEqual("zstd", await AnswerAsync(Podman, "team/zstd:latest"));

        var version = (await Docker.RunAsync("version", "--format", "{{.Server.Version}}")).EnsureSuccess().Output.Trim();
        var result = await TryAsync(Docker.Environment, [.. arguments, "-p:LocalRegistry=Docker"]);
        if (int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture) < 23)
        {
            Assert.AreNotEqual(0, result.ExitCode);
            StringAssert.Contains(result.Output, "error CTZ1035:");
            StringAssert.Contains(result.Output, $"Docker {version}");
        }
        else
        {
            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.AreEqual("zstd", await AnswerAsync(Docker, "team/zstd:latest"));
        }
    }

    [TestMethod]
    public async Task The_engine_of_a_context_of_Docker_is_used()
    {
        using var home = new TemporaryDirectory();
        var environment = new Dictionary<string, string?> { ["DOCKER_CONFIG"] = home.FullName, ["DOCKER_HOST"] = null };
        (await ProcessRunner.RunAsync("docker", ["context", "create", "elsewhere", "--docker", $"host={Docker.Environment["DOCKER_HOST"]}"],
            environment: environment)).EnsureSuccess();
        (await ProcessRunner.RunAsync("docker", ["context", "use", "elsewhere"], environment: environment)).EnsureSuccess();

        await ContainerizeAsync(environment, "-p:LocalRegistry=Docker", "-p:ContainerRepository=team/context");

        Assert.AreEqual("docker:team/context:latest", Sent().Location);
        (await Docker.RunAsync("image", "inspect", "team/context:latest")).EnsureSuccess();
    }

    [TestMethod]
    public async Task Auto_takes_Docker_when_it_answers_and_else_Podman()
    {
        string[] arguments = ["-p:LocalRegistry=Auto", "-p:ContainerRepository=team/auto"];

        await ContainerizeAsync(With(Podman.Environment, ("DOCKER_HOST", Docker.Environment["DOCKER_HOST"])), arguments);

        Assert.AreEqual("docker:team/auto:latest", Sent().Location);

        await ContainerizeAsync(With(Podman.Environment, ("DOCKER_HOST", NoSocket)), arguments);

        Assert.AreEqual("podman:team/auto:latest", Sent().Location);
        (await Podman.RunAsync("image", "inspect", "team/auto:latest")).EnsureSuccess();
    }

    [TestMethod]
    public async Task Podman_runs_the_new_image_where_it_has_an_older_one_of_its_own()
    {
        string[] arguments = ["-p:LocalRegistry=Podman", "-p:ContainerRepository=shadowed"];
        Project.Write("answer.txt", "older");
        await ContainerizeAsync(Podman.Environment, arguments);
        (await Podman.RunAsync("tag", "shadowed:latest", "docker.io/library/shadowed:latest")).EnsureSuccess();
        Project.Write("answer.txt", "newer");

        await ContainerizeAsync(Podman.Environment, arguments);

        Assert.AreEqual("podman:shadowed:latest", Sent().Location);
        Assert.AreEqual("newer", await AnswerAsync(Podman, "shadowed"));
        Assert.AreEqual("older", await AnswerAsync(Podman, "docker.io/library/shadowed"));

        await ContainerizeAsync(Podman.Environment, arguments);

        Assert.AreEqual(0, Sent().Written, "The engine has this very image.");
    }

    [TestMethod]
    public async Task An_engine_that_is_not_running_is_an_error_that_says_so()
    {
        var result = await TryAsync(new Dictionary<string, string?> { ["DOCKER_HOST"] = NoSocket }, "-p:LocalRegistry=Docker");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ6002:");
        StringAssert.Contains(result.Output, "no.sock");
    }
}
