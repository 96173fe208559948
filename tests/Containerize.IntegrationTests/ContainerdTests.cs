using System.Formats.Tar;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Images in Debian's containerd, by its own program, and started there.</summary>
[TestClass]
[Requires("root", "containerd", "runc")]
internal sealed class ContainerdTests
{
    private const string Image = "docker.io/team/app:latest";
    private const int BaseSize = 10_000_000;

    // The base can run one program: cat, with what it is linked to.
    private static readonly string[] s_programs =
        ["/usr/bin/cat", "/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"];

    private static TestProject? s_project;
    private static Containerd? s_containerd;

    private static TestProject Project => s_project ?? throw new InvalidOperationException("The project was not published.");

    private static Containerd Engine => s_containerd ?? throw new InvalidOperationException("containerd was not started.");

    [ClassInitialize]
    public static async Task PrepareAsync(TestContext _)
    {
        s_project = await TestProject.ConsoleAsync("""
            <PropertyGroup>
              <ContainerBaseImage>oci:base:base</ContainerBaseImage>
              <ContainerRepository>team/app</ContainerRepository>
            </PropertyGroup>
            <ItemGroup><None Include="answer.txt" CopyToPublishDirectory="Always" /></ItemGroup>
            """);
        TestImage.WriteLayout(
            Path.Combine(s_project.Directory, "base"),
            ("base", TestImage.Create(TestLayer.OfSize(BaseSize), TestLayer.FromTar(TestLayer.Tar([.. s_programs.Select(Program)])))));
        s_project.Write("answer.txt", "first");
        var result = await s_project.RunAsync("publish");
        Assert.AreEqual(0, result.ExitCode, result.Output);
        s_containerd = await Containerd.StartAsync();
    }

    [ClassCleanup]
    public static async Task EndAsync()
    {
        await (s_containerd?.DisposeAsync() ?? ValueTask.CompletedTask);
        s_project?.Dispose();
    }

    [TestMethod]
    public async Task Containerd_gets_the_image_and_after_a_change_only_what_changed()
    {
        Project.Write("answer.txt", "first");
        await ContainerizeAsync();

        Assert.IsGreaterThan(BaseSize, Sent().Written, "containerd has nothing yet.");
        Assert.AreEqual($"containerd:{Image}", Sent().Location);
        Assert.AreEqual("first", await AnswerAsync());

        await ContainerizeAsync();
        Assert.AreEqual(0, Sent().Written, "It has this very image.");

        Project.Write("answer.txt", "second");
        await ContainerizeAsync();
        Assert.IsLessThan(BaseSize / 10, Sent().Written, "The base's layers must not be sent again.");
        Assert.IsGreaterThan(BaseSize, Sent().Avoided);
        Assert.AreEqual("second", await AnswerAsync());
    }

    [TestMethod]
    public async Task An_image_that_lost_a_layer_is_repaired()
    {
        Project.Write("answer.txt", "whole");
        await ContainerizeAsync();
        var layer = Project.Info["layers"]!.AsArray()[^1]!["digest"]!.GetValue<string>();
        (await Engine.RunAsync("content", "rm", layer)).EnsureSuccess();

        await ContainerizeAsync();

        Assert.IsGreaterThan(0, Sent().Written);
        (await Engine.RunAsync("content", "get", layer)).EnsureSuccess();
        Assert.AreEqual("whole", await AnswerAsync());
    }

    [TestMethod]
    public async Task An_archive_is_imported_and_run()
    {
        using var folder = new TemporaryDirectory();
        Project.Write("answer.txt", "archived");
        var result = await Project.ContainerizeAsync(
            "--no-build", $"-p:ContainerArchiveOutputPath={folder["app.tar"]}", "-p:ContainerImageTag=archive");
        Assert.AreEqual(0, result.ExitCode, result.Output);

        (await Engine.RunAsync("images", "import", folder["app.tar"])).EnsureSuccess();

        Assert.AreEqual(
            "archived", await Engine.StartContainerAsync("docker.io/team/app:archive", "/usr/bin/cat", "/app/answer.txt"));
    }

    [TestMethod]
    public async Task A_containerd_that_does_not_run_is_an_error_that_says_so()
    {
        var result = await Project.ContainerizeAsync(
            new Dictionary<string, string?> { ["CONTAINERD_ADDRESS"] = $"{Project.Directory}/no.sock" },
            "--no-build",
            "-p:LocalRegistry=Containerd");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ6002:");
        StringAssert.Contains(result.Output, "no.sock");
    }

    private static async Task ContainerizeAsync()
    {
        var result = await Project.ContainerizeAsync(Engine.Environment, "--no-build", "-p:LocalRegistry=Containerd");
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private static Task<string> AnswerAsync() => Engine.StartContainerAsync(Image, "/usr/bin/cat", "/app/answer.txt");

    private static (string Location, long Written, long Avoided) Sent()
    {
        var daemon = Project.Info["destinations"]!.AsArray().Single(destination => (string?)destination!["kind"] == "daemon")!;
        return ((string)daemon["locations"]![0]!, daemon["bytesWritten"]!.GetValue<long>(), daemon["bytesAvoided"]!.GetValue<long>());
    }

    private static TarEntry Program(string path)
    {
        var entry = TestLayer.Entry(TarEntryType.RegularFile, path.TrimStart('/'), File.ReadAllBytes(path));
        entry.Mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return entry;
    }
}
