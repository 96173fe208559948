using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Transfer;
using Containerize.Storage;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class RegistryDestinationTests
{
    private const string BlobUnknown = """{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}""";

    [TestMethod]
    public async Task Blobs_go_first_then_the_manifests_of_an_index_and_the_tags_last()
    {
        await using var lab = await ClientLab.StartAsync();
        var index = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));

        var result = await Destination(lab, "1.0", "latest").WriteAsync(index, CancellationToken.None);

        CollectionAssert.AreEqual(new[] { $"{lab.Repository}:1.0", $"{lab.Repository}:latest" }, result.Locations.ToArray());
        var puts = lab.Registry.Requests.Where(request => request.Method == "PUT").ToList();
        CollectionAssert.AreEqual(
            new[]
            {
                index.Images[0].Manifest.Descriptor.Digest.ToString(),
                index.Images[1].Manifest.Descriptor.Digest.ToString(),
                "1.0",
                "latest",
            },
            puts.SkipWhile(request => request.Kind == RequestKind.Upload).Select(request => request.Reference).ToArray());
        Assert.HasCount(2, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
        Assert.AreEqual(lab.Registry.BlobBytesReceived, result.BytesWritten);
    }

    [TestMethod]
    [DataRow(false, "No credential was found for ")]
    [DataRow(true, "; the credential is that of ")]
    public async Task A_failure_names_the_image_first_and_then_the_account_that_was_refused(bool isLoggedIn, string expected)
    {
        await using var lab = await ClientLab.StartAsync(new TestRegistryOptions { Auth = isLoggedIn ? new BasicAuth("ada", "s") : null });
        if (isLoggedIn)
        {
            lab.LogIn("ada", "s");
        }

        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.Reply(403));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => Destination(lab, "1.0").WriteAsync(new ImageSet(Sample.Image()), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.StartsWith(failure.Message, $"{lab.Repository}:1.0 was not pushed. Could not ");
        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    public async Task A_foreign_layer_is_named_and_not_sent()
    {
        await using var lab = await ClientLab.StartAsync();
        var foreign = new MemoryBlob(MediaTypes.DockerForeignLayer, "licensed"u8.ToArray());
        var image = Sample.Image(Sample.Amd64, [new Layer(foreign, foreign.Descriptor.Digest), Sample.GzipLayer()]);

        await Destination(lab, "1.0").WriteAsync(new ImageSet(image), CancellationToken.None);

        Assert.IsFalse(
            lab.Registry.Requests.Any(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)
                && request.Target.Contains(foreign.Descriptor.Digest.Hex, StringComparison.Ordinal)));
        var manifest = await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        StringAssert.Contains(System.Text.Encoding.UTF8.GetString(manifest!.Content.Span), foreign.Descriptor.Digest.ToString());
    }

    [TestMethod]
    public async Task Content_that_the_registry_only_says_to_have_is_sent_once_more()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Sample.Image();
        var layer = image.Layers[0].Blob.Descriptor;
        lab.Registry.On(RequestKind.Blob, "HEAD").Where(request => request.Reference == layer.Digest.ToString())
            .Do(fault => fault.Reply(200));

        var result = await Destination(lab, "1.0").WriteAsync(new ImageSet(image), CancellationToken.None);

        Assert.HasCount(1, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
        StringAssert.Contains(lab.Reporter.Text, "once more");
        Assert.AreEqual(lab.Registry.BlobBytesReceived, result.BytesWritten);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(0, 1)]
    public async Task An_index_that_lost_images_in_a_clean_up_gets_them_again(params int[] gone)
    {
        await using var lab = await ClientLab.StartAsync();
        var index = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));
        await DeliverAsync([Destination(lab, "1.0", "latest")], index);
        Array.ForEach(gone, number => lab.Registry.RemoveManifest("team/app", index.Images[number].Manifest.Descriptor.Digest));
        lab.Registry.ClearRequests();

        await DeliverAsync([Destination(lab, "1.0", "latest")], index);

        Assert.HasCount(2, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Upload));
    }

    [TestMethod]
    public async Task An_index_that_is_whole_is_looked_at_and_left_as_it_is()
    {
        await using var lab = await ClientLab.StartAsync();
        var index = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));
        await DeliverAsync([Destination(lab, "1.0")], index);
        lab.Registry.ClearRequests();

        await DeliverAsync([Destination(lab, "1.0")], index);

        Assert.HasCount(3, lab.Registry.Requests);
        Assert.IsTrue(lab.Registry.Requests.All(request => request.Method == "HEAD"));
    }

    [TestMethod]
    public async Task A_registry_that_misses_content_for_ever_is_given_up()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Reply(404, BlobUnknown));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => Destination(lab, "1.0")
            .WriteAsync(new ImageSet(Sample.Image()), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.RegistryContentMissing, failure.Code);
        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
    }

    [TestMethod]
    public async Task Of_several_registries_one_that_misses_content_for_ever_keeps_the_tags_of_the_others()
    {
        await using var lab = await ClientLab.StartAsync();
        var other = await lab.AddRegistryAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Reply(404, BlobUnknown));
        RegistryDestination[] destinations = [Destination(lab, "1.0"),
            new(lab.Client, other.Repository("team/app"), ["1.0"], lab.Reporter)];

        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => DeliverAsync(destinations, new ImageSet(Sample.Image())));

        Assert.AreEqual(DiagnosticCode.RegistryContentMissing, failure.Code);
        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
        Assert.IsEmpty(other.Tags("team/app"));
    }

    [TestMethod]
    public async Task A_registry_that_fails_keeps_the_tags_of_the_others_where_they_are_and_what_they_got_is_not_sent_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var other = await lab.AddRegistryAsync();
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.Reply(403));
        RegistryDestination[] destinations = [Destination(lab, "1.0"),
            new(lab.Client, other.Repository("team/app"), ["1.0"], lab.Reporter)];

        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => DeliverAsync(destinations, new ImageSet(Sample.Image())));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.Contains(failure.Message, "No tag was moved at any of the 2 registries.");
        Assert.IsEmpty(other.Tags("team/app"));
        var sent = other.BlobBytesReceived;
        await DeliverAsync([destinations[1]], new ImageSet(Sample.Image()));
        Assert.AreEqual(sent, other.BlobBytesReceived);
        Assert.HasCount(1, ImageValidator.Check(other, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task Projects_that_push_the_same_layer_at_the_same_time_send_it_once()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = ClientLab.RandomBlob(200_000);

        // Each with a client of its own, as processes have.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            lab.NewClient(options => options with { Memory = lab.Store })
                .PushBlobAsync(lab.Registry.Repository($"team/app{number % 4}"), blob, CancellationToken.None)));

        Assert.AreEqual(blob.Descriptor.Size, lab.Registry.BlobBytesReceived);
        Assert.AreEqual(1, outcomes.Count(outcome => outcome.Kind == PushKind.Uploaded));
        Assert.AreEqual(3, outcomes.Count(outcome => outcome.Kind == PushKind.Mounted));
        Assert.AreEqual(4, outcomes.Count(outcome => outcome.Kind == PushKind.AlreadyThere));
        Assert.IsEmpty(Directory.GetFiles(Path.Combine(lab.Store.Root, "locks")));
    }

    [TestMethod]
    public async Task A_base_layer_for_several_registries_is_downloaded_once()
    {
        await using var lab = await ClientLab.StartAsync();
        var source = await lab.AddRegistryAsync();
        var layer = source.AddBlob("library/base", ClientLab.RandomBytes(200_000));
        var other = await lab.AddRegistryAsync();
        using var client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
        var blob = client.CreateBlob(source.Repository("library/base"), layer);

        await Task.WhenAll(
            client.PushBlobAsync(lab.Repository, blob, CancellationToken.None),
            client.PushBlobAsync(other.Repository("team/app"), blob, CancellationToken.None));

        Assert.AreEqual(layer.Size, source.BlobBytesSent);
        Assert.IsNotNull(lab.Registry.FindBlob("team/app", layer.Digest));
        Assert.IsNotNull(other.FindBlob("team/app", layer.Digest));
        Assert.IsTrue(lab.Store.TryGet(layer, out _), "The next build needs it again.");
    }

    private static Task<IReadOnlyList<DestinationResult>> DeliverAsync(IReadOnlyList<RegistryDestination> destinations, ImageSet images) =>
        new Delivery(destinations).WriteAsync(images, _ => Task.FromResult(images), CancellationToken.None);

    private static RegistryDestination Destination(ClientLab lab, params string[] tags) =>
        new(lab.Client, lab.Repository, tags, lab.Reporter);
}
