using System.Text;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Moq;

namespace Containerize.Tests.Building;

[TestClass]
internal sealed class ImageBuilderTests
{
    private static readonly Platform s_linux = new() { Os = "linux", Architecture = "amd64" };

    private readonly RecordingReporter _reporter = new();

    private static ImageRequest Request(TemporaryDirectory publish, string environment = "") => new()
    {
        Layers = [.. LayerPlanner.Plan(
            PublishDirectory.List(
                publish.FullName,
                new Dictionary<string, FileOrigin> { ["lib.dll"] = new(FileOriginKind.Package, "Lib", "1.2.3") },
                new HashSet<string>()),
            LayerSplit.ByOrigin).Select(plan =>
                EntriesLayer.Of(plan.Name, plan.Files, new EntryRules("/app", LayerOptions.DefaultModificationTime)))],
        Base = Base(environment),
        Platform = s_linux,
        WorkingDirectory = "/app",
        Command = new ImageCommand { AppCommand = ["dotnet", "/app/app.dll"] },
        BaseLabels = BaseLabels.Name | BaseLabels.Digest,
    };

    private static IImageSource Base(string environment)
    {
        var config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{"Env":[{{{environment}}}],"Healthcheck":{"Test":["NONE"]}},"rootfs":""" +
            """{"type":"layers","diff_ids":[]},"history":[],"unknown":{"member":1}}""");
        var manifest = OciJson.Write(
            new Manifest
            {
                MediaType = MediaTypes.DockerManifest,
                Config = new MemoryBlob(MediaTypes.DockerConfig, config).Descriptor,
                Layers = [],
            });
        var image =
            Image.Read(new MemoryBlob(MediaTypes.DockerManifest, manifest), config, _ => throw new InvalidOperationException(), "base");
        return Mock.Of<IImageSource>(
            source =>
                source.OpenAsync(It.IsAny<Platform>(), It.IsAny<CancellationToken>()) == Task.FromResult(
                    new BaseImage(image, "registry.example/base:1")));
    }

    private async Task<(BuiltImage Built, ValidatedImage Image)> BuildAsync(
        Func<ImageRequest, ImageRequest>? change = null, string environment = "")
    {
        using var directory = new TemporaryDirectory();
        directory.Write("publish/app.dll", "the app");
        directory.Write("publish/lib.dll", "a package");
        using var publish = new TemporaryDirectory();
        publish.Write("app.dll", "the app");
        publish.Write("lib.dll", "a package");
        var request = Request(publish, environment);
        var built = await Sample.BuildAsync(change?.Invoke(request) ?? request, new BlobStore(directory["store"]), _reporter);
        await new ArchiveDestination(directory["image.tar"], new ImageName(null, "app", ["latest"]), _reporter)
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
        return (built, ImageValidator.Check(directory["image.tar"]).Single());
    }

    [TestMethod]
    public async Task An_image_has_the_bases_settings_and_a_layer_for_packages_and_app()
    {
        var (built, image) = await BuildAsync();

        CollectionAssert.AreEqual(new[] { "dependencies", "app" }, built.Layers.Select(layer => layer.Name).ToList());
        Assert.AreEqual("a package", image.Get("app/lib.dll").ReadAllText());
        Assert.AreEqual(MediaTypes.OciManifest, (string?)image.Manifest["mediaType"]);
        Assert.AreEqual("""{"Test":["NONE"]}""", image.Settings["Healthcheck"]!.ToJsonString());
        Assert.AreEqual("""{"member":1}""", image.Config["unknown"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_debug_image_is_the_image_and_a_layer_of_symbols()
    {
        var file =
            new LayerEntry { Path = "app/app.pdb", Type = LayerEntryType.File, Mode = FileModes.Data, Content = "lines"u8.ToArray() };
        var symbols = new EntriesLayer("symbols", [file]);
        var (plain, _) = await BuildAsync();

        var (built, _) = await BuildAsync(request => request with { Symbols = symbols });

        Assert.IsNull(plain.Debug);
        Assert.AreEqual(plain.Image.Manifest.Descriptor.Digest, built.Image.Manifest.Descriptor.Digest);
        var debug = built.Debug!;
        CollectionAssert.AreEqual(new[] { "dependencies", "app", "symbols" }, debug.Layers.Select(layer => layer.Name).ToList());
        CollectionAssert.AreEqual(
            built.Image.Document.Layers.Select(layer => layer.Digest).ToList(),
            debug.Image.Document.Layers.SkipLast(1).Select(layer => layer.Digest).ToList());
        Assert.AreEqual(debug.Image.Layers[^1].DiffId, debug.Image.Config.DiffIds[^1]);
        CollectionAssert.AreEqual(built.Image.Config.Entrypoint.ToList(), debug.Image.Config.Entrypoint.ToList());
    }

    [TestMethod]
    public async Task Each_layer_says_in_the_history_what_is_in_it()
    {
        var (_, image) = await BuildAsync();

        var comments = image.Config["history"]!.AsArray().Select(entry => (string?)entry!["comment"]).ToList();

        CollectionAssert.AreEqual(new[] { "dependencies: 1 file of Lib 1.2.3", "app: 1 file" }, comments);
    }

    [TestMethod]
    public async Task A_base_config_that_others_refuse_is_mended_with_one_warning()
    {
        var (_, image) = await BuildAsync(environment: "\"\",\"=x\",\"A=1\"");

        CollectionAssert.AreEqual(new[] { "A=1" }, image.Settings["Env"]!.AsArray().Select(variable => (string?)variable).ToList());
        Assert.AreEqual(DiagnosticCode.BaseConfigMended, _reporter.Warnings.Single().Code);
        Assert.Contains("without a name", _reporter.Warnings.Single().Text);
    }

    [TestMethod]
    [DataRow(0, false)]
    [DataRow(123, false)]
    [DataRow(124, true)]
    [DataRow(130, true)]
    public async Task An_image_with_more_layers_than_Docker_takes_is_told_with_their_number(int baseLayers, bool isTold)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "the app");
        directory.Write("lib.dll", "a package");
        var image = Sample.Image(s_linux, [.. Enumerable.Range(0, baseLayers).Select(number => Sample.GzipLayer($"{number}"))]);
        using var store = new TemporaryDirectory();

        var built = await Sample.BuildAsync(
            Request(directory) with
            {
                Base = Mock.Of<IImageSource>(source => source.OpenAsync(It.IsAny<Platform>(), It.IsAny<CancellationToken>())
                    == Task.FromResult(new BaseImage(image, "registry.example/base:1"))),
            },
            new BlobStore(store.FullName),
            _reporter);

        await new ArchiveDestination(store["image.tar"], Sample.Name(), _reporter)
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
        ImageValidator.Check(store["image.tar"], baseLayers);
        Assert.AreEqual(isTold, _reporter.Warnings.Any(warning => warning.Code == DiagnosticCode.TooManyLayers
            && warning.Text.Contains($"{baseLayers + 2} layers, {baseLayers} of them", StringComparison.Ordinal)));
        Assert.AreEqual(isTold, _reporter.Warnings.Any(warning => warning.Code == DiagnosticCode.TooManyLayers));
    }

    [TestMethod]
    public async Task The_base_is_named_by_labels_and_annotations()
    {
        var (built, image) = await BuildAsync();

        Assert.AreEqual("registry.example/base:1", (string?)image.Settings["Labels"]!["org.opencontainers.image.base.name"]);
        Assert.AreEqual(built.BaseDigest?.ToString(), (string?)image.Settings["Labels"]!["org.opencontainers.image.base.digest"]);
        Assert.AreEqual(built.BaseDigest?.ToString(), (string?)image.Manifest["annotations"]!["org.opencontainers.image.base.digest"]);
    }

    [TestMethod]
    public async Task The_bases_environment_gives_user_and_ports()
    {
        var (_, image) = await BuildAsync(environment: "\"APP_UID=1654\",\"ASPNETCORE_HTTP_PORTS=8080;8081\"");

        Assert.AreEqual("1654", (string?)image.Settings["User"]);
        Assert.AreEqual("""{"8080/tcp":{},"8081/tcp":{}}""", image.Settings["ExposedPorts"]!.ToJsonString());
    }

    [TestMethod]
    public async Task The_projects_own_words_come_before_those_of_the_base()
    {
        var (_, image) = await BuildAsync(
            request =>
                request with
                {
                    User = "root",
                    Environment = new Dictionary<string,
                    string> { ["ASPNETCORE_URLS"] = "http://+:9000/path", ["A"] = "new" },
                    Labels = new Dictionary<string,
                    string> { ["org.opencontainers.image.base.name"] = "mine" },
                },
            "\"A=old\",\"B=kept\",\"APP_UID=1654\",\"ASPNETCORE_HTTP_PORTS=8080\"");

        Assert.AreEqual("root", (string?)image.Settings["User"]);
        Assert.AreEqual("""{"9000/tcp":{}}""", image.Settings["ExposedPorts"]!.ToJsonString());
        CollectionAssert.AreEqual(
            new[] { "A=new", "B=kept", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080", "ASPNETCORE_URLS=http://+:9000/path" },
            image.Settings["Env"]!.AsArray().Select(variable => (string?)variable).ToList());
        Assert.AreEqual("mine", (string?)image.Settings["Labels"]!["org.opencontainers.image.base.name"]);
    }

    [TestMethod]
    [DataRow(ImageFormat.Oci, "dotnet /app/health.dll", true)]
    [DataRow(ImageFormat.Oci, "true", true)]
    [DataRow(ImageFormat.Oci, "NONE", false)]
    [DataRow(ImageFormat.Oci, null, false)]
    [DataRow(ImageFormat.Docker, "dotnet /app/health.dll", false)]
    public async Task A_healthcheck_that_Podman_will_ignore_is_told(ImageFormat format, string? check, bool isTold)
    {
        var (_, image) =
            await BuildAsync(request => request with { Format = format, Healthcheck = check is null ? null : Healthcheck.Of([check]) });

        Assert.AreEqual(
            isTold, _reporter.Messages.Any(message => message.Contains("Podman ignores the healthcheck", StringComparison.Ordinal)));
        Assert.IsNotNull(image.Settings["Healthcheck"], "Docker honours it in either format.");
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task Two_builds_give_the_same_digest()
    {
        var (first, _) = await BuildAsync();
        var (second, _) = await BuildAsync();

        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task A_base_that_cannot_be_had_stops_the_build_with_its_own_words()
    {
        var failing = new Mock<IImageSource>();
        failing.Setup(source => source.OpenAsync(It.IsAny<Platform>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ContainerizeException(DiagnosticCode.BaseImageNotFound, "no base"));

        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(request => request with { Base = failing.Object }));

        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
    }

    [TestMethod]
    public async Task A_built_image_comes_back_from_its_file_as_it_was()
    {
        using var publish = new TemporaryDirectory();
        using var directory = new TemporaryDirectory();
        publish.Write("app.dll", "the app");
        var store = new BlobStore(directory["built"]);
        var built = (await Sample.BuildAsync(Request(publish), new BlobStore(directory["cache"]), _reporter)) with
        {
            BaseSignature = new VerifiedSignature(Digest.Of("index"u8), Digest.Of("rule"u8), "the key"),
        };
        BuiltImageFile.Save(built, store);

        var loaded = BuiltImageFile.Load(store, (_, _) => throw new InvalidOperationException());

        Assert.AreEqual(built.Image.Manifest.Descriptor, loaded.Image.Manifest.Descriptor);
        Assert.AreEqual(built.BaseDigest, loaded.BaseDigest);
        Assert.AreEqual(built.BaseSignature, loaded.BaseSignature);
        Assert.AreEqual(built.Layers.Single().Descriptor, loaded.Layers.Single().Descriptor);
        await new ArchiveDestination(directory["image.tar"], new ImageName(null, "app", ["latest"]), _reporter)
            .WriteAsync(new ImageSet(loaded.Image), CancellationToken.None);
        Assert.AreEqual("the app", ImageValidator.Check(directory["image.tar"]).Single().Get("app/app.dll").ReadAllText());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task The_image_of_another_build_is_not_taken_for_that_of_this_one(bool isDebugImage)
    {
        using var publish = new TemporaryDirectory();
        using var directory = new TemporaryDirectory();
        publish.Write("app.dll", "the app");
        var own = await BuildAsync();
        publish.Write("app.dll", "of another build");
        var other = await BuildAsync();
        var (ownDigest, otherDigest) = (own.Image.Manifest.Descriptor.Digest, other.Image.Manifest.Descriptor.Digest);
        var store = new BlobStore(directory["built"]);
        BuiltImageFile.Save(isDebugImage ? own : other, store, isDebugImage ? otherDigest : null);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Load(ownDigest));

        Assert.AreEqual(DiagnosticCode.InvalidArchive, failure.Code);
        StringAssert.Contains(failure.Message, "Another build");
        Assert.IsNotNull(Load(otherDigest));
        Assert.IsNotNull(Load(null));

        Task<BuiltImage> BuildAsync() => Sample.BuildAsync(Request(publish), new BlobStore(directory["cache"]), _reporter);

        BuiltImage Load(Digest? expected) => BuiltImageFile.Load(store, (_, _) => throw new InvalidOperationException(), expected);
    }
}
