using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Tests.Building;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class ImageTests
{
    private static Image Read(Image image, byte[]? config = null) =>
        Image.Read(image.Manifest, config ?? image.Config.Blob.Content.ToArray(), descriptor => new FileBlob(descriptor, "unused"), "test");

    [TestMethod]
    public void A_created_image_reads_back_as_itself()
    {
        var image = Sample.Image();
        var read = Read(image);
        Assert.AreEqual(image.Manifest.Descriptor, read.Manifest.Descriptor);
        Assert.AreEqual(image.Layers[0].DiffId, read.Layers[0].DiffId);
        Assert.AreEqual(image.Document.Layers[0], read.Layers[0].Blob.Descriptor);
    }

    [TestMethod]
    public void The_format_decides_every_media_type()
    {
        var oci = Sample.Image();
        var docker = Sample.Image(format: ImageFormat.Docker);
        Assert.AreEqual(MediaTypes.OciLayerGzip, oci.Document.Layers[0].MediaType);
        Assert.AreEqual(MediaTypes.DockerManifest, docker.Manifest.Descriptor.MediaType);
        Assert.AreEqual(MediaTypes.DockerManifest, docker.Document.MediaType);
        Assert.AreEqual(MediaTypes.DockerConfig, docker.Document.Config.MediaType);
        Assert.AreEqual(MediaTypes.DockerLayerGzip, docker.Document.Layers[0].MediaType);
        Assert.AreEqual(oci.Config.Blob.Descriptor.Digest, docker.Config.Blob.Descriptor.Digest);
    }

    [TestMethod]
    public void Docker_manifests_have_no_annotations()
    {
        var annotations = new Dictionary<string, string> { ["a"] = "b" };
        var config = ImageConfig.Scratch(Sample.Amd64);
        Assert.IsNull(Image.Create(ImageFormat.Docker, config, [], annotations).Document.Annotations);
        Assert.AreEqual("b", Image.Create(ImageFormat.Oci, config, [], annotations).Document.Annotations!["a"]);
    }

    [TestMethod]
    public void Docker_images_cannot_hold_zstd()
    {
        var layer = new Layer(new MemoryBlob(MediaTypes.OciLayerZstd, "x"u8.ToArray()), Digest.Of("x"u8));
        Assert.AreEqual(
            DiagnosticCode.UnsupportedCompression,
            Assert.ThrowsExactly<ContainerizeException>(() => Sample.Image(Sample.Amd64, [layer], ImageFormat.Docker)).Code);
    }

    [TestMethod]
    public void A_config_that_is_not_the_manifests_is_refused()
    {
        var other = Sample.Image(content: "other").Config.Blob.Content.ToArray();
        Assert.AreEqual(DiagnosticCode.DigestMismatch, Assert.ThrowsExactly<ContainerizeException>(() => Read(Sample.Image(), other)).Code);
    }

    [TestMethod]
    public void Layers_and_diffIDs_must_be_as_many()
    {
        var config = ImageConfig.Scratch(Sample.Amd64);
        var manifest = new Manifest { Config = config.Blob.Descriptor, Layers = [Sample.GzipLayer().Blob.Descriptor] };
        var blob = new MemoryBlob(MediaTypes.OciManifest, OciJson.Write(manifest));
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            Assert.ThrowsExactly<ContainerizeException>(
                () => Image.Read(blob, config.Blob.Content.ToArray(), descriptor => new FileBlob(descriptor, "unused"), "test")).Code);
    }
}
