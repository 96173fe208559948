using System.Formats.Tar;
using System.Text;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Starting;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Tests.Trees;

namespace Containerize.Tests.Starting;

/// <summary>Images of a few hand-made programs: a base, and what a build puts on it.</summary>
internal sealed class StartLab : IDisposable
{
    /// <summary>glibc, as far as a loader looks at it.</summary>
    internal static TarEntry[] Glibc =>
    [
        Program("lib64/ld-linux-x86-64.so.2", TestElf.Library("ld-linux-x86-64.so.2")),
        Program("lib/x86_64-linux-gnu/libc.so.6", TestElf.Library("libc.so.6") with { Defines = ["GLIBC_2.2.5", "GLIBC_2.36"] }),
        TreeLab.Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1654::/home/app:/bin/sh\n"),
        TreeLab.Text("etc/group", "root:x:0:\napp:x:1654:\nstaff:x:50:app\n"),
        TreeLab.Text("etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n"),
    ];

    private readonly TemporaryDirectory _directory = new();

    internal BlobStore Cache => new(_directory["cache"]);

    internal RecordingReporter Reporter { get; } = new();

    internal static TarEntry Program(string path, TestElf program) => Program(path, program.ToBytes());

    internal static TarEntry Program(string path, byte[] content)
    {
        var entry = TestLayer.Entry(TarEntryType.RegularFile, path, content);
        entry.Mode = FileModes.Executable;
        return entry;
    }

    internal static LayerEntry App(string path, byte[] content, string? package = null, UnixFileMode mode = FileModes.Executable) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = mode, Content = content, Package = package };

    internal static LayerEntry App(string path, TestElf program, string? package = null) => App(path, program.ToBytes(), package);

    internal static LayerEntry App(string path, string text) => App(path, Encoding.UTF8.GetBytes(text), mode: FileModes.Data);

    /// <summary>What is found of an image.</summary>
    internal async Task<IReadOnlyList<StartFinding>> FindAsync(
        IReadOnlyList<TarEntry> below,
        IReadOnlyList<LayerEntry> app,
        ImageSettings settings,
        IReadOnlyList<Port>? ports = null,
        FindPackages? find = null)
    {
        var layer = TreeLab.LayerOf(TreeLab.Layer(below));
        var plain = Sample.Image(Sample.Amd64, below.Count == 0 ? [] : [layer]);
        var config = plain.Config.With(settings with { WorkingDirectory = "/app" });
        var image = Image.Create(ImageFormat.Oci, config, plain.Layers, new Dictionary<string, string>());
        return await new StartCheck(image, image.Layers.Count, app, ports ?? [], IsInvariant: false) { Packages = find }
            .FindAsync(Cache, Reporter, CancellationToken.None);
    }

    /// <summary>The codes of what is found, those that are certain with a mark.</summary>
    internal async Task<string> CodesAsync(
        IReadOnlyList<TarEntry> below, IReadOnlyList<LayerEntry> app, ImageSettings settings, IReadOnlyList<Port>? ports = null) =>
        string.Join(' ', (await FindAsync(below, app, settings, ports)).Select(found => $"{found.Code}{(found.IsCertain ? "!" : "")}"));

    internal static ImageSettings Line(params string[] words) => new() { Entrypoint = words };

    public void Dispose() => _directory.Dispose();
}
