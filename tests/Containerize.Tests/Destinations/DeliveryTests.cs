using Containerize.Destinations;
using Containerize.Images;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Destinations;

/// <summary>
/// Destinations are asked once what they hold, and the answer is handed from the step that builds to the step that writes.
/// </summary>
[TestClass]
internal sealed class DeliveryTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    private string File => _folder["obj/destinations.json"];

    public DeliveryTests() => Directory.CreateDirectory(_folder["obj"]);

    public void Dispose() => _folder.Dispose();

    private Delivery Open(ClientLab lab) => new(
        [new ArchiveDestination(_folder["image.tar"], Sample.Name(), _reporter),
            new RegistryDestination(lab.Client, lab.Repository, ["1.0"], _reporter)]);

    private static Task<IReadOnlyList<DestinationResult>> WriteAsync(Delivery delivery, ImageSet image) =>
        delivery.WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None);

    /// <summary>The two tasks of a build.</summary>
    private async Task<(bool WasEverywhere, IReadOnlyList<DestinationResult> Results)> BuildAsync(ClientLab lab, ImageSet image)
    {
        var first = Open(lab);
        var wasEverywhere = await first.IsEverywhereAsync(image, CancellationToken.None);
        first.Save(File);
        var second = Open(lab);
        second.Load(File, image);
        return (wasEverywhere, await WriteAsync(second, image));
    }

    private static int TagLookups(ClientLab lab) => lab.Registry.RequestsTo(RequestKind.Manifest, "HEAD").Count;

    [TestMethod]
    public async Task A_build_that_changes_nothing_asks_each_destination_once()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        await WriteAsync(Open(lab), image);
        lab.Registry.ClearRequests();

        var (wasEverywhere, results) = await BuildAsync(lab, image);

        Assert.IsTrue(wasEverywhere);
        Assert.AreEqual(1, TagLookups(lab));
        CollectionAssert.AreEqual(new[] { "archive", "registry" }, results.Select(result => result.Kind).ToArray());
        Assert.IsTrue(results.All(result => result is { BytesWritten: 0, BytesAvoided: > 0 }));
        Assert.HasCount(1, _reporter.Details.Where(detail => detail.Contains("left as it is", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_build_that_changes_something_asks_each_destination_once_and_writes_it()
    {
        await using var lab = await ClientLab.StartAsync();
        await WriteAsync(Open(lab), new ImageSet(Sample.Image()));
        lab.Registry.ClearRequests();

        var (wasEverywhere, results) = await BuildAsync(lab, new ImageSet(Sample.Image(content: "changed")));

        Assert.IsFalse(wasEverywhere);
        Assert.AreEqual(1, TagLookups(lab), "The archive already showed that bytes are needed; the registry is asked when it is its turn.");
        Assert.IsTrue(results.All(result => result.BytesWritten > 0));
    }

    [TestMethod]
    public async Task An_answer_counts_for_one_image_and_once()
    {
        await using var lab = await ClientLab.StartAsync();
        var (image, other) = (new ImageSet(Sample.Image()), new ImageSet(Sample.Image(content: "other")));
        await WriteAsync(Open(lab), image);
        var asked = Open(lab);
        Assert.IsTrue(await asked.IsEverywhereAsync(image, CancellationToken.None));
        asked.Save(File);

        var wrong = Open(lab);
        wrong.Load(File, other);
        await WriteAsync(wrong, other);
        var late = Open(lab);
        late.Load(File, image);
        var results = await WriteAsync(late, image);

        Assert.IsTrue(results[0].BytesWritten > 0, "The archive held the other image by then.");
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("null")]
    [DataRow("[]")]
    [DataRow("{\"Image\":1}")]
    public async Task An_answer_that_cannot_be_read_is_asked_for_again(string text)
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        _folder.Write("obj/destinations.json", text);
        var delivery = Open(lab);

        delivery.Load(File, image);

        Assert.IsTrue((await WriteAsync(delivery, image)).All(result => result.BytesWritten > 0));
    }

    [TestMethod]
    public async Task Without_an_answer_an_older_one_is_removed()
    {
        await using var lab = await ClientLab.StartAsync();
        _folder.Write("obj/destinations.json", "old");

        Open(lab).Save(File);

        Assert.IsFalse(System.IO.File.Exists(File));
    }

    [TestMethod]
    public async Task Bytes_of_layers_are_brought_here_once_and_only_for_what_needs_them()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var localized = 0;
        Task<ImageSet> LocalizeAsync(CancellationToken _)
        {
            localized++;
            return Task.FromResult(image);
        }

        var registry = new RegistryDestination(lab.Client, lab.Repository, ["1.0"], _reporter);
        await new Delivery([registry]).WriteAsync(image, LocalizeAsync, CancellationToken.None);
        Assert.AreEqual(0, localized);

        IImageDestination[] files =
            [new ArchiveDestination(_folder["a.tar"], Sample.Name(), _reporter),
                new LayoutDestination(_folder["layout"], Sample.Name(), _reporter), registry];
        await new Delivery(files).WriteAsync(image, LocalizeAsync, CancellationToken.None);
        Assert.AreEqual(1, localized);

        await new Delivery(files).WriteAsync(image, LocalizeAsync, CancellationToken.None);
        Assert.AreEqual(1, localized, "What is everywhere needs no bytes.");
    }
}
