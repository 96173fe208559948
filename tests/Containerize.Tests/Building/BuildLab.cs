using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Building;

/// <summary>A project with two layers, and a registry. Every machine has a cache and an obj directory of its own.</summary>
internal sealed class BuildLab : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<RegistryClient> _clients = [];

    private BuildLab(TestRegistry registry) => Registry = registry;

    internal TestRegistry Registry { get; }

    internal RecordingReporter Reporter { get; } = new();

    internal RepositoryReference Repository => Registry.Repository("team/app");

    internal static async Task<BuildLab> StartAsync()
    {
        var lab = new BuildLab(await TestRegistry.StartAsync());
        lab.Write("lib.dll", "a package");
        lab.Write("app.dll", "the app");
        return lab;
    }

    internal void Write(string path, string content) => _directory.Write("publish/" + path, content);

    internal void Write(string path, byte[] content) => _directory.Write("publish/" + path, content);

    /// <summary>The version of the package that <c>lib.dll</c> comes from.</summary>
    internal string LibVersion { get; set; } = "1.2.3";

    /// <summary>The machine whose cache the others read; null for none.</summary>
    internal string? Warm { get; set; }

    internal BlobStore Cache(string machine) => new(
        _directory[$"{machine}/cache"], Warm is null || Warm == machine ? null : new BlobStore(_directory[$"{Warm}/cache"]));

    /// <summary>The project's own store on a machine.</summary>
    internal BlobStore Own(string machine) => new(_directory[$"{machine}/obj"]);

    /// <summary>All files with their content.</summary>
    internal IReadOnlyDictionary<string, string> Files() => Directory
        .EnumerateFiles(_directory.FullName, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)), StringComparer.Ordinal);

    internal RegistryClient NewClient()
    {
        var client = new RegistryClient(
            new RegistryOptions
            {
                RetryDelay = TimeSpan.FromMilliseconds(1),
                MaxRetryDelay = TimeSpan.FromMilliseconds(5),
                Environment = _ => null,
                SystemConfigDirectory = _directory["etc"],
                SystemRuntimeDirectory = _directory["run"],
                SystemDataDirectory = _directory["share"],
            },
            Reporter);
        _clients.Add(client);
        return client;
    }

    /// <summary>Builds as the task does.</summary>
    /// <param name="machine">Which machine builds.</param>
    /// <param name="from">Images whose layers may be used, besides the one that the push replaces; none at all for no image in any
    /// registry.</param>
    /// <param name="trusts">Whether those are trusted.</param>
    /// <param name="targets">Where the image goes; null for the registry's own repository.</param>
    /// <param name="format">The family of media types.</param>
    /// <param name="needsBytes">Whether a destination reads the layers.</param>
    /// <param name="ahead">What the build makes ahead; null for nothing.</param>
    /// <param name="symbols">The layer of the debug image; null for no debug image.</param>
    /// <param name="change">Makes other layers of those of the project.</param>
    internal async Task<BuiltImage> BuildAsync(
        string machine,
        IReadOnlyList<ImageReference>? from = null,
        bool trusts = false,
        IReadOnlyList<RepositoryReference>? targets = null,
        ImageFormat format = ImageFormat.Oci,
        bool needsBytes = false,
        Func<string, CancellationToken, Task<AheadLayer?>>? ahead = null,
        ILayerSource? symbols = null,
        Func<ILayerSource, ILayerSource>? change = null)
    {
        var origins =
            new Dictionary<string, FileOrigin> { ["lib.dll"] = new(FileOriginKind.Package, "Lib", LibVersion), ["app.dll"] = FileOrigin.App };
        var rules = new EntryRules("/app", LayerOptions.DefaultModificationTime);
        var request = new ImageRequest
        {
            Layers = [.. LayerPlanner.Plan(
                PublishDirectory.List(_directory["publish"], origins, new HashSet<string>()),
                LayerSplit.ByOrigin).Select(plan => EntriesLayer.Of(plan.Name, plan.Files, rules)).Select(change ?? (layer => layer))],
            Symbols = symbols,
            Base = new ScratchSource(),
            Platform = Sample.Amd64,
            WorkingDirectory = "/app",
            Format = format,
            Command = new ImageCommand { AppCommand = ["dotnet", "/app/app.dll"] },
        };
        var reuse = new ReuseRequest { Targets = targets ?? [Repository], Named = from ?? [], IsOff = from is [], Trusts = trusts };
        var obj = _directory[$"{machine}/obj"];
        var memory = new BuildMemory(
            new LayerCache(Cache(machine)),
            FileHashes.Load(Path.Combine(obj, "hashes.txt")),
            PreviousBuild.Load(Path.Combine(obj, PreviousBuild.FileName)),
            new PreviousImages(NewClient(), reuse, Sample.Amd64, Cache(machine), Reporter))
        {
            Ahead = ahead ?? LayerContext.NoneAhead,
        };
        var built = await ImageBuilder.BuildAsync(request, memory, (_, _) => Task.FromResult(needsBytes), Reporter, CancellationToken.None);
        PreviousBuild.Save(Path.Combine(obj, PreviousBuild.FileName), built.Layers);
        return built;
    }

    internal Task<DestinationResult> PushAsync(BuiltImage built, string repository = "team/app", TestRegistry? registry = null) =>
        new RegistryDestination(NewClient(), (registry ?? Registry).Repository(repository), ["latest"], Reporter)
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Registry.DisposeAsync();
        _directory.Dispose();
    }
}
