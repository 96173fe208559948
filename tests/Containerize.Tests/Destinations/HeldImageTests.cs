using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Destinations;

/// <summary>Whether a destination has an image already decides whether anything is done.</summary>
[TestClass]
internal sealed class HeldImageTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    [DataRow("layout/")]
    public async Task Files_hold_what_was_written_and_nothing_else(string path)
    {
        var (image, other) = (new ImageSet(Sample.Image()), new ImageSet(Sample.Image(content: "other")));
        Assert.IsNull(await File(path).FindAsync(image, CancellationToken.None));

        await File(path).WriteAsync(image, CancellationToken.None);

        Assert.IsNotNull(await File(path).FindAsync(image, CancellationToken.None));
        Assert.IsNull(await File(path).FindAsync(other, CancellationToken.None));
        Assert.IsNull(await File(path, "2.0").FindAsync(image, CancellationToken.None), "The name belongs to it.");
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    public async Task An_archive_that_was_cut_short_is_not_held(string path)
    {
        var image = new ImageSet(Sample.Image());
        await File(path).WriteAsync(image, CancellationToken.None);
        await using (var file = System.IO.File.OpenWrite(_folder[path]))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.IsNull(await File(path).FindAsync(image, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_layout_that_lacks_a_blob_or_whose_index_is_damaged_is_not_held()
    {
        var image = new ImageSet(Sample.Image());
        await File("layout/").WriteAsync(image, CancellationToken.None);
        var blob = _folder["layout/" + Layout.PathOf(image.Images[0].Layers[0].Blob.Descriptor.Digest)];
        System.IO.File.Move(blob, blob + ".away");
        Assert.IsNull(await File("layout/").FindAsync(image, CancellationToken.None));

        System.IO.File.Move(blob + ".away", blob);
        Assert.IsNotNull(await File("layout/").FindAsync(image, CancellationToken.None));
        await System.IO.File.WriteAllTextAsync(_folder["layout/index.json"], "{");
        Assert.IsNull(await File("layout/").FindAsync(image, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_registry_holds_an_image_when_all_tags_are_it()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        await Registry(lab, "1.0").WriteAsync(image, CancellationToken.None);

        Assert.IsNotNull(await Registry(lab, "1.0").FindAsync(image, CancellationToken.None));
        Assert.IsNull(await Registry(lab, "1.0", "latest").FindAsync(image, CancellationToken.None));
        await Registry(lab, "1.0").WriteAsync(new ImageSet(Sample.Image(content: "other")), CancellationToken.None);
        Assert.IsNull(await Registry(lab, "1.0").FindAsync(image, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_registry_that_does_not_answer_holds_nothing()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Error(403, "DENIED"));
        Assert.IsNull(await Registry(lab, "1.0").FindAsync(new ImageSet(Sample.Image()), CancellationToken.None));
    }

    [TestMethod]
    public async Task Nothing_is_sent_for_an_image_that_is_held()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = new ImageSet(Sample.Image());
        await Registry(lab, "1.0").WriteAsync(image, CancellationToken.None);
        lab.Registry.ClearRequests();

        var result = await Sample.DeliverAsync(Registry(lab, "1.0"), image);

        Assert.AreEqual(0, result.BytesWritten);
        CollectionAssert.AreEqual(new[] { "HEAD" }, lab.Registry.RequestsTo(RequestKind.Manifest).Select(request => request.Method)
            .ToArray());
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Blob));
    }

    private static RegistryDestination Registry(ClientLab lab, params string[] tags) => new(lab.Client, lab.Repository, tags, lab.Reporter);

    private IImageDestination File(string path, string tag = "1.0") => path.EndsWith('/')
        ? new LayoutDestination(_folder[path.TrimEnd('/')], Sample.Name(tag), new RecordingReporter())
        : new ArchiveDestination(_folder[path], Sample.Name(tag), new RecordingReporter());
}
