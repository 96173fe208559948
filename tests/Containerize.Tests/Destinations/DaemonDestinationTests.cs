using System.Formats.Tar;
using Containerize.Destinations;
using Containerize.Engines;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

/// <summary>How an engine's program is spoken to. The engines themselves are met in the integration tests.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class DaemonDestinationTests
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private string Loaded => _folder["loaded.tar"];

    /// <summary>A program of an engine whose images consist of certain layers; what is loaded goes to a file.</summary>
    private void Install(
        string program = "docker",
        string layers = "[]",
        string load = "cat > loaded.tar",
        string? version = null,
        string id = "",
        string idOf = "*",
        string server = "28.2.2/Engine,containerd,",
        string driver = "[]",
        string platforms = "")
    {
        version ??= $"echo 'linux/amd64/{server}'";
        var script = new FileInfo(_folder.Write($"bin/{program}", $"""
            #!/bin/sh
            cd '{_folder.FullName}' || exit 9
            case "$1 $2" in
              "version "*|"info --format")
                case "$*" in *DriverStatus*) echo '{driver}' ;; *) {version} ;; esac ;;
              "--version "*) echo '{program} 1.0' ;;
              "image ls") echo sha256:1 ;;
              "image inspect") case "$3 $4 $5" in
                --platform*) case ' {platforms} ' in *" $4 "*) echo '{id}' ;; *) exit 1 ;; esac ;;
                *.Id*' '{idOf}) [ -n '{id}' ] && echo '{id}' ;; *.Id*) exit 1 ;; *) echo '{layers}' ;;
              esac ;;
              "load "*) {load} ;;
              *) echo "unknown: $*" >&2; exit 3 ;;
            esac
            """));
        if (!OperatingSystem.IsWindows())
        {
            script.UnixFileMode |= UnixFileMode.UserExecute;
        }
    }

    private Task<DestinationResult> WriteAsync(ImageSet images, EngineKind kind = EngineKind.Auto, ImageName? name = null) =>
        Sample.DeliverAsync(
            new DaemonDestination(kind, name ?? Sample.Name(), name => name == "PATH" ? $"{_folder["bin"]}:/usr/bin:/bin" : null, _reporter),
            images);

    private List<string> Entries()
    {
        using var reader = new TarReader(File.OpenRead(Loaded));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        return names;
    }

    private static ImageSet TwoLayers() => new(Sample.Image(Sample.Amd64, [Sample.GzipLayer("base"), Sample.GzipLayer("app")]));

    private static string Layers(params Layer[] layers) => $"[{string.Join(',', layers.Select(layer => $"\"{layer.DiffId}\""))}]";

    [TestMethod]
    public async Task An_engine_without_the_layers_gets_all_of_them()
    {
        Install();

        var result = await WriteAsync(TwoLayers());

        Assert.AreEqual(new FileInfo(Loaded).Length, result.BytesWritten);
        Assert.AreEqual("docker:demo/app:1.0", result.Locations.Single());
        ImageValidator.Check(Loaded, baseLayers: 9);
    }

    [TestMethod]
    public async Task Layers_that_another_image_begins_with_are_not_sent()
    {
        var images = TwoLayers();
        Install(layers: Layers(images.Images[0].Layers[0], Sample.GzipLayer("other app")));

        var result = await WriteAsync(images);

        var names = Entries();
        Assert.DoesNotContain(Layout.PathOf(images.Images[0].Document.Layers[0].Digest), names);
        Assert.Contains(Layout.PathOf(images.Images[0].Document.Layers[1].Digest), names);
        Assert.IsGreaterThan(0, result.BytesAvoided);
    }

    [TestMethod]
    public async Task Containerd_is_not_sent_the_layers_that_it_has_wherever_they_are_in_the_image()
    {
        var images = TwoLayers();
        var app = images.Images[0].Document.Layers[1].Digest;
        var script = _folder.Write("bin/ctr", $"""
            #!/bin/sh
            case "$1 $2" in
              "content ls") echo {app} ;;
              "images import") cat > '{Loaded}' ;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var result = await WriteAsync(images, EngineKind.Containerd);

        Assert.DoesNotContain(Layout.PathOf(app), Entries());
        Assert.Contains(Layout.PathOf(images.Images[0].Document.Layers[0].Digest), Entries());
        Assert.AreEqual("containerd:docker.io/demo/app:1.0", result.Locations.Single());
    }

    [TestMethod]
    public async Task The_same_layer_above_another_one_is_sent()
    {
        var images = TwoLayers();
        Install(layers: Layers(Sample.GzipLayer("other base"), images.Images[0].Layers[0]));

        await WriteAsync(images);

        ImageValidator.Check(Loaded, baseLayers: 9);
    }

    [TestMethod]
    public async Task An_engine_that_refuses_the_thin_archive_gets_the_whole_one()
    {
        var images = TwoLayers();
        Install(
            layers: Layers([.. images.Images[0].Layers]),
            load: "cat > loaded.tar; [ -e first ] || { touch first; echo 'no such blob' >&2; exit 1; }");

        var result = await WriteAsync(images);

        Assert.AreEqual(0, result.BytesAvoided);
        ImageValidator.Check(Loaded, baseLayers: 9);
        Assert.IsTrue(_reporter.Details.Any(detail => detail.Contains("no such blob", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task An_engine_that_has_this_very_image_is_left_alone()
    {
        var images = TwoLayers();
        Install(id: images.Images[0].Document.Config.Digest.Hex);

        var result = await WriteAsync(images);

        Assert.AreEqual(0, result.BytesWritten);
        Assert.IsFalse(File.Exists(Loaded));
    }

    [TestMethod]
    public async Task A_refusal_is_told_in_the_engines_words()
    {
        Install(load: "echo 'no space left on device' >&2; exit 1");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(TwoLayers()));

        Assert.AreEqual(DiagnosticCode.EngineFailed, failure.Code);
        StringAssert.Contains(failure.Message, "no space left on device");
    }

    private static Layer ZstdLayer =>
        Sample.GzipLayer("app") is var layer
            ? layer with { Blob = new MemoryBlob(MediaTypes.OciLayerZstd, ((MemoryBlob)layer.Blob).Memory) }
            : layer;

    [TestMethod]
    [DataRow("20.10.24/Engine,containerd,runc,", "[]", true)]
    [DataRow("20.10.24/Engine,containerd,runc,", """[["driver-type","io.containerd.snapshotter.v1"]]""", false)]
    [DataRow("23.0.1/Engine,", "[]", false)]
    [DataRow("4.3.1/Podman Engine,Conmon,", "[]", false)]
    public async Task Zstd_is_refused_before_a_Docker_is_asked_that_cannot_unpack_it(string server, string driver, bool refused)
    {
        Install(server: server, driver: driver);
        var images = new ImageSet(Sample.Image(Sample.Amd64, [Sample.GzipLayer("base"), ZstdLayer]));

        if (!refused)
        {
            await WriteAsync(images);
            Assert.IsTrue(File.Exists(Loaded));
            return;
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(images));
        Assert.AreEqual(DiagnosticCode.UnsupportedCompression, failure.Code);
        StringAssert.Contains(failure.Message, "Docker 20.10.24");
        StringAssert.Contains(failure.Message, "gzip");
        Assert.IsFalse(File.Exists(Loaded), "Nothing was sent.");
    }

    [TestMethod]
    public async Task An_old_Docker_takes_gzip_on_a_base_of_zstd_that_it_has()
    {
        var images = new ImageSet(Sample.Image(Sample.Amd64, [ZstdLayer, Sample.GzipLayer("upper")]));
        Install(layers: Layers(images.Images[0].Layers[0]), server: "20.10.24/Engine,");

        await WriteAsync(images);

        Assert.DoesNotContain(Layout.PathOf(images.Images[0].Document.Layers[0].Digest), Entries());
    }

    [TestMethod]
    public async Task No_engine_at_all_is_told_with_what_was_looked_for()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            new DaemonDestination(EngineKind.Auto, Sample.Name(), _ => _folder["bin"], _reporter)
                .WriteAsync(TwoLayers(), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.EngineNotFound, failure.Code);
        StringAssert.Contains(failure.Message, "docker or podman");
    }

    [TestMethod]
    public async Task An_engine_that_does_not_run_is_told_in_its_words()
    {
        Install(version: "{ echo 'Cannot connect to the Docker daemon' >&2; exit 1; }");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(TwoLayers(), EngineKind.Docker));

        Assert.AreEqual(DiagnosticCode.EngineUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "Cannot connect to the Docker daemon");
    }

    [TestMethod]
    public async Task Without_a_choice_the_engine_that_runs_is_taken()
    {
        Install(version: "{ echo 'Cannot connect' >&2; exit 1; }");
        Install("podman");

        var result = await WriteAsync(TwoLayers());

        Assert.AreEqual("podman:demo/app:1.0", result.Locations.Single());
    }

    [TestMethod]
    public async Task Of_several_platforms_the_engines_own_is_loaded_and_that_is_told()
    {
        Install();
        var amd = Sample.Image(Sample.Amd64);

        await WriteAsync(ImageSet.Of([Sample.Image(Sample.Arm64), amd]));

        Assert.AreEqual(amd.Manifest.Descriptor.Digest, ImageValidator.Check(Loaded, baseLayers: 9).Single().Descriptor.Digest);
        Assert.IsTrue(_reporter.Messages.Any(message => message.Contains("linux/amd64, one of 2 platforms", StringComparison.Ordinal)));
    }

    private const string ContainerdStore = """[["driver-type","io.containerd.snapshotter.v1"]]""";

    [TestMethod]
    [DataRow("Index", "linux/amd64 linux/arm64", true)]
    [DataRow("Index", "linux/arm64 linux/s390x linux/amd64", true)]
    [DataRow("Index", "linux/amd64", false)]
    [DataRow("Index", "linux/arm64", false)]
    [DataRow("Index", "linux/amd64 linux/arm64/v8", false)]
    [DataRow("Index", "", false)]
    [DataRow("One", "linux/amd64 linux/arm64", false)]
    [DataRow("Old", "linux/amd64 linux/arm64", false)]
    public async Task Docker_that_keeps_its_images_in_containerd_gets_all_platforms_unless_the_name_and_each_platform_are_there(
        string named, string platforms, bool isHeld)
    {
        var images = ImageSet.Of([Sample.Image(Sample.Arm64), Sample.Image(Sample.Amd64)]);
        var id = named switch
        {
            "Index" => images.Root.Descriptor.Digest,
            "One" => images.Images[1].Manifest.Descriptor.Digest,
            _ => Digest.Of("old"u8),
        };
        Install(id: id.ToString(), driver: ContainerdStore, platforms: platforms);

        await WriteAsync(images);

        Assert.AreEqual(!isHeld, File.Exists(Loaded));
        Assert.IsEmpty(_reporter.Messages);
        if (!isHeld)
        {
            Assert.HasCount(2, ImageValidator.Check(Loaded, baseLayers: 9).Images);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public async Task An_index_that_names_another_one_reaches_Docker_as_the_image_of_its_own_platform(int namedByRoot)
    {
        Install(driver: ContainerdStore);
        Image[] all = [Sample.Image(Sample.Arm64), Sample.Image(Sample.Amd64), Sample.Image(Sample.Amd64 with { Architecture = "s390x" })];
        var inner = ImageSet.Of(all[namedByRoot..]);
        var root = new ImageIndex
        {
            MediaType = MediaTypes.OciIndex,
            Manifests = [.. all[..namedByRoot].Select(image => image.Manifest.Descriptor), inner.Root.Descriptor],
        };

        await WriteAsync(new ImageSet(new MemoryBlob(MediaTypes.OciIndex, OciJson.Write(root)), all));

        Assert.AreEqual(
            all[1].Manifest.Descriptor.Digest, ImageValidator.Check(Loaded, baseLayers: 9).Single().Descriptor.Digest);
        Assert.IsTrue(_reporter.Messages.Any(message => message.Contains("linux/amd64, one of 3 platforms", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("docker", ContainerdStore, 1)]
    [DataRow("docker", "[]", 2)]
    [DataRow("podman", ContainerdStore, 2)]
    public async Task Of_all_other_engines_and_images_one_platform_is_loaded(string program, string driver, int platforms)
    {
        Install(program, driver: driver);
        var images = new[] { Sample.Image(Sample.Amd64), Sample.Image(Sample.Arm64) };

        await WriteAsync(ImageSet.Of([.. images.Take(platforms)]));

        Assert.AreEqual(
            images[0].Manifest.Descriptor.Digest, ImageValidator.Check(Loaded, baseLayers: 9).Single().Descriptor.Digest);
    }

    [TestMethod]
    [DataRow("podman", "4.3.1/Podman Engine,", null, "app", "localhost/app:1.0", "localhost/app:1.0")]
    [DataRow("podman", "4.3.1/Podman Engine,", null, "team/app", "localhost/team/app:1.0", "localhost/team/app:1.0")]
    [DataRow("docker", "5.4.2/Podman Engine,Conmon,", null, "app", "localhost/app:1.0", "localhost/app:1.0")]
    [DataRow("podman", "", "registry", "app", "localhost/registry/app:1.0", "localhost/registry/app:1.0")]
    [DataRow("podman", "", "localhost:5000", "app", "localhost:5000/app:1.0", "localhost:5000/app:1.0")]
    [DataRow("podman", "", "docker.io", "app", "docker.io/library/app:1.0", "docker.io/app:1.0")]
    [DataRow("podman", "", null, "example.com/app", "example.com/app:1.0", "example.com/app:1.0")]
    [DataRow("docker", "28.2.2/Engine,", null, "app", "docker.io/library/app:1.0", "app:1.0")]
    public async Task Podman_runs_by_a_name_without_a_registry_what_is_its_own(
        string program, string server, string? registry, string repository, string named, string asked)
    {
        var images = TwoLayers();
        var name = new ImageName(registry, repository, ["1.0"]);
        Install(program, server: server, id: images.Images[0].Document.Config.Digest.Hex, idOf: "something-else");

        var result = await WriteAsync(images, name: name);

        Assert.AreEqual($"{program}:{name.References[0]}", result.Locations.Single());
        Assert.AreEqual(named, DockerArchiveManifest.Read(Entry(DockerArchiveManifest.Name), Loaded).Single().RepoTags.Single());
        Assert.AreEqual(
            named,
            OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, Entry(Layout.Index)), Loaded).Manifests.Single()
                .Annotations![Layout.NameAnnotation]);

        Install(program, server: server, id: images.Images[0].Document.Config.Digest.Hex, idOf: asked);
        Assert.AreEqual(0, (await WriteAsync(images, name: name)).BytesWritten, "The image is looked for where it was put.");
    }

    private byte[] Entry(string name)
    {
        using var reader = new TarReader(File.OpenRead(Loaded));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == name)
            {
                using var content = new MemoryStream();
                entry.DataStream!.CopyTo(content);
                return content.ToArray();
            }
        }

        throw new InvalidOperationException($"The archive lacks {name}.");
    }

    [TestMethod]
    public async Task An_image_for_Windows_is_not_sent_to_an_engine_that_runs_Linux()
    {
        Install();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => WriteAsync(new ImageSet(Sample.Image(Platform.FromRuntimeIdentifier("win-x64")))));

        Assert.AreEqual(DiagnosticCode.EngineFailed, failure.Code);
        Assert.Contains("linux here, and the image is for windows/amd64", failure.Message);
        Assert.IsFalse(File.Exists(Loaded));
    }
}
