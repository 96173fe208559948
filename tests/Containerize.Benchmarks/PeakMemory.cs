using System.Diagnostics;
using System.Globalization;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Storage;

namespace Containerize.Benchmarks;

/// <summary>How much memory a layer of one huge file takes, beyond what the process had before.</summary>
internal static class PeakMemory
{
    private const int Mebibyte = 1024 * 1024;

    internal static async Task MeasureAsync(int gibibytes)
    {
        var directory = Directory.CreateTempSubdirectory("containerize-benchmark-").FullName;
        try
        {
            var path = Path.Combine(directory, "model.bin");
            Fill(path, gibibytes);
            var entry = new LayerEntry
            {
                Path = "app/model.bin",
                Type = LayerEntryType.File,
                Mode = UnixFileMode.UserRead,
                SourcePath = path,
                Size = new FileInfo(path).Length,
            };
            var store = new BlobStore(Path.Combine(directory, "store"));
            // The code is loaded and compiled before anything is measured.
            await LayerWriter.WriteAsync(
                [new LayerEntry
                {
                    Path = "small",
                    Type = LayerEntryType.File,
                    Mode = UnixFileMode.UserRead,
                    Content = new byte[3 * Mebibyte],
                }],
                store,
                new LayerOptions(),
                CancellationToken.None);
            var before = Peak();
            var time = Stopwatch.StartNew();
            var layer = await LayerWriter.WriteAsync([entry], store, new LayerOptions(), CancellationToken.None);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"One file of {gibibytes} GiB: {time.Elapsed.TotalSeconds:f1} s, " +
                $"{layer.Blob.Descriptor.Size / (double)layer.UncompressedSize:f3} of the input; peak of resident memory {before} MiB " +
                $"before, {Peak()} MiB after: {Peak() - before} MiB more."));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // Assemblies, random bytes and zeros by turns: what compresses, what does not, and what compresses best.
    private static void Fill(string path, int gibibytes)
    {
        var assembly = File.ReadAllBytes(typeof(object).Assembly.Location);
        var block = new byte[4 * Mebibyte];
        var random = new Random(1);
        using var file = File.Create(path);
        for (var index = 0; index < gibibytes * 256; index++)
        {
            switch (index % 3)
            {
                case 0:
                    assembly.AsSpan(0, block.Length).CopyTo(block);
                    break;
                case 1:
                    random.NextBytes(block);
                    break;
                default:
                    Array.Clear(block);
                    break;
            }

            file.Write(block);
        }
    }

    private static long Peak()
    {
        // The runtime has no figure for it that is right in containers and elsewhere; the kernel has.
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(new string([.. line.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture) / 1024;
    }
}
