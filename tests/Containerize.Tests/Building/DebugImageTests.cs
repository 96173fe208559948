using System.Formats.Tar;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Trees;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Building;

/// <summary>What is debugged is what runs: symbols change nothing of what the image has.</summary>
[TestClass]
internal sealed class DebugImageTests : IDisposable
{
    private const string User = "1654";

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("", "", "", "0:0", DisplayName = "nothing but the app")]
    [DataRow("", "", "app 755", "1654:1654", DisplayName = "the app may write beside itself")]
    [DataRow("", "", "app/plugins 2770", "1654:1654", DisplayName = "the app may write to a directory of it")]
    [DataRow("", "", "app/plugins/data 700;app 1777", "1654:1654", DisplayName = "one writable directory in another")]
    [DataRow("app 750 9", "", "", "0:0", DisplayName = "the base has the directory")]
    [DataRow("app 750 9", "", "app/plugins 755", "1654:1654", DisplayName = "the base has it, and a directory of it is writable")]
    [DataRow("", "app 711 7;app/plugins 2775 8", "", "0:0", DisplayName = "a layer of others has the directory")]
    [DataRow("app->srv/app;srv 755 0", "srv/app 750 4", "srv 755", "1654:1654", DisplayName = "a link of the base leads there")]
    [DataRow("app 755 0", "app/plugins->/opt/plugins;opt/plugins 700 3", "", "0:0", DisplayName = "a link of others leads there")]
    public async Task Directories_and_links_of_the_image_are_in_its_debug_image_as_they_are(
        string inBase, string inReference, string writable, string owner)
    {
        var built = await BuildAsync(
            inBase,
            inReference,
            Request() with
            {
                WritableDirectories = [.. writable.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(directory =>
                    new WritableDirectory(directory.Split(' ')[0], Mode(directory.Split(' ')[1]), null))],
            });

        var (image, debug) = (await ReadAsync(built.Image), await ReadAsync(built.Debug!.Image));
        var known = Describe(image);
        CollectionAssert.AreEqual(known, Describe(debug).Where(line => !line.Contains("debugger", StringComparison.Ordinal)).ToList());
        Assert.AreEqual(owner, OwnerOf(debug, "app/plugins/p.pdb"));
        Assert.AreEqual(OwnerOf(image, "app/plugins/p.dll"), OwnerOf(debug, "app/plugins/p.pdb"));
    }

    [TestMethod]
    public async Task A_link_that_the_project_adds_leads_symbols_to_what_it_names()
    {
        var link = new AddedFile(_folder["current"], "app/plugins", Mode: null, Owner: null)
        {
            Type = LayerEntryType.SymbolicLink,
            LinkTarget = "/opt/plugins",
        };

        var built = await BuildAsync("", "", Request() with { Files = [link] }, plugins: false);

        var debug = await ReadAsync(built.Debug!.Image);
        CollectionAssert.Contains(Describe(debug), "app/plugins->/opt/plugins");
        Assert.IsNotNull(debug.Find("opt/plugins/p.pdb"));
    }

    [TestMethod]
    public async Task The_users_are_those_of_the_base_although_the_project_brings_its_own()
    {
        _folder.Write("passwd", "root:x:0:0::/root:/bin/sh\n");

        var built = await BuildAsync(
            "passwd",
            "",
            Request() with
            {
                User = "app",
                Files = [new AddedFile(_folder["passwd"], "etc/passwd", Mode: null, Owner: null)],
                WritableDirectories = [new WritableDirectory("app/plugins", Mode("755"), null)],
            });

        Assert.AreEqual("9:9", OwnerOf(await ReadAsync(built.Debug!.Image), "app/plugins/p.pdb"));
    }

    private static string OwnerOf(ImageTree tree, string path) =>
        tree.Find(tree.Resolve(path, followLast: true)) is { } node ? $"{node.Owner.UserId}:{node.Owner.GroupId}" : "none";

    private static List<string> Describe(ImageTree tree) => [.. Paths(tree.Root, "").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Paths(TreeNode directory, string prefix) => directory.Children!.Values.SelectMany(node =>
        node.Children is not null
            ? Paths(node, $"{prefix}{node.Name}/").Prepend(
                $"{prefix}{node.Name} {Convert.ToString((int)node.Mode, 8)} {node.Owner.UserId}:{node.Owner.GroupId}")
        : node.LinkTarget is { } target ? [$"{prefix}{node.Name}->{target}"]
        : []);

    private static TarEntry Parse(string entry) => entry.Split("->") is [var link, var target] ? Link(link, target)
        : entry.Split(' ') is [var path, var mode, var owner]
            ? DirectoryAt(path, mode, int.Parse(owner, System.Globalization.CultureInfo.InvariantCulture))
        : Text("etc/passwd", "app:x:9:9::/:/bin/sh\n");

    private static IEnumerable<TarEntry> Entries(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Parse);

    private LayerRequest Request() => new()
    {
        Entries = new EntryRules("/app", LayerOptions.DefaultModificationTime),
        MaxLayers = 10,
        ProjectDirectory = _folder.FullName,
        User = User,
        Debugger = [new AddedFile(_folder.Write("vsdbg", "x"), "debugger/vsdbg", Mode: null, Owner: null)],
    };

    private PublishedFile Published(string path) => new()
    {
        RelativePath = path,
        Type = LayerEntryType.File,
        SourcePath = _folder.Write($"publish/{path}", path),
        Size = path.Length,
        Origin = FileOrigin.App,
    };

    // Symbols may be all that was published into a directory.
    private async Task<BuiltImage> BuildAsync(string inBase, string inReference, LayerRequest layers, bool plugins = true)
    {
        var secrets = SecretMemory.Load(path: null);
        List<PublishedFile> files = [Published("app.dll"), .. plugins ? [Published("plugins/p.dll")] : Array.Empty<PublishedFile>()];
        List<ILayerSource> sources = [.. LayerStack.Plan(files, layers, secrets, _reporter)];
        if (inReference.Length > 0)
        {
            await File.WriteAllBytesAsync(_folder["reference.tar"], TestLayer.Tar(Entries(inReference)));
            sources.Insert(0, new TarLayer("reference", _folder["reference.tar"]));
        }

        var below = new BaseImage(Image(LayerOf(Layer(Entries(inBase).DefaultIfEmpty(Text("etc/x"))))), "base");
        var request = new ImageRequest
        {
            Layers = sources,
            Symbols = LayerStack.Symbols([Published("app.pdb"), Published("plugins/p.pdb")], layers, secrets, _reporter),
            Base = Moq.Mock.Of<IImageSource>(source =>
                source.OpenAsync(Moq.It.IsAny<Platform>(), Moq.It.IsAny<CancellationToken>()) == Task.FromResult(below)),
            Platform = Sample.Amd64,
            WorkingDirectory = "/app",
            User = layers.User,
            Command = new ImageCommand { AppCommand = ["/app/app.dll"] },
        };
        return await Sample.BuildAsync(request, new BlobStore(_folder["cache"]), _reporter);
    }

    private Task<ImageTree> ReadAsync(Image image) =>
        ImageTree.ReadAsync(image, new BlobStore(_folder["trees"]), TreeParts.All, CancellationToken.None);
}
