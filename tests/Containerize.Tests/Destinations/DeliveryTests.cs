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

    [TestMethod]
    [DataRow("budget", DiagnosticCode.UploadBudgetExceeded)]
    [DataRow("manifest", DiagnosticCode.RegistryError)]
    [DataRow("evidence", DiagnosticCode.EvidenceNotDelivered)]
    public async Task No_tag_moves_in_any_registry_before_all_have_everything_within_the_budget(string refused, object code)
    {
        await using var lab = await ClientLab.StartAsync();
        var second = await lab.AddRegistryAsync();
        var image = new ImageSet(Sample.Image());
        var document = RegistryEvidenceTests.Document(image.Root.Descriptor, "document");
        var budget = refused == "budget" ? new UploadBudget(10, IsError: true, _reporter) : null;
        await new RegistryDestination(lab.Client, lab.Repository, ["earlier"], _reporter).WriteAsync(image, CancellationToken.None);
        if (budget is null)
        {
            second.On(RequestKind.Manifest, "PUT")
                .Where(request => refused == "manifest" || request.Reference == document.Manifest.Descriptor.Digest.ToString())
                .Do(fault => fault.Error(400, "UNSUPPORTED"));
        }

        var delivery = new Delivery([.. new[] { lab.Repository, second.Repository("team/app") }.Select(repository =>
            new RegistryDestination(lab.Client, repository, ["1.0"], _reporter, budget))]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => delivery.WriteAsync(
            image, _ => Task.FromResult(image), CancellationToken.None, new() { Referrers = [document] }));

        Assert.AreEqual(code, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, "No tag was moved");
        CollectionAssert.AreEqual(new[] { "earlier" }, lab.Registry.Tags("team/app").ToArray());
        Assert.IsEmpty(second.Tags("team/app"));
    }

    [TestMethod]
    public async Task Where_tags_moved_before_another_registry_refused_its_own_it_is_said()
    {
        await using var lab = await ClientLab.StartAsync();
        var second = await lab.AddRegistryAsync();
        var image = new ImageSet(Sample.Image());
        second.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == "1.0").Do(fault => fault.Error(400, "UNSUPPORTED"));
        var delivery = new Delivery([.. new[] { lab.Repository, second.Repository("team/app") }.Select(repository =>
            new RegistryDestination(lab.Client, repository, ["1.0"], _reporter))]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(delivery, image));

        StringAssert.Contains(failure.Message, $"The image is at {lab.Repository}:1.0.");
        CollectionAssert.AreEqual(new[] { "1.0" }, lab.Registry.Tags("team/app").ToArray());
    }
}
