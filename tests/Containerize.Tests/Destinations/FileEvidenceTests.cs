using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Tests.SupplyChain;

namespace Containerize.Tests.Destinations;

/// <summary>Evidence in layouts and beside archives.</summary>
[TestClass]
internal sealed class FileEvidenceTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task A_layout_lists_referrers_without_a_name_and_its_image_is_found_as_before()
    {
        var image = new ImageSet(Sample.Image());
        var referrer = RegistryEvidenceTests.Document(image.Root.Descriptor, "a");

        await DeliverAsync(Layout(), image, new Evidence { Referrers = [referrer] });

        var entries = Entries();
        Assert.HasCount(2, entries);
        Assert.AreEqual(image.Root.Descriptor.Digest, entries[0].Digest);
        Assert.AreEqual(referrer.Manifest.Descriptor.Digest, entries[1].Digest);
        Assert.AreEqual("application/spdx+json", entries[1].ArtifactType);
        Assert.IsNull(entries[1].Annotations);
        foreach (var blob in referrer.Blobs.Append(referrer.Manifest))
        {
            CollectionAssert.AreEqual(blob.Memory.ToArray(), await File.ReadAllBytesAsync(
                _folder["layout/" + Containerize.Oci.Layout.PathOf(blob.Descriptor.Digest)]));
        }

        // Without a tag too: what is called an artifact is no image to choose.
        var found = await new LayoutSource(_folder["layout"]).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(image.Root.Descriptor.Digest, found.Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_layout_that_has_the_image_gets_what_is_missing_once()
    {
        var image = new ImageSet(Sample.Image());
        var evidence = new Evidence
        {
            Referrers = [RegistryEvidenceTests.Document(image.Root.Descriptor, "a")],
            Images = [ReferrerTests.Signature("one", image.Root.Descriptor)],
        };
        await DeliverAsync(Layout(), image, Evidence.None);
        await DeliverAsync(Layout(), image, evidence);
        var index = await File.ReadAllBytesAsync(_folder["layout/index.json"]);
        var written = File.GetLastWriteTimeUtc(_folder["layout/index.json"]);

        await DeliverAsync(Layout(), image, evidence);

        Assert.HasCount(3, Entries());
        CollectionAssert.AreEqual(index, await File.ReadAllBytesAsync(_folder["layout/index.json"]));
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(_folder["layout/index.json"]));
    }

    [TestMethod]
    [DataRow("app.tar", "app.spdx.json")]
    [DataRow("app.tar.gz", "app.spdx.json")]
    [DataRow("app.v1.tgz", "app.v1.spdx.json")]
    [DataRow("app.image", "app.image.spdx.json")]
    public async Task An_archive_has_documents_beside_it_and_the_bytes_that_it_had(string archive, string expected)
    {
        var image = new ImageSet(Sample.Image());
        await DeliverAsync(Archive(archive), image, Evidence.None);
        var bytes = await File.ReadAllBytesAsync(_folder[archive]);
        File.Delete(_folder[archive]);

        await DeliverAsync(Archive(archive), image, One(image));

        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(_folder[archive]));
        Assert.AreEqual("\"a\"", await File.ReadAllTextAsync(_folder[expected]));
        Assert.HasCount(1, ImageValidator.Check(_folder[archive], baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task A_document_beside_an_archive_that_is_there_is_written_when_it_is_missing_or_changed()
    {
        var image = new ImageSet(Sample.Image());
        await DeliverAsync(Archive("app.tar"), image, One(image));
        await File.WriteAllTextAsync(_folder["app.spdx.json"], "\"b\"");
        await DeliverAsync(Archive("app.tar"), image, One(image));
        Assert.AreEqual("\"a\"", await File.ReadAllTextAsync(_folder["app.spdx.json"]));
    }

    [TestMethod]
    public async Task Documents_of_several_platforms_are_told_apart()
    {
        var index = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));
        var evidence = new Evidence
        {
            Referrers = [.. index.Images.Select(image => RegistryEvidenceTests.Document(image.Manifest.Descriptor, "a"))],
        };
        await DeliverAsync(Archive("app.tar"), index, evidence);
        CollectionAssert.AreEquivalent(
            new[] { "app.linux-amd64.spdx.json", "app.linux-arm64.spdx.json", "app.tar" }, _folder.Files().ToArray());
    }

    private static Evidence One(ImageSet image) => new() { Referrers = [RegistryEvidenceTests.Document(image.Root.Descriptor, "a")] };

    private LayoutDestination Layout() => new(_folder["layout"], Sample.Name(), new RecordingReporter());

    private ArchiveDestination Archive(string name) => new(_folder[name], Sample.Name(), new RecordingReporter());

    private IReadOnlyList<Descriptor> Entries() =>
        OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, File.ReadAllBytes(_folder["layout/index.json"])), "test").Manifests;

    private static Task DeliverAsync(IImageDestination destination, ImageSet image, Evidence evidence) =>
        new Delivery([destination]).WriteAsync(image, _ => Task.FromResult(image), CancellationToken.None, evidence);
}
