using System.Globalization;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Testing.Child;

/// <summary>
/// Fills the cache whose directory is the first argument: with several writers at once until the process is killed, or, where the second
/// argument is <c>once</c>, with one of everything, locks and leases too.
/// </summary>
internal static class Program
{
    private const int Writers = 4;
    private const int DifferentBlobs = 64;
    private const int BlobSize = 256 * 1024;

    // A test that died does not leave this process behind.
    private static readonly TimeSpan s_longestLife = TimeSpan.FromMinutes(1);

    private static async Task Main(string[] arguments)
    {
        var cache = new LayerCache(new BlobStore(arguments[0]));
        if (arguments is [_, "once"])
        {
            await WriteOfEverythingAsync(cache);
            return;
        }

        using var end = new CancellationTokenSource(s_longestLife);
        // The first one takes long, for it is compiled; a kill should come while others are written.
        await WriteAsync(cache, 0, end.Token);
        var writers = Enumerable.Range(0, Writers)
            .Select(writer => Task.Run(() => FillAsync(cache, writer * DifferentBlobs / Writers, end.Token))).ToList();
        await Console.Out.WriteLineAsync("writing");
        await Task.WhenAll(writers);
    }

    private static async Task WriteOfEverythingAsync(LayerCache cache)
    {
        CacheMarker.Put(cache.Store);
        await WriteAsync(cache, 0, CancellationToken.None);
        foreach (var kind in RecordKind.InCache)
        {
            new Record(cache.Store, kind, "key").Write("text");
        }

        // Neither is given back: the process ends with them.
        _ = BuildLease.Take(cache.Store);
        _ = await cache.Store.WaitForTurnAsync(Digest.Of([]), CancellationToken.None);
        _ = cache.Store.CreateWriter();
        _ = cache.Store.ContinueWriter(new MemoryBlob(MediaTypes.OciLayer, "a part"u8.ToArray()).Descriptor);
        _ = new CachePruner(cache.Store, CacheLimits.Default).PruneIfDue(CancellationToken.None);
    }

    private static async Task FillAsync(LayerCache cache, int first, CancellationToken cancellationToken)
    {
        for (var number = first; !cancellationToken.IsCancellationRequested; number = (number + 1) % DifferentBlobs)
        {
            await WriteAsync(cache, number, cancellationToken);
        }
    }

    private static async Task WriteAsync(LayerCache cache, int number, CancellationToken cancellationToken)
    {
        var bytes = new byte[BlobSize + number];
        bytes.AsSpan().Fill((byte)number);
        var blob = new MemoryBlob(MediaTypes.OciLayer, bytes);
        using var stream = new MemoryStream(bytes);
        var item = new ContentItem(string.Create(CultureInfo.InvariantCulture, $"file {number}"), $"f {blob.Descriptor.Digest}", null);
        var content = LayerContent.Of("test", [item], new LayerOptions());

        // What exists is kept, so every round has to write again.
        if (cache.Store.TryGet(blob.Descriptor, out var there))
        {
            File.Delete(there.Path);
        }

        cache.Remove(content.Hash);
        _ = await cache.Store.AddAsync(blob.Descriptor, stream, "a test", cancellationToken);
        cache.Add(content, new LayerRecord(blob, blob.Descriptor.Digest, bytes.Length, 1));
    }
}
