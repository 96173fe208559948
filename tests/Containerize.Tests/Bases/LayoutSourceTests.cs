using System.Text;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class LayoutSourceTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private string BlobPath(Digest digest) => _folder[Layout.PathOf(digest)];

    private async Task WriteAsync(ImageSet images, params string[] tags) =>
        await new LayoutDestination(_folder.FullName, Sample.Name(tags), new RecordingReporter())
            .WriteAsync(images, CancellationToken.None);

    private void WriteIndex(params Descriptor[] entries) =>
        _folder.Write(Layout.Index, OciJson.Write(new ImageIndex { Manifests = entries }));

    private Descriptor Add(string mediaType, byte[] content)
    {
        var blob = new MemoryBlob(mediaType, content);
        _folder.Write(Layout.PathOf(blob.Descriptor.Digest), content);
        return blob.Descriptor;
    }

    [TestMethod]
    public async Task The_only_image_is_opened_with_its_layers()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        var opened = await new LayoutSource(_folder.FullName).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(image.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
        Assert.AreEqual("docker.io/demo/app:1.0", opened.Name);
        CollectionAssert.AreEqual(await Sample.ReadAsync(image.Layers[0].Blob), await Sample.ReadAsync(opened.Image.Layers[0].Blob));
    }

    [TestMethod]
    [DataRow("2.0")]
    [DataRow("demo/app:2.0")]
    [DataRow("docker.io/demo/app:2.0")]
    public async Task A_tag_or_name_picks_the_image(string tag)
    {
        var wanted = Sample.Image(content: "two");
        await WriteAsync(new ImageSet(Sample.Image()), "1.0");
        await WriteAsync(new ImageSet(wanted), "2.0");
        var opened = await new LayoutSource(_folder.FullName, tag).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(wanted.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task Images_of_several_platforms_that_the_layout_does_not_name_are_known_by_their_configs()
    {
        Image[] images = [Sample.Image(Sample.Arm64), Sample.Image()];
        foreach (var image in images)
        {
            await WriteAsync(new ImageSet(image), image.Config.Platform.Architecture);
        }

        WriteIndex([.. images.Select(image => image.Manifest.Descriptor)]);

        foreach (var image in images)
        {
            var opened = await new LayoutSource(_folder.FullName).OpenAsync(image.Config.Platform, CancellationToken.None);
            Assert.AreEqual(image.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
        }

        WriteIndex(
            [.. images.Select(image => image.Manifest.Descriptor),
                Add(MediaTypes.OciManifest, Sample.Image(content: "other").Manifest.Content.ToArray())]);
        Add(MediaTypes.OciConfig, Sample.Image(content: "other").Config.Blob.Content.ToArray());
        Assert.AreEqual(
            DiagnosticCode.BaseImageNotFound,
            (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code,
            "Two for one platform are not one image.");
    }

    [TestMethod]
    public async Task Entries_that_repeat_the_type_of_their_configs_are_images()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        WriteIndex(image.Manifest.Descriptor with { ArtifactType = MediaTypes.OciConfig });

        var opened = await new LayoutSource(_folder.FullName).OpenAsync(Sample.Amd64, CancellationToken.None);

        Assert.AreEqual(image.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task Several_images_without_a_tag_are_listed()
    {
        await WriteAsync(new ImageSet(Sample.Image()), "1.0");
        await WriteAsync(new ImageSet(Sample.Image(content: "two")), "2.0");
        var failure = await Sample.FailureOfAsync(new LayoutSource(_folder.FullName));
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
        Assert.Contains("docker.io/demo/app:1.0, docker.io/demo/app:2.0", failure.Message);
    }

    [TestMethod]
    public async Task An_unknown_tag_lists_what_there_is()
    {
        await WriteAsync(new ImageSet(Sample.Image()), "1.0");
        var failure = await Sample.FailureOfAsync(new LayoutSource(_folder.FullName, "3.0"));
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
        Assert.Contains("docker.io/demo/app:1.0", failure.Message);
    }

    [TestMethod]
    public async Task The_platform_picks_from_an_index()
    {
        var arm = Sample.Image(Sample.Arm64);
        await WriteAsync(Sample.Index(Sample.Image(), arm));
        var opened = await new LayoutSource(_folder.FullName, "1.0").OpenAsync(Sample.Arm64, CancellationToken.None);
        Assert.AreEqual(arm.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
        Assert.AreEqual(
            DiagnosticCode.PlatformNotFound,
            (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName), Sample.Amd64 with { Architecture = "s390x" })).Code);
    }

    [TestMethod]
    public async Task The_platform_picks_from_a_flat_index_without_names()
    {
        var (amd, arm) = (Sample.Image(), Sample.Image(Sample.Arm64));
        await WriteAsync(Sample.Index(amd, arm));
        WriteIndex(amd.Manifest.Descriptor with { Platform = Sample.Amd64 }, arm.Manifest.Descriptor with { Platform = Sample.Arm64 });
        Assert.AreEqual(
            arm.Manifest.Descriptor.Digest,
            (await new LayoutSource(_folder.FullName).OpenAsync(Sample.Arm64, CancellationToken.None)).Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("1.0")]
    public async Task Two_images_for_one_platform_that_the_layout_states_are_several_images(string? name)
    {
        Image[] images = [Sample.Image(), Sample.Image(content: "other"), Sample.Image(Sample.Arm64)];
        foreach (var image in images)
        {
            await WriteAsync(new ImageSet(image));
        }

        WriteIndex([.. images.Select(image => image.Manifest.Descriptor with
        {
            Platform = image.Config.Platform,
            Annotations = name is null ? null : new Dictionary<string, string> { [Layout.TagAnnotation] = name },
        })]);

        Assert.AreEqual(
            DiagnosticCode.BaseImageNotFound, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName, name), Sample.Arm64)).Code);
    }

    [TestMethod]
    public async Task A_single_image_of_another_platform_is_refused()
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        Assert.AreEqual(
            DiagnosticCode.PlatformNotFound, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName), Sample.Arm64)).Code);
    }

    [TestMethod]
    [DataRow(3, true)]
    [DataRow(6, false)]
    public async Task Nested_indexes_are_followed_to_a_limit(int depth, bool readable)
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        var entry = image.Manifest.Descriptor;
        for (var level = 0; level < depth; level++)
        {
            entry = Add(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = [entry] }));
        }

        WriteIndex(entry);
        if (readable)
        {
            Assert.AreEqual(
                image.Manifest.Descriptor.Digest,
                (await new LayoutSource(_folder.FullName)
                    .OpenAsync(Sample.Amd64, CancellationToken.None)).Image.Manifest.Descriptor.Digest);
        }
        else
        {
            Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
        }
    }

    [TestMethod]
    public async Task A_changed_document_is_a_digest_mismatch()
    {
        var image = Sample.Image();
        foreach (var digest in new[] { image.Manifest.Descriptor.Digest, image.Config.Blob.Descriptor.Digest })
        {
            await WriteAsync(new ImageSet(image));
            var bytes = await File.ReadAllBytesAsync(BlobPath(digest));
            bytes[^2] ^= 1;
            await File.WriteAllBytesAsync(BlobPath(digest), bytes);
            Assert.AreEqual(DiagnosticCode.DigestMismatch, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
        }
    }

    [TestMethod]
    public async Task A_layer_of_another_size_is_a_digest_mismatch()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        _folder.Write(Layout.PathOf(image.Layers[0].Blob.Descriptor.Digest), "short");
        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_missing_blob_is_named()
    {
        var image = Sample.Image();
        foreach (
            var digest in new[]
            {
                image.Layers[0].Blob.Descriptor.Digest,
                image.Config.Blob.Descriptor.Digest,
                image.Manifest.Descriptor.Digest,
            })
        {
            await WriteAsync(new ImageSet(image));
            File.Delete(BlobPath(digest));
            var failure = await Sample.FailureOfAsync(new LayoutSource(_folder.FullName));
            Assert.AreEqual(DiagnosticCode.InvalidArchive, failure.Code);
            Assert.Contains(digest.ToString(), failure.Message);
            Assert.Contains(_folder.FullName, failure.Message);
        }
    }

    [TestMethod]
    public async Task Symbolic_links_are_refused()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        var path = BlobPath(image.Layers[0].Blob.Descriptor.Digest);
        File.Move(path, _folder["elsewhere"]);
        File.CreateSymbolicLink(path, _folder["elsewhere"]);
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);

        File.Delete(path);
        Directory.Move(_folder["blobs"], _folder["moved"]);
        Directory.CreateSymbolicLink(_folder["blobs"], _folder["moved"]);
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_digest_that_is_a_path_is_refused()
    {
        _folder.Write("secret", "secret");
        _folder.Write(
            Layout.Index,
            """{"schemaVersion":2,"manifests":[""" +
                """{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../secret","size":6}]}""");
        Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_document_that_calls_itself_something_else_is_refused()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image));
        WriteIndex(image.Manifest.Descriptor with { MediaType = MediaTypes.DockerManifest });
        Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_huge_document_is_refused()
    {
        _folder.Write(
            Layout.Index, Encoding.UTF8.GetBytes("{\"manifests\":[],\"x\":\"" + new string('x', OciJson.MaxDocumentSize) + "\"}"));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task What_is_no_layout_is_explained()
    {
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, (await Sample.FailureOfAsync(new LayoutSource(_folder["missing"]))).Code);
        Assert.Contains("oci-archive:", (await Sample.FailureOfAsync(new LayoutSource(_folder.Write("file.tar", "x")))).Message);
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
        WriteIndex();
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_layout_of_a_later_version_is_refused()
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        _folder.Write(Layout.Marker, """{"imageLayoutVersion":"2.0.0"}""");
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(new LayoutSource(_folder.FullName))).Code);
    }

    [TestMethod]
    public async Task A_foreign_layer_may_be_absent_until_it_is_read()
    {
        var layer = Sample.GzipLayer();
        var foreign = new MemoryBlob(MediaTypes.DockerForeignLayer, await Sample.ReadAsync(layer.Blob));
        await WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [layer with { Blob = foreign }])));
        Assert.IsFalse(File.Exists(BlobPath(foreign.Descriptor.Digest)));
        var opened = await new LayoutSource(_folder.FullName).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(
            DiagnosticCode.BaseImageNotFound,
            (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => Sample.ReadAsync(opened.Image.Layers[0].Blob))).Code);
    }
}
