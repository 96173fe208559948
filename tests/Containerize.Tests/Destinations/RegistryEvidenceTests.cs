using System.Text;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;
using Containerize.Tests.SupplyChain;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class RegistryEvidenceTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Referrers_of_each_platform_are_listed_before_the_tag_is_there(bool hasApi)
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = hasApi });
        var index = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));
        var evidence = new Evidence { Referrers = [.. index.Images.Select(image => Document(image.Manifest.Descriptor, "a"))] };

        await Destination(lab).WriteAsync(index, CancellationToken.None, evidence);

        foreach (var referrer in evidence.Referrers)
        {
            var listed = (await ListAsync(lab, referrer.Subject.Digest)).Single();
            Assert.AreEqual(referrer.Manifest.Descriptor.Digest, listed.Digest);
            Assert.AreEqual("application/spdx+json", listed.ArtifactType);
            Assert.AreEqual(hasApi, lab.Registry.FindManifest("team/app", $"sha256-{referrer.Subject.Digest.Hex}") is null);
        }

        Assert.AreEqual("1.0", lab.Registry.RequestsTo(RequestKind.Manifest, "PUT")[^1].Reference);
        Assert.AreEqual(index.Root.Descriptor.Digest, lab.Registry.FindManifest("team/app", "1.0")!.Digest);
        Assert.HasCount(2, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Evidence_that_is_there_is_not_pushed_again(bool hasApi)
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = hasApi });
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence
        {
            Referrers = [Document(image.Root.Descriptor, "a")],
            Images = [ReferrerTests.Signature("one", image.Root.Descriptor)],
        };
        await DeliverAsync(lab, image, evidence);
        lab.Registry.ClearRequests();

        await DeliverAsync(lab, image, evidence);

        Assert.IsFalse(lab.Registry.Requests.Any(request => request.Method is "PUT" or "POST" or "PATCH"));
    }

    [TestMethod]
    public async Task Evidence_is_added_to_an_image_that_is_there_already()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        await DeliverAsync(lab, image, Evidence.None);
        await DeliverAsync(lab, image, new Evidence { Referrers = [Document(image.Root.Descriptor, "late")] });
        Assert.HasCount(1, await ListAsync(lab, image.Root.Descriptor.Digest));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Builds_that_write_one_list_at_the_same_time_keep_each_others_entries(bool hasEntityTags)
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false, EntityTags = hasEntityTags });
        lab.Options = options => options with { RetryDelay = TimeSpan.FromMilliseconds(200) };
        var image = new ImageSet(Sample.Image());
        await DeliverAsync(lab, image, new Evidence { Referrers = [Document(image.Root.Descriptor, "first")] });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => DeliverAsync(
            lab, image, new Evidence { Referrers = [Document(image.Root.Descriptor, $"{number}")] })));

        Assert.HasCount(5, await ListAsync(lab, image.Root.Descriptor.Digest));
    }

    [TestMethod]
    public async Task A_list_that_another_build_replaced_without_the_entry_gets_it_once_more()
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false });
        var image = new ImageSet(Sample.Image());
        var subject = image.Root.Descriptor;
        var tag = $"sha256-{subject.Digest.Hex}";
        var foreign = Document(subject, "foreign");
        foreach (var blob in foreign.Blobs)
        {
            lab.Registry.AddBlob("team/app", blob.Memory);
        }

        lab.Registry.AddManifest("team/app", null, foreign.Manifest.Memory, MediaTypes.OciManifest);
        var theirs = OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [foreign.Entry] });
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == tag).Once()
            .Do(fault => fault.Change((_, reply) =>
            {
                lab.Registry.AddManifest("team/app", tag, theirs, MediaTypes.OciIndex);
                return reply;
            }));
        var own = Document(subject, "own");

        await DeliverAsync(lab, image, new Evidence { Referrers = [own] });

        CollectionAssert.AreEquivalent(
            new[] { foreign.Manifest.Descriptor.Digest, own.Manifest.Descriptor.Digest },
            (await ListAsync(lab, subject.Digest)).Select(entry => entry.Digest).ToArray());
    }

    [TestMethod]
    public async Task A_list_that_is_replaced_again_and_again_is_given_up_and_the_tag_does_not_move()
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false, EntityTags = true });
        var image = new ImageSet(Sample.Image());
        await DeliverAsync(lab, image, new Evidence { Referrers = [Document(image.Root.Descriptor, "first")] }, "0.9");
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference.StartsWith("sha256-", StringComparison.Ordinal))
            .Do(fault => fault.Reply(412));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => DeliverAsync(lab, image, new Evidence { Referrers = [Document(image.Root.Descriptor, "second")] }));

        Assert.AreEqual(DiagnosticCode.EvidenceNotDelivered, failure.Code);
        Assert.AreEqual(DiagnosticCode.ReferrersContended, ((ContainerizeException)failure.InnerException!.InnerException!).Code);
        Assert.IsNull(lab.Registry.FindManifest("team/app", "1.0"));
    }

    [TestMethod]
    public async Task A_push_that_is_interrupted_among_the_evidence_moves_no_tag_and_the_next_one_completes_it()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence { Referrers = [Document(image.Root.Descriptor, "a"), Document(image.Root.Descriptor, "b")] };
        var last = evidence.Referrers[1].Manifest.Descriptor.Digest.ToString();
        lab.Registry.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == last).Do(fault => fault.Reply(403));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => DeliverAsync(lab, image, evidence));

        Assert.AreEqual(DiagnosticCode.EvidenceNotDelivered, failure.Code);
        StringAssert.Contains(failure.Message, "no tag was moved");
        Assert.IsEmpty(lab.Registry.Tags("team/app"));
        lab.Registry.Faults.Clear();
        using var again = lab.NewClient();
        await new Delivery([new RegistryDestination(again, lab.Repository, ["1.0"], lab.Reporter)])
            .WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None, evidence);
        Assert.HasCount(2, await ListAsync(lab, image.Root.Descriptor.Digest));
        Assert.HasCount(1, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task Evidence_that_is_optional_becomes_a_warning_and_the_tag_moves()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence { Referrers = [Document(image.Root.Descriptor, "a")], IsOptional = true };
        lab.Registry.On(RequestKind.Manifest, "PUT")
            .Where(request => request.Reference == evidence.Referrers[0].Manifest.Descriptor.Digest.ToString())
            .Do(fault => fault.Reply(400, """{"errors":[{"code":"UNSUPPORTED","message":"no artifacts here"}]}"""));

        await DeliverAsync(lab, image, evidence);

        StringAssert.Contains(lab.Reporter.Text, "no artifacts here");
        Assert.AreEqual(image.Root.Descriptor.Digest, lab.Registry.FindManifest("team/app", "1.0")!.Digest);
    }

    [TestMethod]
    public async Task Signatures_of_others_under_the_tag_stay()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var subject = image.Root.Descriptor;
        await DeliverAsync(lab, image, new Evidence { Images = [ReferrerTests.Signature("one", subject)] });
        await DeliverAsync(lab, image, new Evidence { Images = [ReferrerTests.Signature("two", subject)] });

        var stored = lab.Registry.FindManifest("team/app", $"sha256-{subject.Digest.Hex}.sig")!;
        var layers = OciJson.ReadManifest(RawDocument.Of(stored.MediaType, stored.Content), "test").Layers;

        CollectionAssert.AreEqual(new[] { "one", "two" }, layers.Select(layer => layer.Annotations!["signature"]).ToArray());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task After_a_day_registries_are_asked_and_get_what_a_clean_up_removed(bool hasApi)
    {
        using var folder = new TemporaryDirectory();
        await using var lab = await ClientLab.StartAsync(new() { Referrers = hasApi });
        var time = new ManualTime();
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence { Referrers = [Document(image.Root.Descriptor, "a"), Document(image.Root.Descriptor, "b")] };
        var gone = evidence.Referrers[1].Manifest.Descriptor.Digest;
        await WriteAsync();
        lab.Registry.RemoveManifest("team/app", gone);

        time.Advance(TimeSpan.FromHours(23));
        await WriteAsync();
        Assert.IsNull(lab.Registry.FindManifest("team/app", $"{gone}"));
        time.Advance(TimeSpan.FromHours(1));
        await WriteAsync();
        Assert.IsNotNull(lab.Registry.FindManifest("team/app", $"{gone}"));
        lab.Registry.ClearRequests();
        await WriteAsync();

        Assert.HasCount(1, lab.Registry.Requests, "What was seen there today is remembered.");
        Assert.HasCount(2, await ListAsync(lab, image.Root.Descriptor.Digest));

        Task WriteAsync() => new Delivery([new RegistryDestination(
                lab.Client, lab.Repository, ["1.0"], lab.Reporter, attached: AttachedEvidence.Load(folder["attached.txt"], time))])
            .WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None, evidence);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Evidence_that_the_registry_only_says_to_have_is_sent_once_more(bool isReferrer)
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var document = Document(image.Root.Descriptor, "a");
        var signature = ReferrerTests.Signature("one", image.Root.Descriptor);
        var blob = (isReferrer ? document.Blobs[1] : signature.Layers[0].Blob).Descriptor.Digest;
        lab.Registry.On(RequestKind.Blob, "HEAD").Where(request => request.Reference == $"{blob}").Do(fault => fault.Reply(200));

        await DeliverAsync(lab, image, isReferrer ? new Evidence { Referrers = [document] } : new Evidence { Images = [signature] });

        Assert.IsNotNull(lab.Registry.FindBlob("team/app", blob));
        StringAssert.Contains(lab.Reporter.Text, "once more");
        Assert.HasCount(1, ImageValidator.Check(lab.Registry, "team/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task A_registry_that_misses_evidence_for_ever_is_given_up()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var document = Document(image.Root.Descriptor, "a");
        var puts = lab.Registry.On(RequestKind.Manifest, "PUT")
            .Where(request => request.Reference == $"{document.Manifest.Descriptor.Digest}")
            .Do(fault => fault.Error(404, "MANIFEST_BLOB_UNKNOWN"));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => DeliverAsync(lab, image, new Evidence { Referrers = [document] }));

        Assert.AreEqual(DiagnosticCode.EvidenceNotDelivered, failure.Code);
        Assert.AreEqual(2, puts.Count);
        Assert.IsEmpty(lab.Registry.Tags("team/app"));
    }

    [TestMethod]
    public async Task Registries_are_not_asked_for_evidence_that_the_project_brought_there()
    {
        using var folder = new TemporaryDirectory();
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence { Referrers = [Document(image.Root.Descriptor, "a")] };
        await WriteAsync(evidence);
        lab.Registry.ClearRequests();

        await WriteAsync(evidence);

        Assert.IsTrue(lab.Registry.Requests.All(request => request.Reference == "1.0"), string.Join('\n', lab.Registry.Requests));
        await WriteAsync(new Evidence { Referrers = [Document(image.Root.Descriptor, "b")] });
        Assert.HasCount(2, (await ListAsync(lab, image.Root.Descriptor.Digest)).ToList());

        Task WriteAsync(Evidence wanted) => new Delivery([new RegistryDestination(
                lab.Client, lab.Repository, ["1.0"], lab.Reporter, attached: AttachedEvidence.Load(folder["attached.txt"]))])
            .WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None, wanted);
    }

    internal static Referrer Document(Descriptor subject, string text) => new(
        subject, "application/spdx+json", new MemoryBlob("application/spdx+json", Encoding.UTF8.GetBytes($"\"{text}\"")), "spdx.json");

    private static RegistryDestination Destination(ClientLab lab, string tag = "1.0") =>
        new(lab.Client, lab.Repository, [tag], lab.Reporter);

    private static Task DeliverAsync(ClientLab lab, ImageSet image, Evidence evidence, string tag = "1.0") =>
        new Delivery([Destination(lab, tag)]).WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None, evidence);

    private static Task<IReadOnlyList<Descriptor>> ListAsync(ClientLab lab, Digest subject) =>
        lab.Client.ListReferrersAsync(lab.Repository, subject, CancellationToken.None);
}
