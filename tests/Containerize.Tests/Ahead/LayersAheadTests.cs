using Containerize.Ahead;
using Containerize.Building;
using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Ahead;

[TestClass]
internal sealed class LayersAheadTests
{
    private static readonly EntryRules s_rules = new("/app", LayerOptions.DefaultModificationTime);
    private static readonly Digest s_key = Digest.Of("settings"u8);

    private readonly TemporaryDirectory _folder = new();
    private readonly BackgroundScheduler _scheduler = new();
    private readonly RecordingReporter _reporter = new();

    private LayerCache Cache => new(new BlobStore(_folder["cache"]));

    [TestCleanup]
    public void Clean()
    {
        _scheduler.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task The_layers_are_those_that_the_published_files_make()
    {
        var files = Packages("runtime.so:\u007fELF of the runtime:RuntimePack", "lib.dll:a package:Package", "tool.sh:#!/bin/sh:Package");

        using var ahead = Begin(files);
        var runtime = await WaitAsync(ahead, LayerOrder.Runtime);
        var dependencies = await WaitAsync(ahead, LayerOrder.Dependencies);

        var published = await PublishAsync(files);
        Assert.AreEqual(published[LayerOrder.Runtime], runtime!.Inputs);
        Assert.AreEqual(published[LayerOrder.Dependencies], dependencies!.Inputs);
        Assert.IsTrue(Cache.Store.Has(runtime.Made!.Blob.Descriptor.Digest));
        Assert.IsNull(await WaitAsync(ahead, LayerOrder.App));
    }

    [TestMethod]
    public async Task A_layer_of_the_cache_is_not_made_again()
    {
        var files = Packages("lib.dll:a package:Package");
        using (var first = Begin(files))
        {
            Assert.IsNotNull((await WaitAsync(first, LayerOrder.Dependencies))!.Made);
        }

        using var second = Begin(files);

        Assert.IsNull((await WaitAsync(second, LayerOrder.Dependencies))!.Made);
    }

    [TestMethod]
    public async Task Projects_that_want_the_same_layer_have_it_made_once()
    {
        var files = Packages([.. Enumerable.Range(0, 5).Select(number => $"lib{number}.dll:package {number}:Package")]);
        var projects = Enumerable.Range(0, 20).Select(number => Begin(files, directory: _folder[$"obj{number}"])).ToList();

        var layers = await Task.WhenAll(projects.Select(project => WaitAsync(project, LayerOrder.Dependencies)));

        Assert.AreEqual(1, layers.Count(layer => layer!.Made is not null));
        Assert.AreEqual(1, layers.Select(layer => layer!.Inputs).Distinct().Count());
        projects.ForEach(project => project.Dispose());
    }

    [TestMethod]
    public async Task Nothing_has_to_be_begun_when_the_same_layers_are_there()
    {
        using (var ahead = Begin(Packages("lib.dll:a package:Package")))
        {
            Assert.IsFalse(LayersAhead.AreThere(s_key, Cache, _folder["obj"]));
            await WaitAsync(ahead, LayerOrder.Dependencies);
        }

        Assert.IsTrue(LayersAhead.AreThere(s_key, Cache, _folder["obj"]));
        Assert.IsFalse(LayersAhead.AreThere(Digest.Of("other settings"u8), Cache, _folder["obj"]));
        Assert.IsFalse(LayersAhead.AreThere(s_key, new LayerCache(new BlobStore(_folder["empty"])), _folder["obj"]));
    }

    [TestMethod]
    public async Task A_file_that_cannot_be_read_is_left_to_the_build()
    {
        var missing = new PackageFile("lib.dll", _folder["packages/none.dll"], new FileOrigin(FileOriginKind.Package, "Lib", "1.0.0"));

        using var ahead = Begin([missing]);

        Assert.IsNull(await WaitAsync(ahead, LayerOrder.Dependencies));
        Assert.IsTrue(_reporter.Details.Any(detail => detail.StartsWith("Layers could not be made ahead:", StringComparison.Ordinal)));
        Assert.IsFalse(LayersAhead.AreThere(s_key, Cache, _folder["obj"]));
    }

    [TestMethod]
    public async Task Work_that_is_stopped_leaves_nothing_half_written()
    {
        // Large, and nothing that compresses to nothing: the work is at it when it is stopped.
        var noise = new byte[64 << 20];
        new Random(1).NextBytes(noise);
        await File.WriteAllBytesAsync(_folder.Write("packages/large.dll", ""), noise);
        var file = new PackageFile("large.dll", _folder["packages/large.dll"], new FileOrigin(FileOriginKind.Package, "Lib", "1.0.0"));
        var ahead = Begin([file]);
        while (!Directory.Exists(_folder["cache/tmp"]) || Directory.GetFiles(_folder["cache/tmp"]).Length == 0)
        {
            await Task.Delay(1);
        }

        ahead.Dispose();

        Assert.IsNull(await WaitAsync(ahead, LayerOrder.Dependencies));
        Assert.AreEqual(0, Directory.GetFiles(_folder["cache/tmp"]).Length);
        Assert.IsFalse(LayersAhead.AreThere(s_key, Cache, _folder["obj"]));
    }

    [TestMethod]
    public async Task A_build_that_is_cancelled_does_not_wait()
    {
        using var blocked = new ManualResetEventSlim();
        _ = Task.Factory.StartNew(
            () => blocked.Wait(TimeSpan.FromMinutes(1)), CancellationToken.None, TaskCreationOptions.None, _scheduler);
        using var ahead = Begin(Packages("lib.dll:a package:Package"));

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ahead.WaitAsync(LayerOrder.Dependencies, _reporter, new CancellationToken(canceled: true)));

        blocked.Set();
    }

    [TestMethod]
    public async Task Layers_that_the_app_may_be_merged_with_are_not_guessed()
    {
        using var ahead = Begin(Packages("lib.dll:a package:Package"), request => request with { MaxLayers = 2 });

        Assert.IsNull(await WaitAsync(ahead, LayerOrder.Dependencies));
    }

    private IReadOnlyList<PackageFile> Packages(params string[] files) =>
    [
        .. from file in files
           let parts = file.Split(':', 3)
           let kind = parts[2].EndsWith("RuntimePack", StringComparison.Ordinal) ? FileOriginKind.RuntimePack : FileOriginKind.Package
           let content = parts[1]
           select new PackageFile(parts[0], _folder.Write($"packages/{parts[0]}", content), new FileOrigin(kind, "Lib", "1.0.0")),
    ];

    private LayersAhead Begin(
        IReadOnlyList<PackageFile> files, Func<LayerRequest, LayerRequest>? change = null, string? directory = null) => new(
            new AheadRequest(s_key, files, change?.Invoke(Request()) ?? Request(), new LayerOptions()),
            Cache,
            directory ?? _folder["obj"],
            _scheduler);

    private LayerRequest Request() => new() { Entries = s_rules, MaxLayers = 10, ProjectDirectory = _folder["project"] };

    private Task<AheadLayer?> WaitAsync(LayersAhead ahead, string name) => ahead.WaitAsync(name, _reporter, CancellationToken.None);

    // As the build plans it, from the publish directory.
    private async Task<IReadOnlyDictionary<string, Digest>> PublishAsync(IReadOnlyList<PackageFile> files)
    {
        foreach (var file in files)
        {
            File.Copy(file.SourcePath, _folder.Write($"publish/{file.RelativePath}", ""), overwrite: true);
        }

        _folder.Write("publish/app.dll", "the app");
        var origins = files.ToDictionary(file => file.RelativePath, file => file.Origin);
        origins["app.dll"] = FileOrigin.App;
        var published = PublishDirectory.List(_folder["publish"], origins, new HashSet<string>());
        var inputs = new Dictionary<string, Digest>();
        foreach (var layer in LayerStack.Plan(published, Request(), SecretMemory.Load(path: null), _reporter))
        {
            var hashes = FileHashes.Load(path: null);
            var content = await EntriesContent.ReadAsync(layer.Entries, new LayerOptions(), hashes, CancellationToken.None);
            inputs[layer.Name] = content.Content.Hash;
        }

        return inputs;
    }
}
