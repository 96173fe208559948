using BenchmarkDotNet.Attributes;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Benchmarks;

/// <summary>Writing an archive of layers that are in the cache, beside copying their files.</summary>
public class ArchiveBenchmarks
{
    private const int Layers = 4;
    private const int LayerSize = 32 * 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("containerize-benchmark-").FullName;
    private ArchiveContents? _contents;
    private readonly List<FileBlob> _blobs = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var store = new BlobStore(Path.Combine(_directory, "cache"));
        for (var number = 0; number < Layers; number++)
        {
            var bytes = new byte[LayerSize];
            new Random(number).NextBytes(bytes);
            _blobs.Add(
                await store.AddAsync(
                    new MemoryBlob(MediaTypes.OciLayerGzip, bytes).Descriptor,
                    new MemoryStream(bytes),
                    "the benchmark",
                    CancellationToken.None));
        }

        var config = ImageConfig.Scratch(new Platform { Os = "linux", Architecture = "amd64" });
        var image = Image.Create(
            ImageFormat.Oci, config, [.. _blobs.Select(blob => new Layer(blob, blob.Descriptor.Digest))], new Dictionary<string, string>());
        _contents = ArchiveContents.Of(new ImageSet(image), new ImageName(null, "benchmark", ["latest"]), gzip: false);
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_directory, recursive: true);

    [Benchmark(Baseline = true, Description = "copy the files")]
    public void Copy() =>
        _blobs.ForEach(blob => File.Copy(blob.Path, Path.Combine(_directory, $"copy-{blob.Descriptor.Digest.Hex}"), overwrite: true));

    [Benchmark(Description = "copy and verify in kernel and on all cores")]
    public async Task FileAsync()
    {
        using var file = AtomicFile.Create(Path.Combine(_directory, "image.tar"));
        await _contents!.WriteAsync(file.Stream, CancellationToken.None);
        file.Commit();
    }

    [Benchmark(Description = "stream and verify")]
    public async Task StreamAsync()
    {
        using var file = AtomicFile.Create(Path.Combine(_directory, "image.tar"));
        await _contents!.WriteAsync(new BufferedStream(file.Stream, 1), CancellationToken.None);
        file.Commit();
    }
}
