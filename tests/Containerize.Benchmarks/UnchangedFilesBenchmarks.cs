using BenchmarkDotNet.Attributes;
using Containerize.Inputs;
using Containerize.Layers;

namespace Containerize.Benchmarks;

/// <summary>How long it takes to see that nothing changed.</summary>
public class UnchangedFilesBenchmarks
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containerize-benchmark-").FullName;

    [Params(100, 10_000)]
    public int Files { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        Corpus.WriteSmallFiles(Source, Files);
        // A file that changed just now may change again under the same stamp, so it is not remembered at once.
        await Task.Delay(TimeSpan.FromSeconds(3));
        await ListAndHashAsync();
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_directory, recursive: true);

    [Benchmark(Baseline = true, Description = "enumerate and stat")]
    public long Enumerate() => new DirectoryInfo(Source).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    [Benchmark(Description = "list, look up the hashes, compute the inputs hash")]
    public async Task<string> ListAndHashAsync()
    {
        var hashes = FileHashes.Load(Path.Combine(_directory, "hashes.txt"));
        var files = PublishDirectory.List(Source, new Dictionary<string, FileOrigin>(), new HashSet<string>());
        var rules = new EntryRules("/app", LayerOptions.DefaultModificationTime);
        var content = await EntriesContent.ReadAsync(LayerEntries.Of(files, rules), new LayerOptions(), hashes, CancellationToken.None);
        hashes.Save();
        return content.Content.Hash.ToString();
    }

    private string Source => Path.Combine(_directory, "files");
}
