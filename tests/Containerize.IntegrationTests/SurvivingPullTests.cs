using System.Diagnostics;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds that are killed while they fetch their base image, by their process ids, as CI systems do it.</summary>
[TestClass]
internal sealed class SurvivingPullTests : IAsyncDisposable
{
    private const string Base = "dotnet/base";
    private const int Size = 20_000_000;
    private const int Arrived = 18_000_000;

    private static readonly TestLayer s_layer = TestLayer.OfSize(Size, seed: 20);

    private readonly TemporaryDirectory _folder = new();
    private TestRegistry _registry = null!;
    private TestProject _project = null!;

    [TestInitialize]
    public async Task PrepareAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _registry.AddImage(Base, "10", TestImage.Create(s_layer, TestLayer.Of(("etc/os-release", "ID=test\n"))));
        _project = await TestProject.ConsoleAsync(
            $"<PropertyGroup><ContainerBaseImage>{_registry.Authority}/{Base}:10</ContainerBaseImage></PropertyGroup>");
        (await _project.RunAsync("publish")).EnsureSuccess();
        _registry.On(RequestKind.Blob, "GET").Where(IsLayer).Once().Do(fault => fault.StallAfter(Arrived));
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _project.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task A_build_that_is_killed_at_ninety_percent_leaves_ten_percent_to_the_next()
    {
        await KillAsync(await StartUntilArrivedAsync());

        var result = await ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var rest = Layers().Last();
        Assert.HasCount(2, Layers());
        Assert.AreEqual($"bytes={Arrived}-", rest.Header("Range"));
        Assert.AreEqual(s_layer.Content.Length - Arrived, rest.BytesSent);
        ImageValidator.Check(_project.Archive, baseLayers: 2);
        Assert.IsEmpty(Parts());
    }

    [TestMethod]
    public async Task A_part_that_a_crash_of_the_machine_damaged_costs_a_download_and_no_build()
    {
        await KillAsync(await StartUntilArrivedAsync());
        await using (var part = Parts().Single().OpenWrite())
        {
            // What the file system knew the length of, and had not written.
            part.Position = Arrived / 2;
            await part.WriteAsync(new byte[4096]);
        }

        var result = await ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(s_layer.Content.Length, Layers().Last().BytesSent);
        ImageValidator.Check(_project.Archive, baseLayers: 2);
    }

    [TestMethod]
    public async Task A_build_that_waits_for_another_continues_when_that_one_is_killed()
    {
        using var first = await StartUntilArrivedAsync();
        var second = ContainerizeAsync();
        while (Directory.GetFiles(_folder["cache/leases"]).Length < 2)
        {
            await Task.Delay(50);
        }

        await KillAsync(first);
        var result = await second;

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(s_layer.Content.Length - Arrived, Layers().Last().BytesSent);
        ImageValidator.Check(_project.Archive, baseLayers: 2);
    }

    private static bool IsLayer(RecordedRequest request) => request.Reference == Oci.Digest.Of(s_layer.Content.Span).ToString();

    private RecordedRequest[] Layers() => [.. _registry.RequestsTo(RequestKind.Blob, "GET").Where(IsLayer)];

    private FileInfo[] Parts() =>
        Directory.Exists(_folder["cache/parts"]) ? new DirectoryInfo(_folder["cache/parts"]).GetFiles() : [];

    private Dictionary<string, string?> Environment() => new() { ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"] };

    private Task<ProcessResult> ContainerizeAsync() => _project.ContainerizeAsync(Environment(), "--no-build");

    private async Task<Process> StartUntilArrivedAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["publish", "-t:Containerize", "--no-build", "-m:1"])
        {
            WorkingDirectory = _project.Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Dotnet.Environment(Environment()))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!Array.Exists(Parts(), part => part.Length == Arrived))
        {
            Assert.IsFalse(process.HasExited, "It should wait for the rest of the layer.");
            await Task.Delay(50);
        }

        return process;
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
