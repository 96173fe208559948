using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Tests.Building;
using static Containerize.Tests.Inspection.InspectionLab;

namespace Containerize.Tests.Inspection;

[TestClass]
internal sealed class ImageContentsTests
{
    private readonly InspectionLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    public async Task A_layer_above_replaces_a_file()
    {
        var image = await _lab.ReadAsync([File("app/a", "old"), File("app/b")], [File("app/a", "new")]);
        Assert.AreEqual(1, image.Files["app/a"].Layer);
        Assert.AreEqual(Digest.Of("new"u8), image.Files["app/a"].File.Content);
        Assert.AreEqual(0, image.Files["app/b"].Layer);
        CollectionAssert.AreEqual(new[] { 0, 1 }, image.Find("/app/a").Select(file => file.Layer).ToArray());
    }

    [TestMethod]
    public async Task A_whiteout_removes_what_is_below_and_not_what_is_in_its_own_layer()
    {
        var image = await _lab.ReadAsync(
            [File("a"), File("kept/old"), File("gone/x/y")],
            [File(".wh.a"), File("kept/new"), File("kept/.wh..wh..opq"), File(".wh.gone")]);
        CollectionAssert.AreEquivalent(new[] { "kept/new" }, image.Files.Keys.ToArray());
        CollectionAssert.AreEqual(
            new[] { LayerFileKind.File, LayerFileKind.Removal }, image.Find("a").Select(file => file.File.Kind).ToArray());
    }

    [TestMethod]
    public async Task Links_above_a_path_are_followed()
    {
        var image = await _lab.ReadAsync([Directory("usr/bin"), Link("bin", "usr/bin")], [File("bin/tool", "1")]);
        Assert.AreEqual("usr/bin", image.Files["bin"].File.LinkTarget);
        Assert.AreEqual(1, image.Files["usr/bin/tool"].Layer);
        Assert.AreEqual("usr/bin/tool", image.Find("/bin/tool").Single().Path);
    }

    [TestMethod]
    public async Task A_hard_link_names_its_file()
    {
        var image = await _lab.ReadAsync([File("app/a"), HardLink("app/b", "app/a")]);
        Assert.AreEqual(LayerFileKind.HardLink, image.Files["app/b"].File.Kind);
        Assert.AreEqual("app/a", image.Files["app/b"].File.LinkTarget);
    }

    [TestMethod]
    public async Task A_layer_that_unpacks_to_something_else_is_refused()
    {
        var layer = Layer(File("a"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => _lab.ReadAsync(Sample.Image(Sample.Amd64, [layer with { DiffId = Digest.Of("other"u8) }])));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
    }

    [TestMethod]
    public async Task A_layer_that_is_no_tar_is_refused()
    {
        var noise = new byte[2048];
        new Random(1).NextBytes(noise);
        var layer = new Containerize.Images.Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(noise)), Digest.Of(noise));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => _lab.ReadAsync(Sample.Image(Sample.Amd64, [layer])));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
    }
}
