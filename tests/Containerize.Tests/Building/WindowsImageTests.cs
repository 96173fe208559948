using System.Formats.Tar;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Registry;
using Containerize.Trees;

namespace Containerize.Tests.Building;

/// <summary>Images for Windows, made of bases in a registry.</summary>
[TestClass]
internal sealed class WindowsImageTests
{
    private const string Bases = "windows/base";
    private const string Url = "https://layers.example.com/v2/windows/base/blobs/1";

    private static readonly Platform s_wanted = Platform.FromRuntimeIdentifier("win-x64");
    private static readonly Platform s_2022 = s_wanted with { OsVersion = "10.0.20348.4294" };
    private static readonly Platform s_2025 = s_wanted with { OsVersion = "10.0.26100.6899" };

    private readonly RecordingReporter _reporter = new();

    private static LayerEntry File(string path) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = UnixFileMode.UserRead, Content = "x"u8.ToArray() };

    private static ImageRequest Request(ClientLab lab, Platform platform, params IReadOnlyList<ILayerSource> layers) => new()
    {
        Layers = layers.Count > 0 ? layers : [new EntriesLayer("app", [File("app/hello.dll")])],
        Base = new RegistrySource(
            lab.Client, ImageReference.Parse($"{lab.Registry.Authority}/{Bases}:1"), tags: null, lab.Store, prefetch: false),
        Platform = platform,
        WorkingDirectory = "/app",
        Command = new ImageCommand { AppCommand = layers.Count > 0 || !platform.IsWindows ? ["dotnet"] : ["dotnet", @"C:\app\hello.dll"] },
        User = "ContainerUser",
    };

    private async Task<ValidatedImage> PushAsync(ClientLab lab, ImageRequest request, int baseLayers = 1)
    {
        var built = await Sample.BuildAsync(request, lab.Store, _reporter);
        await new RegistryDestination(lab.Client, lab.Repository, ["1"], _reporter)
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
        return ImageValidator.Check(lab.Registry, "team/app", "1", baseLayers).Single();
    }

    [TestMethod]
    public async Task An_image_has_the_version_of_its_base_and_paths_of_Windows()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddIndex(Bases, "1", TestImage.Create(), TestImage.Create(s_2022, docker: false, change: null));

        var image = await PushAsync(lab, Request(lab, s_wanted) with
        {
            Volumes = ["/data/db"],
            Environment = new Dictionary<string, string> { ["PATH"] = @"C:\tools", ["NEW"] = "1" },
        });

        Assert.AreEqual("windows/amd64", image.Platform);
        Assert.AreEqual(s_2022.OsVersion, (string?)image.Config["os.version"]);
        Assert.AreEqual(@"C:\app", (string?)image.Settings["WorkingDir"]);
        Assert.AreEqual("ContainerUser", (string?)image.Settings["User"]);
        Assert.AreEqual("""{"C:\\data\\db":{}}""", image.Settings["Volumes"]!.ToJsonString());
        // The base calls it Path.
        Assert.AreEqual("""["Path=C:\\tools","NEW=1"]""", image.Settings["Env"]!.ToJsonString());
        CollectionAssert.AreEqual(new[] { "Files", "Files/app", "Files/app/hello.dll", "Hives" }, image.Layers[1].Paths.ToList());
    }

    [TestMethod]
    public async Task Of_several_versions_the_first_is_taken_as_the_specification_says()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddIndex(
            Bases, "1", TestImage.Create(s_2025, docker: false, change: null), TestImage.Create(s_2022, docker: false, change: null));

        Assert.AreEqual(s_2025.OsVersion, (string?)(await PushAsync(lab, Request(lab, s_wanted))).Config["os.version"]);
    }

    [TestMethod]
    public async Task In_an_index_the_platform_names_the_version_and_Linux_lies_beside_it()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddIndex(Bases, "1", TestImage.Create(), TestImage.Create(s_2022, docker: false, change: null));
        var (linux, windows) = (
            await Sample.BuildAsync(Request(lab, Sample.Amd64), lab.Store, _reporter),
            await Sample.BuildAsync(Request(lab, s_wanted), lab.Store, _reporter));
        await new RegistryDestination(lab.Client, lab.Repository, ["1"], _reporter)
            .WriteAsync(ImageSet.Of([linux.Image, windows.Image]), CancellationToken.None);

        CollectionAssert.AreEqual(
            new[] { "linux/amd64", "windows/amd64" },
            ImageValidator.Check(lab.Registry, "team/app", "1", baseLayers: 1).Images.Select(image => image.Platform).ToList());
        var index = JsonNode.Parse(lab.Registry.FindManifest("team/app", "1")!.Content.Span)!;
        Assert.AreEqual(s_2022.OsVersion, (string?)index["manifests"]![1]!["platform"]!["os.version"]);
        Assert.IsFalse(index["manifests"]![0]!["platform"]!.AsObject().ContainsKey("os.version"));
        Assert.AreNotEqual(linux.Layers[0].Descriptor.Digest, windows.Layers[0].Descriptor.Digest);
    }

    [TestMethod]
    [DataRow(ImageFormat.Oci, MediaTypes.OciForeignLayerGzip)]
    [DataRow(ImageFormat.Docker, MediaTypes.DockerForeignLayer)]
    public async Task A_foreign_layer_is_neither_fetched_nor_pushed_and_keeps_its_addresses(ImageFormat format, string mediaType)
    {
        await using var lab = await ClientLab.StartAsync();
        var plain = TestImage.Create(s_2022, docker: true, change: null);
        var manifest = JsonNode.Parse(plain.Manifest.Span)!.AsObject();
        manifest["layers"]![0]!["mediaType"] = MediaTypes.DockerForeignLayer;
        manifest["layers"]![0]!["urls"] = new JsonArray(Url);
        lab.Registry.AddImage(Bases, "1", plain with { Manifest = OciJson.Write(manifest) });
        var foreign = Digest.Of(plain.Layers[0].Content.Span);
        lab.Registry.RemoveBlob(Bases, foreign);
        var placement = new Placement([], user: null, new Dictionary<string, string>());

        var image = await PushAsync(
            lab,
            Request(lab, s_wanted, new EntriesLayer("files", [File("tools/x.exe")]) { Placement = placement }) with { Format = format });

        Assert.AreEqual(mediaType, image.Layers[0].Descriptor.MediaType);
        Assert.AreEqual(foreign, image.Layers[0].Descriptor.Digest);
        Assert.AreEqual(Url, (string?)image.Manifest["layers"]![0]!["urls"]![0]);
        CollectionAssert.Contains(image.Layers[1].Paths.ToList(), "Files/tools/x.exe");
    }

    [TestMethod]
    public async Task An_archive_says_that_it_lacks_foreign_layers()
    {
        using var directory = new TemporaryDirectory();
        var layer = Sample.GzipLayer();
        var foreign = layer with { Blob = new MemoryBlob(MediaTypes.DockerForeignLayer, await Sample.ReadAsync(layer.Blob)) };
        var images = new ImageSet(Sample.Image(s_2022, [foreign]));

        await new ArchiveDestination(directory["image.tar"], Sample.Name(), _reporter).WriteAsync(images, CancellationToken.None);
        await new LayoutDestination(directory["layout"], Sample.Name(), _reporter).WriteAsync(images, CancellationToken.None);

        Assert.AreEqual(2, _reporter.Messages.Count(message => message.Contains("does not hold 1 layer(s)", StringComparison.Ordinal)));
        ImageValidator.Check(directory["image.tar"]);
        ImageValidator.Check(directory["layout"]);
    }

    [TestMethod]
    public async Task Directories_of_the_base_keep_their_descriptor_and_spelling()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = Convert.ToBase64String(new byte[40]);
        var tar = TestLayer.Tar(
            Directory("Files/", null), Directory("Files/Program Files/", descriptor), Directory("Files/Program Files/Common/", "AQ=="),
            Directory("Hives/", null), Directory("UtilityVM/", null), Directory("UtilityVM/tools/", "Ag=="));
        lab.Registry.AddImage(Bases, "1", TestImage.Create(s_2022, docker: false, change: null, TestLayer.FromTar(tar)));
        var source = new RegistrySource(
            lab.Client, ImageReference.Parse($"{lab.Registry.Authority}/{Bases}:1"), tags: null, lab.Store, prefetch: false);
        var directories = new[]
        {
            new WritableDirectory("program files/Common", UnixFileMode.UserRead, null),
            new WritableDirectory("data", UnixFileMode.UserRead, new Owner(1, 1)),
        };

        for (var build = 0; build < 2; build++)
        {
            // The second time the tree is remembered.
            var image = (await source.OpenAsync(s_wanted, CancellationToken.None)).Image;
            var placed = await new Placement(directories, "ContainerUser", new Dictionary<string, string>()).PlaceAsync(
                [File("PROGRAM FILES/Contoso/x.exe"), File("program files/common/y.exe"), File("tools/z.exe")],
                new HashSet<string>(),
                async () => (image.Config, await ImageTree.ReadAsync(image, lab.Store, TreeParts.Directories, CancellationToken.None)));

            CollectionAssert.AreEquivalent(
                new[]
                {
                    "Program Files/Contoso/x.exe",
                    "Program Files/Common/y.exe",
                    "tools/z.exe",
                    "Program Files",
                    "Program Files/Common",
                },
                placed.Select(entry => entry.Path).ToList());
            Assert.AreEqual(descriptor, placed.Single(entry => entry.Path == "Program Files").SecurityDescriptor);
            Assert.IsNull(
                placed.Single(entry => entry.Path == "Program Files/Common").SecurityDescriptor,
                "The app may write there, whatever the base says.");
            WindowsTree.Check(placed);
        }
    }

    [TestMethod]
    public async Task A_layer_for_Linux_is_refused_though_an_image_for_Linux_took_it_before()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddIndex(Bases, "1", TestImage.Create(), TestImage.Create(s_2022, docker: false, change: null));
        var agent = TestLayer.Of(("opt/agent", "agent"));
        lab.Registry.AddImage("team/agent", "1", TestImage.Create(agent));
        var file = lab.WriteFile("tools.tar", "");
        await System.IO.File.WriteAllBytesAsync(file, agent.Content);
        ILayerSource[] layers = [new RegistryLayer(lab.Registry.Repository("team/agent"), Digest.Of(agent.Content.Span), lab.Client),
            new TarLayer("tools.tar", file)];
        foreach (var layer in layers)
        {
            await Sample.BuildAsync(Request(lab, Sample.Amd64, layer), lab.Store, _reporter);

            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
                () => Sample.BuildAsync(Request(lab, s_wanted, layer), lab.Store, _reporter));

            Assert.AreEqual(DiagnosticCode.InvalidLayer, failure.Code);
        }
    }

    [TestMethod]
    public async Task A_base_without_Windows_is_an_error()
    {
        await using var lab = await ClientLab.StartAsync();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => PushAsync(lab, Request(lab, s_wanted) with { Base = new ScratchSource() }));

        Assert.AreEqual(DiagnosticCode.PlatformNotFound, failure.Code);
        Assert.Contains("needs Windows", failure.Message);
    }

    private static PaxTarEntry Directory(string path, string? descriptor) =>
        new(
            TarEntryType.Directory,
            path,
            descriptor is null
                ? []
                : new Dictionary<string, string> { ["MSWINDOWS.rawsd"] = descriptor }) { ModificationTime = DateTimeOffset.UnixEpoch };
}
