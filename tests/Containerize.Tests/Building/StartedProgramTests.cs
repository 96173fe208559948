using Containerize.Bases;
using Containerize.Building;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Moq;

namespace Containerize.Tests.Building;

/// <summary>An image starts what is in it.</summary>
[TestClass]
internal sealed class StartedProgramTests : IDisposable
{
    private static readonly Platform s_windows = Platform.FromRuntimeIdentifier("win-x64");

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    private static LayerEntry File(string path) =>
        new()
        {
            Path = path,
            Type = LayerEntryType.File,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute,
            Content = "x"u8.ToArray(),
        };

    private static LayerEntry Link(string path, string target) =>
        new() { Path = path, Type = LayerEntryType.SymbolicLink, Mode = UnixFileMode.UserRead, LinkTarget = target };

    private static ImageRequest Request(Platform platform, IReadOnlyList<LayerEntry> entries, IImageSource? baseImage = null) => new()
    {
        Layers = [new EntriesLayer("app", entries)],
        Base = baseImage ?? new ScratchSource(),
        Platform = platform,
        WorkingDirectory = "/app",
    };

    private Task<BuiltImage> BuildAsync(ImageRequest request, params string[] command) =>
        Sample.BuildAsync(request with { Command = new ImageCommand { AppCommand = command } }, new BlobStore(_folder["cache"]), _reporter);

    /// <summary>A base that brings files of its own.</summary>
    private async Task<IImageSource> BaseAsync(Platform platform, params LayerEntry[] entries)
    {
        var built = await BuildAsync(Request(platform.IsWindows ? Sample.Amd64 : platform, entries), "sh");
        var image = platform.IsWindows ? Sample.Image(platform, [.. built.Image.Layers]) : built.Image;
        return Mock.Of<IImageSource>(source =>
            source.OpenAsync(It.IsAny<Platform>(), It.IsAny<CancellationToken>()) == Task.FromResult(
                new BaseImage(image, "registry.example/base:1")));
    }

    [TestMethod]
    [DataRow("/app/App")]
    [DataRow("./App")]
    [DataRow("bin/../App")]
    [DataRow("dotnet", "/app/App.dll")]
    [DataRow("dotnet", "App.dll")]
    [DataRow("/usr/bin/dotnet", "./App.dll")]
    [DataRow("dotnet", "--info")]
    [DataRow("App")]
    [DataRow("sh", "-c", "/app/missing")]
    [DataRow("/app/link")]
    public async Task What_is_there_or_is_looked_up_elsewhere_is_accepted(params string[] command) =>
        await BuildAsync(Request(Sample.Amd64, [File("app/App"), File("app/App.dll"), Link("app/link", "App")]), command);

    [TestMethod]
    [DataRow("/app/app")]
    [DataRow("/app/App.exe")]
    [DataRow("./bin/App")]
    [DataRow("dotnet", "/app/Other.dll")]
    [DataRow("dotnet", "Other.dll", "--arguments")]
    [DataRow("/usr/share/dotnet/dotnet", "/app/Other.dll")]
    [DataRow("/app/sub")]
    [DataRow("/app/nowhere")]
    public async Task A_program_that_is_missing_is_an_error(params string[] command)
    {
        var request = Request(Sample.Amd64, [File("app/App"), File("app/App.dll"), File("app/sub/x"), Link("app/nowhere", "missing")]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(request, command));

        Assert.AreEqual(DiagnosticCode.ProgramMissing, failure.Code);
        StringAssert.Contains(failure.Message, "'/app/");
    }

    [TestMethod]
    public async Task An_entrypoint_of_the_project_counts_as_well()
    {
        var request = Request(Sample.Amd64, [File("app/App")]) with
        {
            Command = new ImageCommand { Entrypoint = ["/app/start.sh"], DefaultArgs = ["x"] },
        };

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => Sample.BuildAsync(request, new BlobStore(_folder["cache"]), _reporter));

        Assert.AreEqual(DiagnosticCode.ProgramMissing, failure.Code);
    }

    [TestMethod]
    [DataRow(true, "/app/tool")]
    [DataRow(true, "/app/link")]
    [DataRow(false, "/app/other")]
    public async Task A_program_of_the_base_is_found(bool isThere, string command)
    {
        var request = Request(
            Sample.Amd64,
            [File("app/App.dll")],
            await BaseAsync(Sample.Amd64, File("app/tool"), File("opt/real"), Link("app/link", "/opt/real")));

        if (isThere)
        {
            await BuildAsync(request, command);
            return;
        }

        Assert.AreEqual(
            DiagnosticCode.ProgramMissing,
            (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(request, command))).Code);
    }

    [TestMethod]
    [DataRow(@"C:\app\App.exe", true)]
    [DataRow(@"C:\APP\app.EXE", true)]
    [DataRow(@"C:\app\App", true)]
    [DataRow(@"C:\app\Other.exe", false)]
    public async Task Windows_reads_names_in_its_own_way(string program, bool isThere)
    {
        var request = Request(s_windows, [File("app/App.exe")], await BaseAsync(s_windows, File("Files/Windows/System32/cmd.exe")));

        if (isThere)
        {
            await BuildAsync(request, program);
            return;
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(request, program));
        Assert.AreEqual(DiagnosticCode.ProgramMissing, failure.Code);
        StringAssert.Contains(failure.Message, @"C:\app\Other.exe");
    }
}
