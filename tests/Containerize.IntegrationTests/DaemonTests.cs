using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>Images straight into real engines, and out of them as bases.</summary>
[TestClass]
[Requires("root", "podman", "runc", "dockerd", "docker", "debootstrap")]
public sealed class DaemonTests
{
    private static string Program(string answer) => $$"""
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapGet("/", () => "{{answer}}");
        app.Run();
        """;

    private static async Task<IEngine> StartAsync(string kind) => kind == "Docker" ? await Dockerd.StartAsync() : new Podman();

    private static async Task ContainerizeAsync(TestProject project, IEngine engine, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(engine.Environment, arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private static long Bytes(TestProject project, string what) => project.Info["destinations"]!.AsArray().Single(destination => (string?)destination!["kind"] == "daemon")![what]!.GetValue<long>();

    [TestMethod]
    [DataRow("Docker")]
    [DataRow("Podman")]
    public async Task An_engine_gets_the_image_and_after_a_change_only_what_changed(string kind)
    {
        await using var engine = await StartAsync(kind);
        using var project = await TestProject.WebAsync($"<PropertyGroup><ContainerBaseImage>oci:{(await DebianBase.SharedAsync()).Layout}:base</ContainerBaseImage></PropertyGroup>", Program("first"));

        await ContainerizeAsync(project, engine, $"-p:LocalRegistry={kind}");

        Assert.IsEmpty(Directory.GetFiles(Path.Combine(project.Directory, "bin"), "*.tar", SearchOption.AllDirectories), "An archive was not asked for.");
        Assert.AreEqual("first", await engine.AskAsync("hello:latest", FreePort.Find()));
        var first = Bytes(project, "bytesWritten");

        project.Write("Program.cs", Program("second"));
        await ContainerizeAsync(project, engine, $"-p:LocalRegistry={kind}");

        Assert.AreEqual("second", await engine.AskAsync("hello:latest", FreePort.Find()));
        Assert.IsLessThan(first / 100, Bytes(project, "bytesWritten"), "The base's layers must not be sent again.");
        Assert.IsGreaterThan(first / 2, Bytes(project, "bytesAvoided"));
    }

    [TestMethod]
    [DataRow("Docker", "docker-daemon")]
    [DataRow("Podman", "containers-storage")]
    public async Task An_image_of_an_engine_can_be_the_base(string kind, string transport)
    {
        await using var engine = await StartAsync(kind);
        using var work = new TemporaryDirectory();
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci:{(await DebianBase.SharedAsync()).Layout}:base", $"docker-archive:{work["base.tar"]}:team/base:10"])).EnsureSuccess();
        await engine.LoadAsync(work["base.tar"]);
        using var project = await TestProject.WebAsync($"<PropertyGroup><ContainerBaseImage>{transport}:team/base:10</ContainerBaseImage></PropertyGroup>", Program("based"));

        await ContainerizeAsync(project, engine, "-p:ContainerizeLoad=true", $"-p:LocalRegistry={kind}");

        Assert.AreEqual("based", await engine.AskAsync("hello:latest", FreePort.Find()));
        Assert.AreEqual("team/base:10", (string?)project.Info["base"]!["name"]);

        var missing = await project.ContainerizeAsync(engine.Environment, $"-p:ContainerBaseImage={transport}:team/base:11");
        Assert.AreNotEqual(0, missing.ExitCode);
        StringAssert.Contains(missing.Output, "error CTZ2002:");
    }

    [TestMethod]
    public async Task An_engine_that_nobody_runs_is_an_error_that_says_so()
    {
        using var project = await TestProject.ConsoleAsync("<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");

        var result = await project.ContainerizeAsync(new Dictionary<string, string?> { ["DOCKER_HOST"] = $"unix://{project.Directory}/no.sock" }, "-p:LocalRegistry=Docker");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ6002:");
        StringAssert.Contains(result.Output, "no.sock");
    }

    [TestMethod]
    public async Task A_name_that_is_no_engine_is_refused_before_anything_is_built()
    {
        using var project = await TestProject.ConsoleAsync("<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");

        var result = await project.ContainerizeAsync("-p:LocalRegistry=Rocket");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ1008:");
        StringAssert.Contains(result.Output, "Docker, Podman, Auto");
    }
}
