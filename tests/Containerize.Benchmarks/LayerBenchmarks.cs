using System.Diagnostics;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Containerize.Compression;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Benchmarks;

/// <summary>
/// A large layer, made in the ways that there are. The floor is the time to read the files and compute their digest.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class LayerBenchmarks
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containerize-benchmark-").FullName;
    private readonly CancellationToken _never = CancellationToken.None;
    private IReadOnlyList<LayerEntry> _entries = [];
    private string _source = "";
    private string _changing = "";
    private LayerCache? _cache;
    private EntriesContent? _changed;
    private Digest? _before;
    private int _round;

    [GlobalSetup]
    public void SetUp()
    {
        _source = Path.Combine(_directory, "files");
        foreach (var entry in Corpus.Runtime())
        {
            var copy = Path.Combine(_source, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(entry.SourcePath!, copy);
        }

        _entries = [.. Corpus.Of(_source, "app")];
        _changing = _entries.OrderBy(entry => Math.Abs(entry.Size - 50_000)).First().SourcePath!;
        Console.WriteLine($"// {_entries.Count} files, {_entries.Sum(entry => entry.Size) / 1e6:f1} MB");
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_directory, recursive: true);

    [IterationCleanup]
    public void Empty()
    {
        if (Directory.Exists(Store))
        {
            Directory.Delete(Store, recursive: true);
        }
    }

    [Benchmark(Baseline = true, Description = "read + SHA-256 (the floor)")]
    public string Floor()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        foreach (var entry in _entries)
        {
            using var file = new FileStream(entry.SourcePath!, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer, 0, count);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    [Benchmark(Description = "layer, gzip, default")]
    public Task<long> Default() => WriteAsync(new LayerOptions());

    [Benchmark(Description = "layer, gzip, fast")]
    public Task<long> Fast() => WriteAsync(new LayerOptions { Level = DeflateLevel.Fast });

    [Benchmark(Description = "layer, gzip, small")]
    public Task<long> Small() => WriteAsync(new LayerOptions { Level = DeflateLevel.Small });

    [Benchmark(Description = "layer, zstd 3")]
    public Task<long> Zstd() => WriteAsync(new LayerOptions { Encoding = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.Zstd) });

    [Benchmark(Description = "layer, not compressed")]
    public Task<long> Plain() => WriteAsync(new LayerOptions { Encoding = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.None) });

    [Benchmark(Description = "tar | pigz -6 | sha256sum")]
    public void Pigz() => Shell("pigz -6");

    [Benchmark(Description = "tar | pigz -1 | sha256sum")]
    public void PigzFast() => Shell("pigz -1");

    [Benchmark(Description = "tar | igzip -1 | sha256sum")]
    public void Igzip() => Shell("igzip -1");

    [Benchmark(Description = "tar | zstd -3 -T0 | sha256sum")]
    public void ZstdTool() => Shell("zstd -3 -T0 -q");

    [IterationSetup(Target = nameof(OneFileChanged))]
    public void ChangeOneFile()
    {
        _cache = new LayerCache(new BlobStore(Store));
        var before = ReadAsync().GetAwaiter().GetResult();
        var written = LayerWriter.WriteAsync(before, _cache.Store, new LayerOptions(), earlier: null, _never).GetAwaiter().GetResult();
        _cache.Add(before.Content, written);
        _before = before.Content.Hash;
        var bytes = File.ReadAllBytes(_changing);
        RandomNumberGenerator.Fill(bytes.AsSpan(bytes.Length / 2, 1000));
        File.WriteAllBytes(_changing, bytes);
        _changed = ReadAsync().GetAwaiter().GetResult();
    }

    [Benchmark(Description = "layer, gzip, one file changed")]
    public async Task<long> OneFileChanged()
    {
        using var earlier = _cache!.OpenSegments(_before!);
        return (await LayerWriter.WriteAsync(_changed!, _cache.Store, new LayerOptions(), earlier, _never)).Blob.Descriptor.Size;
    }

    private string Store => Path.Combine(_directory, "store");

    // What a first build does: it hashes the files before it looks for the layer.
    private async Task<long> WriteAsync(LayerOptions options)
    {
        var written = await LayerWriter.WriteAsync(await ReadAsync(options), new BlobStore(Store), options, earlier: null, _never);
        if (_round++ == 0)
        {
            Console.WriteLine($"// {written.Blob.Descriptor.Size / (double)written.UncompressedSize:f3} of the input");
        }

        return written.Blob.Descriptor.Size;
    }

    private Task<EntriesContent> ReadAsync(LayerOptions? options = null) =>
        EntriesContent.ReadAsync(_entries, options ?? new LayerOptions(), FileHashes.Load(path: null), _never);

    private void Shell(string compressor)
    {
        var command = $"tar cf - -C '{_source}' . | {compressor} | tee '{Path.Combine(_directory, "layer")}' | sha256sum";
        // A pipe's exit code is that of its last command: without pipefail, a tool that is missing would be measured as a fast one.
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-o", "pipefail", "-c", command]) { RedirectStandardOutput = true })!;
        shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{compressor}' failed.");
        }
    }
}
