using System.Formats.Tar;
using System.Text;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Tests.Building;

namespace Containerize.Tests.Debian;

/// <summary>A base image, packages to put on it in a mirror, and the lock that names them: a build that needs no index.</summary>
internal sealed class LockedBase : IDisposable
{
    internal const string OsRelease = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly Image _image;
    private readonly List<LockedPackage> _packages = [];

    internal LockedBase(Image image, params TestPackage[] packages)
    {
        _image = image;
        foreach (var package in packages)
        {
            var content = package.ToBytes();
            var path = $"pool/{package.Name}.deb";
            _directory.Write($"mirror/debian/{path}", content);
            _packages.Add(
                new LockedPackage(
                    package.Name,
                    package.Version,
                    package.Architecture,
                    ArchiveSources.Main,
                    path,
                    content.Length,
                    Digest.Of(content),
                    []));
        }

        WriteLock(new SortedDictionary<string, string>());
    }

    internal RecordingReporter Reporter { get; private set; } = new();

    /// <summary>How often the base's layer was read.</summary>
    internal int BaseReads => _image.Layers.Select(layer => layer.Blob).OfType<CountingBlob>().Sum(blob => blob.Reads);

    /// <summary>The base, as a build opens it.</summary>
    internal BaseImage Opened => new(_image, "base");

    internal string LockFile => _directory["lock.json"];

    internal string Mirror => new Uri(_directory["mirror/debian/"]).AbsoluteUri;

    internal LayerCache Cache(string name = "cache") => new(new BlobStore(_directory[name]));

    /// <summary>A base of one layer with dpkg's notes and more.</summary>
    internal static Image Image(params (string Name, string Content)[] more) =>
        Image((IReadOnlyList<TarEntry>)[], more);

    /// <summary>A base of one layer with dpkg's notes, links and more.</summary>
    internal static Image Image(IEnumerable<(string Path, string Target)> links, params (string Name, string Content)[] more) =>
        Image([.. links.Select(link => Link(link.Path, link.Target))], more);

    internal static TarEntry Link(string path, string target) => new GnuTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target };

    internal static TarEntry Directory(string path, int mode = 0b111_101_101, int user = 0, int group = 0) =>
        new GnuTarEntry(TarEntryType.Directory, path) { Mode = (UnixFileMode)mode, Uid = user, Gid = group };

    /// <summary>A base of one layer with dpkg's notes and more.</summary>
    internal static Image Image(IReadOnlyList<TarEntry> entries, params (string Name, string Content)[] more)
    {
        var tar = Sample.Tar(
            [.. more.Prepend(("var/lib/dpkg/status", "Package: base\nStatus: install ok installed\nVersion: 1\n"))
                .Prepend(("usr/lib/os-release", OsRelease)).Select(file => (file.Item1, Encoding.UTF8.GetBytes(file.Item2)))],
            [.. entries]);
        return Sample.Image(
            Sample.Amd64, [new Layer(new CountingBlob(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar))), Digest.Of(tar))]);
    }

    /// <summary>Builds the layer as a build does, from the cache where it has it.</summary>
    /// <returns>The layer, and whether it had to be made.</returns>
    internal async Task<(LayerRecord Record, bool IsMade)> BuildAsync(
        string cache = "cache", string? mirror = null, string? apt = null, DebianLockMode mode = DebianLockMode.Locked)
    {
        var layers = Cache(cache);
        using var packages = Open(cache, mirror, apt, mode);
        var prepared = await PrepareAsync(packages, cache);
        if (layers.Find(prepared.Content.Hash) is { } known)
        {
            return (known, false);
        }

        var written = await prepared.WriteAsync(similar: null, CancellationToken.None);
        layers.Add(prepared.Content, written);
        return (written, true);
    }

    /// <summary>Opens the packages, with a reporter of their own.</summary>
    internal DebianPackages Open(
        string cache = "cache", string? mirror = null, string? apt = null, DebianLockMode mode = DebianLockMode.Locked)
    {
        Reporter = new RecordingReporter();
        var settings = new DebianSettings
        {
            LockFile = LockFile,
            LockMode = mode,
            Mirror = apt is null ? mirror ?? Mirror : null,
            AptDirectory = apt ?? _directory["no-apt"],
            Packages = [.. _packages.Select(package => package.Name)],
        };
        return new DebianPackages(settings, Cache(cache).Store, Reporter);
    }

    internal Task<IPreparedLayer> PrepareAsync(DebianPackages packages, string cache = "cache") =>
        new DebianLayer(packages)
            .PrepareAsync(
                new LayerContext(Task.FromResult(Opened), Cache(cache), FileHashes.Load(null), new LayerOptions()),
                CancellationToken.None);

    internal void WriteLock(SortedDictionary<string, string> links, SortedDictionary<string, string>? diverted = null)
    {
        var request = new DebianRequest
        {
            Use = "packages",
            Release = DebianRelease.Find("bookworm")!,
            Architecture = "amd64",
            Packages = [.. _packages.Select(package => package.Name)],
            Base = Digest.Of(Encoding.UTF8.GetBytes(string.Join(' ', _image.Layers.Select(layer => layer.DiffId)))).Hex,
        };
        new DebianLock
        {
            Release = "bookworm",
            Sets = [new LockedSet("packages", "amd64", request.Hash([]), _packages) { BaseLinks = links, BaseDiverted = diverted }],
        }.Write(LockFile);
    }

    internal string Write(string path, string content) => _directory.Write(path, content);

    internal string this[string path] => _directory[path];

    public void Dispose() => _directory.Dispose();

    private sealed class CountingBlob(MemoryBlob inner) : Blob(inner.Descriptor)
    {
        internal int Reads { get; private set; }

        public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken)
        {
            Reads++;
            return inner.OpenReadAsync(cancellationToken);
        }
    }
}
