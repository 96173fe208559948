using System.Formats.Tar;
using System.Text;
using Containerize.Debian.Model;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Debian.Rootfs;

/// <summary>What a base image says of its packages: dpkg's notes, the release, and the links that paths of packages have to follow.</summary>
internal sealed class DpkgBase : IBaseReader
{
    private const int MaxFileSize = 64 * 1024 * 1024;
    private const string Status = "var/lib/dpkg/status";
    private const string StatusDirectory = "var/lib/dpkg/status.d/";
    private const string FileLists = "var/lib/dpkg/info";
    private const string DiversionsFile = "var/lib/dpkg/diversions";
    private const string ChiselManifest = "var/lib/chisel/manifest.wall";
    private static readonly string[] s_releaseFiles = ["usr/lib/os-release", "etc/os-release"];

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private DpkgBase()
    {
    }

    /// <summary>The base's links in its root directory, and those of <c>/var</c> into <c>/run</c>.</summary>
    internal SortedDictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>Where packages of the base have files of other packages put, by where those have them; null when none has.</summary>
    internal SortedDictionary<string, string>? Diverted => Diversions is { Count: > 0 } all
        ? new SortedDictionary<string, string>(all.DistinctBy(diversion => diversion.Path).ToDictionary(diversion => diversion.Path, diversion => diversion.Target), StringComparer.Ordinal)
        : null;

    private BaseShape Shape { get; } = new();

    private IReadOnlyList<Diversion> Diversions => Diversion.ReadAll(Encoding.UTF8.GetString(_files.GetValueOrDefault(DiversionsFile, [])));

    /// <summary>The base's bundle of certificate authorities; null when it has none.</summary>
    internal ReadOnlyMemory<byte>? Bundle => _files.TryGetValue(CaBundle.Path, out var bundle) ? new ReadOnlyMemory<byte>(bundle) : (ReadOnlyMemory<byte>?)null;

    /// <summary>Reads the base's layers; what upper ones remove or replace is gone.</summary>
    /// <param name="image">The base.</param>
    /// <param name="cache">May have layers that the image knows in a registry.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: a layer cannot be read; or what its source says.</exception>
    internal static async Task<DpkgBase> ReadAsync(Image image, BlobStore cache, CancellationToken cancellationToken)
    {
        var result = new DpkgBase();
        await BaseLayers.ReadAsync(image, cache, result, cancellationToken);
        return result;
    }

    /// <summary>The packages that the base has.</summary>
    /// <param name="architecture">Debian's word for the base's architecture.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDpkgBase"/>.</exception>
    internal InstalledSet Installed(string architecture) => InstalledSet.Read(Notes(), architecture);

    /// <summary>The files that the base has.</summary>
    /// <param name="installed">Its packages; what others left behind is nobody's.</param>
    internal BaseFiles Files(InstalledSet installed)
    {
        var files = new BaseFiles { Shape = Shape, Diversions = Diversions };
        var packages = installed.Packages.GroupBy(package => package.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        foreach (var (name, content) in _files)
        {
            if (BaseFiles.ReadNotes(name, content) is var (package, paths) && packages.TryGetValue(package, out var owner))
            {
                files.Add(owner, paths.Select(Follow));
            }
        }

        return files;
    }

    private List<string> Notes()
    {
        var notes = _files.Where(file => file.Key == Status || IsStatus(file.Key)).Select(file => Encoding.UTF8.GetString(file.Value)).ToList();
        return notes.Count > 0
            ? notes
            : throw new ContainerizeException(DiagnosticCode.NoDpkgBase, "The base image has no dpkg (neither /var/lib/dpkg/status nor status.d), so packages cannot be put on it. Choose an image of Debian or Ubuntu, or debian-packages:bookworm.");
    }

    /// <summary>The release that the base is of.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDpkgBase"/> or <see cref="DiagnosticCode.OtherRelease"/>.</exception>
    internal DebianRelease Release()
    {
        var text = s_releaseFiles.Select(_files.GetValueOrDefault).FirstOrDefault(file => file is { Length: > 0 });
        var fields = Encoding.UTF8.GetString(text ?? []).Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim(), StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        var id = fields.GetValueOrDefault("ID", "");
        if (IsChiseled(id))
        {
            throw new ContainerizeException(DiagnosticCode.NoDpkgBase, "The base image is chiseled: it has parts of Ubuntu's packages, and dpkg would not know which, so packages that need those cannot be put on it. Choose the image that is not chiseled (ContainerFamily 'noble', for example).");
        }

        _ = Notes();
        return DebianRelease.Find(id, fields.GetValueOrDefault("VERSION_ID", ""))
            ?? throw new ContainerizeException(DiagnosticCode.OtherRelease, $"The base image is {(fields.TryGetValue("PRETTY_NAME", out var name) ? $"'{Printable.Clean(name)}'" : "of a release that it does not name")}. Packages can be put on {string.Join(" and ", DebianRelease.All.GroupBy(release => release.Distribution.Name, release => release.Codename).Select(releases => $"{releases.Key} {string.Join(", ", releases)}"))}; those of one release do not work on another.");
    }

    // Scanners want dpkg's notes, so they are often made up for these images; but the lists of files, which dpkg itself needs, never are.
    private bool IsChiseled(string id) =>
        Shape.Find(ChiselManifest) is not null || (id == Distribution.Ubuntu.Id && Shape.Find(Status) is not null && Shape.Find(FileLists) is null);

    /// <inheritdoc/>
    public async ValueTask AddAsync(string path, TarEntry entry, CancellationToken cancellationToken)
    {
        Links.Remove(path);
        Shape.Add(path, entry.EntryType switch
        {
            TarEntryType.Directory or TarEntryType.DirectoryList => LayerEntryType.Directory,
            TarEntryType.SymbolicLink => LayerEntryType.SymbolicLink,
            _ => LayerEntryType.File,
        });
        if (entry.EntryType != TarEntryType.Directory)
        {
            _files.Remove(path);
        }

        if (entry.EntryType == TarEntryType.SymbolicLink && (path is "var/run" or "var/lock" || !path.Contains('/', StringComparison.Ordinal)))
        {
            Links[path] = entry.LinkName;
        }
        else if (IsWanted(path) && entry.DataStream is { Length: < MaxFileSize } content)
        {
            _files[path] = new byte[content.Length];
            await content.ReadExactlyAsync(_files[path], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Remove(string path, IReadOnlySet<string> except)
    {
        Shape.Remove(path, except);
        _files.Remove(path);
        Links.Remove(path);
        ForgetBelow(path + "/", except);
    }

    /// <inheritdoc/>
    public void RemoveBelow(string directory, IReadOnlySet<string> except)
    {
        Shape.RemoveBelow(directory, except);
        ForgetBelow(directory, except);
    }

    private void ForgetBelow(string directory, IReadOnlySet<string> except)
    {
        foreach (var path in _files.Keys.Concat(Links.Keys).Where(path => path.StartsWith(directory, StringComparison.Ordinal) && !except.Contains(path)).ToList())
        {
            _files.Remove(path);
            Links.Remove(path);
        }
    }

    // Packages may have their files where a link of the base leads elsewhere: "/bin/sh".
    private string Follow(string path)
    {
        var plain = BaseLayers.Plain(path);
        var slash = plain.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Links.TryGetValue(plain[..slash], out var target) ? BaseLayers.Plain(target) + plain[slash..] : plain;
    }

    private static bool IsWanted(string path) => path is Status or CaBundle.Path or DiversionsFile || s_releaseFiles.Contains(path)
        || path.StartsWith(StatusDirectory, StringComparison.Ordinal)
        || (path.StartsWith(FileLists + "/", StringComparison.Ordinal) && path.EndsWith(".list", StringComparison.Ordinal));

    private static bool IsStatus(string path) => path.StartsWith(StatusDirectory, StringComparison.Ordinal) && !path.EndsWith(".md5sums", StringComparison.Ordinal);
}
