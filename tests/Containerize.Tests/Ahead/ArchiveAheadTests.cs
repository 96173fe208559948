using Containerize.Ahead;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Ahead;

[TestClass]
internal sealed class ArchiveAheadTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static Layer Lower { get; } = Sample.GzipLayer("lower");

    private static Layer Upper { get; } = Sample.GzipLayer("upper");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task An_archive_goes_on_with_the_layers_that_were_expected()
    {
        await using var lab = await ClientLab.StartAsync();
        IReadOnlyList<Layer> layers = [Stored(Lower), Stored(Upper)];

        using var ahead = Begin(lab, _ => Task.FromResult<IReadOnlyList<Layer>>([layers[0]]));
        var length = await DeliverAsync(layers, ahead);

        Assert.AreEqual(LengthWith(layers[0]), length);
    }

    [TestMethod]
    public async Task It_begins_with_the_layers_below_the_first_one_that_is_not_on_this_machine()
    {
        await using var lab = await ClientLab.StartAsync();
        var (near, far) = (Stored(Lower), Remote(lab, Upper));

        using var ahead = Begin(lab, _ => Task.FromResult<IReadOnlyList<Layer>>([near, far, near]));
        var length = await DeliverAsync([near, Stored(Upper)], ahead);

        Assert.AreEqual(LengthWith(near), length);
        Assert.IsEmpty(lab.Registry.Requests, "Nothing is fetched for it.");
    }

    [TestMethod]
    public async Task A_layer_in_a_registry_is_taken_from_the_cache()
    {
        await using var lab = await ClientLab.StartAsync();
        var stored = Stored(Lower);
        var content = new MemoryStream(((MemoryBlob)Lower.Blob).Content.ToArray());
        await lab.Store.AddAsync(stored.Blob.Descriptor, content, "the test", CancellationToken.None);

        using var ahead = Begin(lab, _ => Task.FromResult<IReadOnlyList<Layer>>([Remote(lab, Lower)]));
        var length = await DeliverAsync([stored], ahead);

        Assert.AreEqual(LengthWith(stored), length);
        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    [DataRow(true, DisplayName = "it fails")]
    [DataRow(false, DisplayName = "there are none")]
    public async Task Without_layers_to_begin_with_the_archive_is_written_from_its_start(bool fails)
    {
        await using var lab = await ClientLab.StartAsync();

        using var ahead = Begin(lab, _ => fails
            ? throw new ContainerizeException(DiagnosticCode.InvalidArchive, $"It is damaged.")
            : Task.FromResult<IReadOnlyList<Layer>>([]));

        Assert.IsNull(await DeliverAsync([Stored(Lower)], ahead));
    }

    [TestMethod]
    public async Task The_end_of_the_build_deletes_what_no_archive_took()
    {
        await using var lab = await ClientLab.StartAsync();
        var asked = new TaskCompletionSource();
        using var never = new SemaphoreSlim(0);
        var waiting = Begin(lab, async token =>
        {
            asked.SetResult();
            await never.WaitAsync(token);
            return [];
        });
        await asked.Task;
        var complete = Begin(lab, _ => Task.FromResult<IReadOnlyList<Layer>>([Stored(Lower)]));
        // An archive in gzip does not take it, but waits until it is there.
        var gzip = ArchiveContents.Of([], [], [], gzip: true);
        Assert.IsNull(await complete.TakeAsync(gzip, _folder["image.tar.gz"], CancellationToken.None));
        Assert.HasCount(1, Directory.GetFiles(_folder["obj"]));

        waiting.Dispose();
        complete.Dispose();

        Assert.IsNull(await waiting.TakeAsync(gzip, _folder["image.tar.gz"], CancellationToken.None));
        Assert.IsEmpty(Directory.GetFiles(_folder["obj"]));
    }

    private static Layer Remote(ClientLab lab, Layer layer) =>
        layer with { Blob = lab.Client.CreateBlob(lab.Repository, layer.Blob.Descriptor) };

    // What follows the layers of a front is the end of a tar.
    private static string LengthWith(Layer layer) => ByteSize.Format(ArchiveContents.FrontOf([layer.Blob]).Length - 1024);

    private Layer Stored(Layer layer)
    {
        var descriptor = layer.Blob.Descriptor;
        return layer with
        {
            Blob = new FileBlob(descriptor, _folder.Write($"store/{descriptor.Digest.Hex}", ((MemoryBlob)layer.Blob).Content.ToArray())),
        };
    }

    private ArchiveAhead Begin(ClientLab lab, Func<CancellationToken, Task<IReadOnlyList<Layer>>> layers) =>
        new(layers, lab.Client, lab.Store, _folder["obj"]);

    /// <summary>Writes an archive, and says how much of it was there before.</summary>
    private async Task<string?> DeliverAsync(IReadOnlyList<Layer> layers, ArchiveAhead ahead)
    {
        var reporter = new RecordingReporter();
        var result = await Sample.DeliverAsync(
            new ArchiveDestination(_folder["image.tar"], Sample.Name(), reporter, begun: ahead.TakeAsync),
            new ImageSet(Sample.Image(Sample.Amd64, layers)));
        Assert.HasCount(1, ImageValidator.Check(result.Locations.Single(), baseLayers: layers.Count).Images);
        return reporter.Details.SingleOrDefault()?.Split(" of the archive")[0];
    }
}
