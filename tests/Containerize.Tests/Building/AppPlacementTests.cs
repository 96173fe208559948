using System.Formats.Tar;
using System.Text;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Trees;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Building;

/// <summary>What the base has where the app goes stays as it is, whether or not the project puts something beside the app.</summary>
[TestClass]
internal sealed class AppPlacementTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("", "Directory app 755 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 755 0", "Directory app 755 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 700 1654", "Directory app 700 1654:1654|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 1777 0", "Directory app 1777 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 755 0;app/sub 2770 5", "Directory app 755 0:0|app/a.dll|Directory app/sub 2770 5:5|app/sub/b.dll")]
    [DataRow("app/other/x", "Directory app 755 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app->srv/app;srv 711 3", "Directory srv 711 3:3|Directory srv/app 755 0:0|srv/app/a.dll|srv/app/sub|srv/app/sub/b.dll")]
    [DataRow("app->/opt/app;opt/app 750 9", "Directory opt 755 0:0|Directory opt/app 750 9:9|opt/app/a.dll|opt/app/sub|opt/app/sub/b.dll")]
    [DataRow("app 750 9;app/sub->../data;data 1777 0", "Directory app 750 9:9|app/a.dll|Directory data 1777 0:0|data/b.dll")]
    [DataRow("app->loop;loop->app", "Directory app 755 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 700 1654 / .wh.app", "Directory app 755 0:0|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app 700 1654 / app 711 2", "Directory app 711 2:2|app/a.dll|app/sub|app/sub/b.dll")]
    [DataRow("app->srv / app 711 2", "Directory app 711 2:2|app/a.dll|app/sub|app/sub/b.dll")]
    public async Task The_bases_own_directories_keep_owner_mode_and_links(string baseLayers, string expected)
    {
        var alone = await BuildAsync(baseLayers);
        var beside = await BuildAsync(
            baseLayers,
            new LayerEntry { Path = "etc/added.conf", Type = LayerEntryType.File, Mode = Mode("644"), Content = "x"u8.ToArray() });

        Assert.AreEqual(expected, Describe(alone));
        Assert.AreEqual(alone.Layers[^1].Descriptor.Digest, beside.Layers[^1].Descriptor.Digest, "The app's layer is the same.");
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task A_base_that_has_nothing_there_changes_no_byte()
    {
        var scratch = await BuildAsync(new ScratchSource(), []);

        Assert.AreEqual(scratch.Layers[^1].Descriptor.Digest, (await BuildAsync("usr 755 0")).Layers[^1].Descriptor.Digest);
        Assert.AreEqual(scratch.Layers[^1].Descriptor.Digest, (await BuildAsync("app 755 0")).Layers[^1].Descriptor.Digest);
        Assert.AreNotEqual(scratch.Layers[^1].Descriptor.Digest, (await BuildAsync("app 750 0")).Layers[^1].Descriptor.Digest);
    }

    [TestMethod]
    [DataRow("app/a.dll 755 0")]
    [DataRow("app->srv;srv/a.dll 755 0")]
    public async Task A_file_in_the_place_of_a_directory_of_the_base_is_an_error(string baseLayers)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(baseLayers));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerWorkingDirectory");
    }

    [TestMethod]
    [DataRow(1654)]
    [DataRow(0)]
    public async Task An_owner_that_the_project_chose_counts_more_than_the_bases(int owner)
    {
        var image = await BuildAsync("app 750 9", owner: new Owner(owner, owner));

        Assert.AreEqual($"Directory app 750 {owner}:{owner}", Describe(image).Split('|')[0]);
    }

    [TestMethod]
    [DataRow("encrypted")]
    [DataRow("sparse")]
    [DataRow("owner")]
    [DataRow("PAX owner")]
    [DataRow("attribute")]
    public async Task A_base_of_layers_that_cannot_be_read_is_built_upon_as_it_is_unless_something_depends_on_it(string kind)
    {
        var layer = kind == "encrypted"
            ? new Layer(new MemoryBlob("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "secret"u8.ToArray()), Digest.Of("x"u8))
            : LayerOf(TestLayer.FromTar(OddTar(kind)));
        var source = Source(new BaseImage(Sample.Image(Sample.Amd64, [layer]), "base"));

        Assert.HasCount(2, (await BuildUncheckedAsync(source, [])).Image.Layers);
        StringAssert.Contains(_reporter.Messages.Single(), "as if the base had nothing");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            BuildUncheckedAsync(
                source, [new LayerEntry { Path = "etc/x", Type = LayerEntryType.File, Mode = Mode("644"), Content = "x"u8.ToArray() }]));
        Assert.AreEqual(kind == "encrypted" ? DiagnosticCode.InvalidDocument : DiagnosticCode.UnreadableLayer, failure.Code);
    }

    [TestMethod]
    public async Task A_base_that_is_damaged_is_refused_although_nothing_depends_on_it()
    {
        var layer = LayerOf(TestLayer.FromTar(OddTar("sparse")) with { DiffId = Digest.Of("another"u8) });

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => BuildUncheckedAsync(Source(new BaseImage(Sample.Image(Sample.Amd64, [layer]), "base")), []));

        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
    }

    /// <summary>What GNU tar and others write, engines unpack and the framework does not read.</summary>
    private static byte[] OddTar(string kind)
    {
        var data = new byte[TarHeader.BlockSize];
        byte[] Entry(char type, string content) =>
            [.. TarHeader.Create("app/file", content.Length, type, FileModes.Data, 0), .. Padded(content)];
        byte[] Padded(string content) => [.. Encoding.Latin1.GetBytes(content), .. data[..TarHeader.Padding(content.Length)]];
        byte[] OfUser(byte[] header)
        {
            (header[108], header[112]) = (0x80, 0xB2);
            Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
            Encoding.ASCII.GetBytes(Convert.ToString(header.Take(TarHeader.BlockSize).Sum(each => each), 8).PadLeft(6, '0') + "\0 ")
                .CopyTo(header, 148);
            return header;
        }

        return
        [
            .. kind switch
            {
                "sparse" => Entry('S', ""),
                "owner" => OfUser(Entry('0', "x")),
                "PAX owner" => Entry('x', "18 uid=3000000000\n"),
                _ => Entry('x', "33 SCHILY.xattr.security.ima=a\nb\n"),
            },
            .. Entry('0', "x"),
            .. data,
            .. data,
        ];
    }

    private static IImageSource Source(BaseImage image) => Moq.Mock.Of<IImageSource>(source =>
        source.OpenAsync(Moq.It.IsAny<Platform>(), Moq.It.IsAny<CancellationToken>()) == Task.FromResult(image));

    /// <summary>
    /// The last layer's entries; files by their paths, directories with mode and owner unless they are as usual and below the app's own.
    /// </summary>
    private static string Describe(ValidatedImage image) => string.Join('|', image.Layers[^1].Entries.Select(entry =>
        entry.Type == TarEntryType.Directory
            && !(entry.Path.EndsWith("/sub", StringComparison.Ordinal)
            && entry is { Mode: Containerize.Files.FileModes.Executable, Uid: 0 })
            ? $"Directory {entry.Path} {Convert.ToString((int)entry.Mode, 8)} {entry.Uid}:{entry.Gid}"
            : entry.Path));

    private Task<ValidatedImage> BuildAsync(string baseLayers, params LayerEntry[] added) => BuildAsync(baseLayers, owner: null, added);

    private Task<ValidatedImage> BuildAsync(string baseLayers, Owner? owner, params LayerEntry[] added)
    {
        var layers = baseLayers.Split(" / ")
            .Select(
                layer => LayerOf(
                    Layer(layer.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Parse).DefaultIfEmpty(Text("etc/x")))));
        return BuildAsync(Source(new BaseImage(Image(layers), "base")), added, owner);
    }

    private static TarEntry Parse(string entry) => entry.Split("->") is [var link, var target] ? Link(link, target)
        : entry.Split(' ') is [var path, var mode, var owner]
            ? DirectoryAt(path, mode, int.Parse(owner, System.Globalization.CultureInfo.InvariantCulture))
        : Text(entry);

    private async Task<ValidatedImage> BuildAsync(IImageSource source, LayerEntry[] added, Owner? owner = null)
    {
        var built = await BuildUncheckedAsync(source, added, owner);
        File.Delete(_folder["image.tar"]);
        await new ArchiveDestination(_folder["image.tar"], Sample.Name(), _reporter)
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
        return ImageValidator.Check(_folder["image.tar"], baseLayers: built.BaseLayers.Count).Single();
    }

    private Task<BuiltImage> BuildUncheckedAsync(IImageSource source, LayerEntry[] added, Owner? owner = null)
    {
        _folder.Write("publish/a.dll", "a");
        _folder.Write("publish/sub/b.dll", "b");
        var files = PublishDirectory.List(_folder["publish"], new Dictionary<string, FileOrigin>(), new HashSet<string>());
        var rules = new EntryRules("/app", DateTimeOffset.UnixEpoch) { Owner = owner };
        var app = EntriesLayer.Of("app", files, rules);
        var placement = new Placement([], user: null, new Dictionary<string, string>())
        {
            App = [.. LayerEntries.DirectoriesOf(app.Entries, rules)],
            AppOwner = owner,
        };
        IReadOnlyList<EntriesLayer> layers = added.Length > 0 ? [new EntriesLayer("files", added), app] : [app];
        var request = new ImageRequest
        {
            Layers = [.. layers.Select(layer => layer with { Placement = placement, NeedsBase = added.Length > 0 })],
            Base = source,
            Platform = Sample.Amd64,
            WorkingDirectory = "/app",
            Command = new ImageCommand { AppCommand = ["/app/a.dll"] },
        };
        return Sample.BuildAsync(request, new BlobStore(_folder["cache"]), _reporter);
    }
}
