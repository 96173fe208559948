using System.Formats.Tar;
using Containerize.Bases;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests.Tools;

/// <summary>Bases to start apps on, from one without anything to one with .NET.</summary>
/// <param name="apps">Has the C library musl.</param>
/// <param name="cache">Takes packages.</param>
/// <param name="directory">Takes lock files.</param>
internal sealed class StartBases(StartApps apps, BlobStore cache, TemporaryDirectory directory)
{
    private static readonly Dictionary<string, string> s_parts = new(StringComparer.Ordinal)
    {
        ["no-ssl"] = "usr/lib/x86_64-linux-gnu/libssl.so.3",
        ["no-authorities"] = "etc/ssl/certs",
    };

    private static readonly Platform s_platform = new() { Os = "linux", Architecture = "amd64" };

    /// <summary>Opens a base by its name.</summary>
    internal async Task<IImageSource> OpenAsync(string name) => name switch
    {
        "scratch" => new ScratchSource(),
        "debian+dotnet" => new LayoutSource((await DebianBase.SharedAsync()).Layout, "base"),
        "debian+broken dotnet" => new Fixed(await BrokenAsync()),
        "musl" => new Fixed(Add(Image.Create(ImageFormat.Oci, ImageConfig.Scratch(s_platform), [], NoAnnotations), await MuslAsync())),
        _ => Packages(name),
    };

    private static Dictionary<string, string> NoAnnotations { get; } = [];

    private static Image Add(Image image, TestLayer layer)
    {
        var added = new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content), layer.DiffId);
        var config = image.Config.Append([new HistoryEntry(layer.DiffId, "test", "a layer")], DateTimeOffset.UnixEpoch);
        return Image.Create(ImageFormat.Oci, config, [.. image.Layers, added], NoAnnotations);
    }

    // 'bookworm', 'trixie invariant', 'bookworm native': the suite, and what the app needs of it.
    // 'bookworm no-ssl': what is deleted from it.
    private Fixed Packages(string name)
    {
        var words = name.Split(' ');
        var packages = new DebianPackages(
            new DebianSettings
            {
                LockFile = directory[$"{name.Replace(' ', '-')}.lock.json"],
                LockMode = DebianLockMode.ReadOnly,
                IsInvariant = words.Contains("invariant"),
                IsNative = words.Contains("native"),
            },
            cache,
            new RecordingReporter());
        var source = new DebianBaseSource(words[0], packages, new LayerCache(cache), new LayerOptions());
        IReadOnlyList<TarEntry> deleted = [.. words.Where(s_parts.ContainsKey).Select(word => Deleted(s_parts[word]))];
        return new Fixed(async token =>
        {
            var opened = await source.OpenAsync(s_platform, token);
            return deleted.Count == 0 ? opened : opened with { Image = Add(opened.Image, TestLayer.FromTar(TestLayer.Tar([.. deleted]))) };
        });
    }

    private static TarEntry Deleted(string path)
    {
        var slash = path.LastIndexOf('/') + 1;
        return TestLayer.Entry(TarEntryType.RegularFile, $"{path[..slash]}.wh.{path[slash..]}", []);
    }

    // .NET without what resolves frameworks.
    private static async Task<Image> BrokenAsync()
    {
        var source = new LayoutSource((await DebianBase.SharedAsync()).Layout, "base");
        var image = (await source.OpenAsync(s_platform, CancellationToken.None)).Image;
        return Add(image, TestLayer.FromTar(TestLayer.Tar(Deleted("usr/share/dotnet/host/fxr"))));
    }

    private async Task<TestLayer> MuslAsync() => TestLayer.FromTar(TestLayer.Tar(
        TestLayer.Entry(TarEntryType.Directory, "lib/"),
        Program(
            "lib/libc.musl-x86_64.so.1",
            await File.ReadAllBytesAsync(Path.Combine(apps.Of("musl-libc"), "lib/x86_64-linux-musl/libc.so"))),
        TestLayer.Entry(TarEntryType.SymbolicLink, "lib/ld-musl-x86_64.so.1", linkTarget: "libc.musl-x86_64.so.1")));

    private static TarEntry Program(string path, byte[] content)
    {
        var entry = TestLayer.Entry(TarEntryType.RegularFile, path, content);
        entry.Mode = (UnixFileMode)0b111_101_101;
        return entry;
    }

    private sealed class Fixed(Func<CancellationToken, Task<BaseImage>> open) : IImageSource
    {
        private Task<BaseImage>? _opened;

        internal Fixed(Image image)
            : this(_ => Task.FromResult(new BaseImage(image, "base")))
        {
        }

        public Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken) => _opened ??= open(cancellationToken);
    }
}
