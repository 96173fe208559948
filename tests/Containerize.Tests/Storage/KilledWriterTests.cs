using System.Diagnostics;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class KilledWriterTests : IDisposable
{
    private const int Kills = 20;
    private const int LongestDelay = 60;

    private readonly TemporaryDirectory _folder = new();

    private BlobStore Store => new(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Writers_that_are_killed_leave_whole_blobs_and_whole_records_and_a_cache_that_works()
    {
        var random = new Random(Kills);
        for (var kill = 0; kill < Kills; kill++)
        {
            await RunAndKillAsync(random.Next(LongestDelay));
        }

        var blobs = Files("blobs");
        var records = Files("layers").Concat(Files("contents")).ToList();
        var broken = blobs.Where(file => Digest.Of(File.ReadAllBytes(file)).Hex != Path.GetFileName(file))
            .Concat(records.Where(file => !IsReadable(file)));
        Assert.IsNotEmpty(blobs);
        Assert.IsNotEmpty(records);
        Assert.IsEmpty(broken.ToList());
        Assert.IsNotEmpty(Files("tmp"), "No writer was killed while it wrote, so this has shown nothing.");
        Assert.IsEmpty(blobs.Concat(records)
            .Where(file => Path.GetFileName(file).StartsWith('.')), "Nothing without a name lies beside what has one.");

        await AssertWorksAsync();
    }

    private async Task RunAndKillAsync(int delay)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "Containerize.Testing.Child.dll"), Store.Root]) { RedirectStandardOutput =
                true };
        using var child = Process.Start(start)!;
        try
        {
            Assert.AreEqual("writing", await child.StandardOutput.ReadLineAsync());
            await Task.Delay(delay);
            Assert.IsFalse(child.HasExited, "It should write until it is killed.");
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
        }
    }

    private bool IsReadable(string record)
    {
        var cache = new LayerCache(Store);
        return Digest.TryParse($"sha256:{Path.GetFileName(record)}", out var inputs)
            && (Path.GetFileName(Path.GetDirectoryName(record)) == "contents" ? cache.FindContent(inputs) is not null : cache.Find(inputs)
                is not null);
    }

    private async Task AssertWorksAsync()
    {
        var content = "afterwards"u8.ToArray();
        var blob = new MemoryBlob(MediaTypes.OciLayer, content).Descriptor;
        _ = await Store.AddAsync(blob, new MemoryStream(content), "test", CancellationToken.None);
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(blob, CancellationToken.None));

        // At once: the kernel knows that their writers are dead.
        Store.RemoveAbandoned(DateTimeOffset.UtcNow);
        Assert.IsEmpty(Files("tmp"));
    }

    private List<string> Files(string directory) =>
        [.. Directory.GetFiles(Path.Combine(Store.Root, directory), "*", SearchOption.AllDirectories)];
}
