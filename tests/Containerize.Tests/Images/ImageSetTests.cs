using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Tests.Building;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class ImageSetTests
{
    private static Image Annotated(Platform platform, params (string Name, string Value)[] annotations) =>
        Image.Create(ImageFormat.Oci, ImageConfig.Scratch(platform), [], annotations.ToDictionary(pair => pair.Name, pair => pair.Value));

    [TestMethod]
    public void One_image_needs_no_index()
    {
        var image = Sample.Image();

        var set = ImageSet.Of([image]);

        Assert.IsFalse(set.IsIndex);
        Assert.AreEqual(image.Manifest.Descriptor, set.Root.Descriptor);
    }

    [TestMethod]
    public void Several_images_are_listed_in_their_order_with_their_platforms()
    {
        var (arm, amd) = (Sample.Image(Sample.Arm64), Sample.Image(Sample.Amd64));

        var set = ImageSet.Of([arm, amd]);

        Assert.IsTrue(set.IsIndex);
        var index = OciJson.ReadIndex(set.Root.Document, "test");
        Assert.AreEqual(MediaTypes.OciIndex, index.MediaType);
        CollectionAssert.AreEqual(
            new[] { arm.Manifest.Descriptor.Digest, amd.Manifest.Descriptor.Digest },
            index.Manifests.Select(entry => entry.Digest).ToArray());
        CollectionAssert.AreEqual(new[] { "linux/arm64", "linux/amd64" }, index.Manifests.Select(entry => entry.Platform!.ToString())
            .ToArray());
    }

    [TestMethod]
    public void Images_of_Dockers_format_get_Dockers_list()
    {
        var set =
            ImageSet.Of([Sample.Image(Sample.Amd64, format: ImageFormat.Docker), Sample.Image(Sample.Arm64, format: ImageFormat.Docker)]);

        Assert.AreEqual(MediaTypes.DockerIndex, set.Root.Descriptor.MediaType);
        Assert.AreEqual(MediaTypes.DockerIndex, OciJson.ReadIndex(set.Root.Document, "test").MediaType);
    }

    [TestMethod]
    public void The_index_says_what_all_images_say()
    {
        var set = ImageSet.Of(
            [Annotated(Sample.Amd64, ("title", "shop"), ("base", "a")), Annotated(Sample.Arm64, ("title", "shop"), ("base", "b"))]);

        var annotations = OciJson.ReadIndex(set.Root.Document, "test").Annotations!;

        Assert.AreEqual("shop", annotations["title"]);
        Assert.HasCount(1, annotations);
    }

    [TestMethod]
    public void Two_images_for_one_platform_are_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ImageSet.Of([Sample.Image(), Sample.Image(content: "musl")]));

        Assert.AreEqual(DiagnosticCode.SamePlatform, failure.Code);
        StringAssert.Contains(failure.Message, "linux/amd64");
    }

    [TestMethod]
    public void Versions_of_Windows_are_platforms_of_their_own()
    {
        Platform Windows(string version) => new() { Os = "windows", Architecture = "amd64", OsVersion = version };

        Assert.IsTrue(ImageSet.Of([Annotated(Windows("10.0.20348.1")), Annotated(Windows("10.0.26100.1"))]).IsIndex);
    }

    [TestMethod]
    [DataRow(2, true)]
    [DataRow(1, false)]
    [DataRow(0, false)]
    public void An_index_names_each_image_unless_another_index_stands_between(int named, bool namesEach)
    {
        Image[] images = [Sample.Image(), Sample.Image(Sample.Arm64)];
        var root = new ImageIndex
        {
            Manifests = [.. images[..named].Append(Sample.Image(content: "other")).Select(image => image.Manifest.Descriptor)],
        };

        Assert.AreEqual(
            namesEach, new ImageSet(new MemoryBlob(MediaTypes.OciIndex, OciJson.Write(root)), images).NamesEachImage);
        Assert.IsTrue(new ImageSet(images[0]).NamesEachImage);
        Assert.IsTrue(ImageSet.Of(images).NamesEachImage);
    }
}
