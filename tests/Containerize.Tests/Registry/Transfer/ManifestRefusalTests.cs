using Containerize.Destinations;
using Containerize.Images;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>Registries use one code for several refusals. What is meant decides whether anything is sent again.</summary>
[TestClass]
internal sealed class ManifestRefusalTests
{
    private const string Hint = "ContainerImageFormat=Docker";

    [TestMethod]
    [DataRow(400, "MANIFEST_INVALID", "cannot update tag 1.0. The repository has enabled tag immutability")]
    [DataRow(400, "MANIFEST_INVALID", "HTTP 403 Forbidden")]
    [DataRow(405, "UNSUPPORTED", "The operation is unsupported.")]
    public async Task A_tag_that_may_not_move_costs_no_second_upload(int status, string code, string message)
    {
        await using var lab = await ClientLab.StartAsync();
        var first = new ImageSet(Sample.Image(content: "first"));
        await PushAsync(lab, first);
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == "1.0")
            .Do(fault => fault.Error(status, code, message));
        lab.Registry.On(RequestKind.Upload, "PUT").Skip(2).Do(fault => fault.Error(403, "DENIED"));

        var failure = await FailAsync(lab, new ImageSet(Sample.Image(content: "second")));

        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        StringAssert.Contains(failure.Message, message);
        StringAssert.Contains(failure.Message, $"names {first.Root.Descriptor.Digest} there and may not be replaced");
        Assert.DoesNotContain(Hint, failure.Message);
        Assert.AreEqual(first.Root.Descriptor.Digest, lab.Registry.FindManifest("team/app", "1.0")!.Digest);
    }

    [TestMethod]
    [DataRow(400, "MANIFEST_INVALID")]
    [DataRow(405, "UNSUPPORTED")]
    [DataRow(412, "PRECONDITION")]
    [DataRow(403, "DENIED")]
    public async Task A_tag_that_may_not_move_and_names_the_same_image_is_success(int status, string code)
    {
        await using var lab = await ClientLab.StartAsync();
        var images = new ImageSet(Sample.Image());
        await PushAsync(lab, images);
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Error(status, code));

        var again = await PushAsync(lab, images);

        Assert.AreEqual(0, again.BytesWritten);
    }

    [TestMethod]
    public async Task A_new_tag_that_is_refused_is_told_from_a_manifest_that_is()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == "1.0")
            .Do(fault => fault.Error(400, "MANIFEST_INVALID", "tags must match v[0-9]+"));

        var failure = await FailAsync(lab, new ImageSet(Sample.Image()));

        StringAssert.Contains(failure.Message, "what it refuses is the tag.");
        Assert.DoesNotContain(Hint, failure.Message);
    }

    [TestMethod]
    [DataRow("MANIFEST_INVALID")]
    [DataRow("UNSUPPORTED")]
    public async Task A_tag_that_is_refused_because_blobs_are_seen_late_moves(string code)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Once().Do(fault => fault.Error(400, code, "not yet"));

        await PushAsync(lab, new ImageSet(Sample.Image()));

        CollectionAssert.AreEqual(new[] { "1.0" }, lab.Registry.Tags("team/app").ToArray());
        Assert.HasCount(3, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
        Assert.HasCount(1, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow(405)]
    [DataRow(404)]
    [DataRow(501)]
    public async Task What_is_missing_is_sent_once_more_though_the_registry_takes_tags_only(int status)
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Sample.Image();
        var layer = image.Layers[0].Blob.Descriptor.Digest.ToString();
        lab.Registry.On(RequestKind.Blob, "HEAD").Where(request => request.Reference == layer).Do(fault => fault.Reply(200));
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference != "1.0").Do(fault => fault.Reply(status));
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Change(
            (_, reply) => reply.Status == 404 ? Reply.Error(400, "MANIFEST_INVALID", "manifest invalid") : reply));

        await PushAsync(lab, new ImageSet(image));

        StringAssert.Contains(lab.Reporter.Text, "once more");
        Assert.HasCount(1, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_format_that_is_not_taken_costs_no_second_upload(bool isIndex)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Error(400, "MANIFEST_INVALID", "fail to parse manifest.json"));
        var images = isIndex ? Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm")) : new ImageSet(Sample.Image());

        var failure = await FailAsync(lab, images);

        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        StringAssert.Contains(failure.Message, Hint);
        Assert.HasCount(isIndex ? 4 : 2, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
        Assert.DoesNotContain("once more", lab.Reporter.Text);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task What_is_missing_is_sent_once_more_though_the_manifest_is_called_invalid(bool isIndex)
    {
        await using var lab = await ClientLab.StartAsync();
        var images = isIndex ? Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm")) : new ImageSet(Sample.Image());
        var layer = images.Images[0].Layers[0].Blob.Descriptor.Digest.ToString();
        lab.Registry.On(RequestKind.Blob, "HEAD").Where(request => request.Reference == layer).Do(fault => fault.Reply(200));
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Change(
            (_, reply) => reply.Status == 404 ? Reply.Error(400, "MANIFEST_INVALID", "manifest invalid") : reply));

        await PushAsync(lab, images);

        StringAssert.Contains(lab.Reporter.Text, "once more");
        Assert.HasCount(images.Images.Count, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    private static Task<ContainerizeException> FailAsync(ClientLab lab, ImageSet images) =>
        Assert.ThrowsExactlyAsync<ContainerizeException>(() => PushAsync(lab, images));

    private static Task<DestinationResult> PushAsync(ClientLab lab, ImageSet images) =>
        new RegistryDestination(lab.Client, lab.Repository, ["1.0"], lab.Reporter).WriteAsync(images, CancellationToken.None);
}
