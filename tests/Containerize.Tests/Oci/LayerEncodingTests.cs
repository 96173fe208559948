using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class LayerEncodingTests
{
    [TestMethod]
    [DataRow(ImageFormat.Oci, LayerCompression.None, MediaTypes.OciLayer)]
    [DataRow(ImageFormat.Oci, LayerCompression.Gzip, MediaTypes.OciLayerGzip)]
    [DataRow(ImageFormat.Oci, LayerCompression.Zstd, MediaTypes.OciLayerZstd)]
    [DataRow(ImageFormat.Docker, LayerCompression.None, MediaTypes.DockerLayer)]
    [DataRow(ImageFormat.Docker, LayerCompression.Gzip, MediaTypes.DockerLayerGzip)]
    public void Family_and_compression_name_a_media_type_and_the_media_type_names_them(
        ImageFormat family, LayerCompression compression, string mediaType)
    {
        var encoding = LayerEncoding.Of(family, compression);

        Assert.AreEqual(mediaType, encoding.MediaType);
        Assert.AreEqual(encoding, LayerEncoding.Find(mediaType));
        Assert.IsFalse(encoding.IsForeign);
    }

    [TestMethod]
    public void Docker_has_no_zstd() => Assert.AreEqual(
        DiagnosticCode.UnsupportedCompression,
        Assert.ThrowsExactly<ContainerizeException>(() => LayerEncoding.Of(ImageFormat.Docker, LayerCompression.Zstd)).Code);

    [TestMethod]
    [DataRow(MediaTypes.OciLayer, MediaTypes.DockerLayer)]
    [DataRow(MediaTypes.OciLayerGzip, MediaTypes.DockerLayerGzip)]
    [DataRow(MediaTypes.OciForeignLayerGzip, MediaTypes.DockerForeignLayer)]
    public void Converting_changes_the_family_and_nothing_else(string oci, string docker)
    {
        Assert.AreEqual(docker, LayerEncoding.Convert(oci, ImageFormat.Docker));
        Assert.AreEqual(oci, LayerEncoding.Convert(docker, ImageFormat.Oci));
        Assert.AreEqual(oci, LayerEncoding.Convert(oci, ImageFormat.Oci));
        Assert.AreEqual(MediaTypes.IsForeignLayer(oci), MediaTypes.IsForeignLayer(docker));
    }

    [TestMethod]
    [DataRow("application/vnd.example.layer")]
    [DataRow(MediaTypes.OciForeignLayer)]
    [DataRow(MediaTypes.OciForeignLayerZstd)]
    public void What_Docker_has_no_counterpart_for_and_need_not_hold_stays(string mediaType) =>
        Assert.AreEqual(mediaType, LayerEncoding.Convert(mediaType, ImageFormat.Docker));

    [TestMethod]
    [DataRow(MediaTypes.DockerLayerZstd, LayerCompression.Zstd, MediaTypes.OciLayerZstd)]
    [DataRow(MediaTypes.DockerForeignLayerPlain, LayerCompression.None, MediaTypes.OciForeignLayer)]
    public void What_only_some_tools_write_in_Dockers_family_is_read_and_converted_and_stays_in_its_family(
        string mediaType, LayerCompression compression, string oci)
    {
        Assert.AreEqual(compression, LayerEncoding.Find(mediaType)!.Compression);
        Assert.AreEqual(oci, LayerEncoding.Convert(mediaType, ImageFormat.Oci));
        Assert.AreEqual(mediaType, LayerEncoding.Convert(mediaType, ImageFormat.Docker));
        Assert.AreEqual(MediaTypes.IsForeignLayer(oci), MediaTypes.IsForeignLayer(mediaType));
    }

    [TestMethod]
    public void A_layer_of_zstd_cannot_become_one_of_Docker() => Assert.AreEqual(
        DiagnosticCode.UnsupportedCompression,
        Assert.ThrowsExactly<ContainerizeException>(() => LayerEncoding.Convert(MediaTypes.OciLayerZstd, ImageFormat.Docker)).Code);

    [TestMethod]
    [DataRow(MediaTypes.OciForeignLayer, true)]
    [DataRow(MediaTypes.OciForeignLayerGzip, true)]
    [DataRow(MediaTypes.OciForeignLayerZstd, true)]
    [DataRow(MediaTypes.DockerForeignLayer, true)]
    [DataRow(MediaTypes.OciLayerGzip, false)]
    [DataRow("application/vnd.example.layer", false)]
    public void Layers_that_may_not_be_passed_on_are_known_by_their_media_type(string mediaType, bool isForeign) =>
        Assert.AreEqual(isForeign, MediaTypes.IsForeignLayer(mediaType));
}
