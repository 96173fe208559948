using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Histories;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Histories;

/// <summary>
/// An app that is changed from commit to commit, and published as images with real layers: in an OCI layout, with one tag a commit.
/// </summary>
internal sealed class HistoryLab : IDisposable
{
    private const string Dependencies = "app.deps.json";

    private readonly TemporaryDirectory _folder = new();
    private readonly SortedDictionary<string, (string Content, FileOrigin Origin)> _files = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<PublishedFile>> _commits = [];
    private readonly Dictionary<string, LayerRecord> _written = [];
    private readonly RegistryClient _client;

    internal HistoryLab()
    {
        Store = new BlobStore(_folder["cache"]);
        _client = new RegistryClient(new RegistryOptions { Environment = _ => null }, Reporter, Store);
    }

    internal RecordingReporter Reporter { get; } = new();

    internal BlobStore Store { get; }

    internal string Layout => _folder["layout"];

    internal BaseContext Context => new()
    {
        Registries = _client,
        Tags = null,
        Cache = Store,
        Saved = new SavedImages(_folder["engine"]),
        Environment = _ => null,
        Packages = _ => throw new NotSupportedException(),
    };

    internal static FileOrigin Package(string id, string version = "1.0.0") => new(FileOriginKind.Package, id, version);

    /// <summary>Puts a file into the app: text that compresses to about the half, another one for each version.</summary>
    internal void Put(string path, int size, string version, FileOrigin? origin = null) =>
        _files[path] = (Text(path + version, size), origin ?? FileOrigin.App);

    internal void Remove(string path) => _files.Remove(path);

    /// <summary>Publishes the app as it is now.</summary>
    internal async Task CommitAsync(
        string tag, DateTimeOffset? created = null, bool withNames = true, string directory = "/app", ImageName? name = null)
    {
        _files[Dependencies] = (DependenciesFile(), FileOrigin.App);
        IReadOnlyList<PublishedFile> files = [.. _files.Select(file => new PublishedFile
        {
            RelativePath = file.Key,
            Type = LayerEntryType.File,
            SourcePath = _folder.Write($"files/{Digest.Of(Encoding.UTF8.GetBytes(file.Value.Content)).Hex}", file.Value.Content),
            Size = file.Value.Content.Length,
            Origin = file.Value.Origin,
        })];
        _commits.Add(files);
        var made = await LayersAsync(files, [], withNames, directory);
        var layers = made.Prepend(Inspection.InspectionLab.Layer(Inspection.InspectionLab.File("usr/lib/base", "base"))).ToList();
        var image = Image.Create(
            ImageFormat.Oci,
            ImageConfig.Scratch(Sample.Amd64).With(new ImageSettings { WorkingDirectory = directory })
                .Append(layers.Select(layer => new HistoryEntry(layer.DiffId, "test", "a layer")), created ?? DateTimeOffset.UnixEpoch),
            layers,
            new Dictionary<string, string>());
        await Sample.DeliverAsync(
            new LayoutDestination(Layout, name ?? new ImageName(null, "team/app", [tag]), Reporter), new ImageSet(image));
    }

    internal Task<ImageSeries> OpenAsync(RepositoryReference repository) => ImageSeries.OpenAsync(
        ["oci:" + Layout], repository, 100, [Sample.Amd64], _folder.FullName, Context, Reporter, CancellationToken.None);

    internal Task<ImageSeries> OpenAsync(int last = 100, params string[] places) => ImageSeries.OpenAsync(
        places.Length == 0 ? ["oci:" + Layout] : places, null, last, [Sample.Amd64], _folder.FullName, Context, Reporter,
        CancellationToken.None);

    internal async Task<IReadOnlyList<PastImage>> ReadAsync()
    {
        var reader = new PastImageReader(Store);
        var images = new List<PastImage>();
        foreach (var image in (await OpenAsync()).Images)
        {
            images.Add(await reader.ReadAsync(image, CancellationToken.None));
        }

        return images;
    }

    /// <summary>Makes all layers of all commits, and adds up what each commit adds to the one before it: real bytes.</summary>
    internal async Task<long> PushedAsync(IReadOnlyList<LayerRule> rules)
    {
        var (pushed, before) = (0L, new HashSet<Digest>());
        foreach (var (number, files) in _commits.Index())
        {
            var layers = (await LayersAsync(files, rules, withNames: true, "/app")).ConvertAll(layer => layer.Blob.Descriptor);
            pushed += number == 0 ? 0 : layers.Where(layer => !before.Contains(layer.Digest)).Sum(layer => layer.Size);
            before = [.. layers.Select(layer => layer.Digest)];
        }

        return pushed;
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<List<Layer>> LayersAsync(
        IReadOnlyList<PublishedFile> files, IReadOnlyList<LayerRule> rules, bool withNames, string directory)
    {
        var layers = new List<Layer>();
        foreach (var (name, planned) in LayerPlanner.Plan(files, LayerSplit.ByOrigin, rules))
        {
            var key = string.Join('\n', planned.Select(file => $"{directory} {file.RelativePath} {file.SourcePath}"));
            if (!_written.TryGetValue(key, out var written))
            {
                _written[key] = written = await LayerWriter.WriteAsync(
                    LayerEntries.Of(planned, new EntryRules(directory, DateTimeOffset.UnixEpoch)), Store, new LayerOptions(),
                    CancellationToken.None);
            }

            layers.Add(new Layer(written.Blob, written.DiffId)
            {
                Annotations = withNames ? new Dictionary<string, string> { [LayerAnnotations.Name] = name } : null,
            });
        }

        return layers;
    }

    private string DependenciesFile()
    {
        var (target, libraries) = (new JsonObject(), new JsonObject());
        foreach (var package in _files.Where(file => file.Value.Origin.PackageId is not null).GroupBy(file => file.Value.Origin))
        {
            var key = $"{package.Key.PackageId}/{package.Key.PackageVersion}";
            libraries[key] = new JsonObject { ["type"] = "package" };
            target[key] = new JsonObject
            {
                ["runtime"] = new JsonObject([.. package.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)new JsonObject()))]),
            };
        }

        return new JsonObject { ["targets"] = new JsonObject { [".NETCoreApp,Version=v10.0"] = target }, ["libraries"] = libraries }
            .ToJsonString();
    }

    private static string Text(string seed, int size)
    {
        var text = new StringBuilder();
        for (var number = 0; text.Length < size; number++)
        {
            text.Append(Convert.ToHexString(SHA256.HashData(
                Encoding.UTF8.GetBytes(seed + number.ToString(CultureInfo.InvariantCulture)))));
        }

        return text.ToString(0, size);
    }
}
