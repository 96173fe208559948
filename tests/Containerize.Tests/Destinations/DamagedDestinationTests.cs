using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

/// <summary>What is said to be unchanged is unchanged: damage of archives and layouts is found, and repaired by the next build.</summary>
[TestClass]
internal sealed class DamagedDestinationTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();
    private readonly ImageSet _image;

    public DamagedDestinationTests()
    {
        var layer = _folder.Write("store/layer", new byte[200_000]);
        var blob = new FileBlob(new MemoryBlob(MediaTypes.OciLayer, File.ReadAllBytes(layer)).Descriptor, layer);
        _image = new ImageSet(Sample.Image(Sample.Amd64, [new Layer(blob, blob.Descriptor.Digest)]));
    }

    private Descriptor LayerOf => _image.Images[0].Document.Layers[0];

    private string MemoryFile => _folder["obj/delivered.txt"];

    public void Dispose() => _folder.Dispose();

    private IImageDestination Open(string path) => path.EndsWith('/')
        ? new LayoutDestination(_folder[path.TrimEnd('/')], Sample.Name(), _reporter, IntactFiles.Load(MemoryFile))
        : new ArchiveDestination(_folder[path], Sample.Name(), _reporter, IntactFiles.Load(MemoryFile));

    /// <summary>The file that has the layer's bytes, and a place among them.</summary>
    private (string File, long Offset) InLayer(string path) =>
        (_folder[path.EndsWith('/') ? path + Layout.PathOf(LayerOf.Digest) : path], 100_000);

    private void Flip(string path)
    {
        var (name, offset) = InLayer(path);
        using var file = File.Open(name, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 1));
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    [DataRow("image.tgz")]
    [DataRow("layout/")]
    public async Task A_flipped_bit_in_a_layer_is_found_and_the_next_build_repairs_it(string path)
    {
        await Sample.DeliverAsync(Open(path), _image);
        Assert.IsNotNull(await Open(path).FindAsync(_image, CancellationToken.None));
        Flip(path);

        Assert.IsNull(await Open(path).FindAsync(_image, CancellationToken.None));
        // A layout has a link to the layer itself, which a build would have made again.
        await File.WriteAllBytesAsync(_folder["store/layer"], new byte[200_000]);
        var again = await Sample.DeliverAsync(Open(path), _image);

        Assert.IsNotNull(await Open(path).FindAsync(_image, CancellationToken.None));
        Assert.HasCount(1, ImageValidator.Check(again.Locations.Single(), baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    [DataRow("layout/")]
    public async Task Damage_is_found_without_the_memory_of_the_build_that_wrote_it(string path)
    {
        await Sample.DeliverAsync(Open(path), _image);
        File.Delete(MemoryFile);
        Assert.IsNotNull(await Open(path).FindAsync(_image, CancellationToken.None));

        Flip(path);

        Assert.IsNull(await Open(path).FindAsync(_image, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    [DataRow("layout/")]
    public async Task What_has_the_stamp_that_it_had_is_not_read_again(string path)
    {
        await Sample.DeliverAsync(Open(path), _image);
        Flip(path);

        // The memory is told that the damaged file is whole: only reading it would show the damage.
        var intact = IntactFiles.Load(MemoryFile);
        var isGzip = path.EndsWith("gz", StringComparison.Ordinal);
        intact.NoteWritten(
            InLayer(path).File, path.EndsWith('/') ? LayerOf.Digest : ArchiveContents.Of(_image, Sample.Name(), isGzip).Identity);
        intact.Save();

        Assert.IsNotNull(await Open(path).FindAsync(_image, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    [DataRow("layout/")]
    public async Task A_layer_that_is_gone_is_no_fault_of_the_destination(string path)
    {
        File.Delete(_folder["store/layer"]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => Sample.DeliverAsync(Open(path), _image));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        StringAssert.Contains(failure.Message, _folder["store/layer"]);
        StringAssert.Contains(failure.Message, LayerOf.Digest.ToString());
        Assert.DoesNotContain(_folder[path.TrimEnd('/')], failure.Message);
    }
}
