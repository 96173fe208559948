using System.Text;
using Containerize.Debian.Model;
using Containerize.Trees;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// What a base image says of its packages: dpkg's notes, the release, and the links that paths of packages have to follow.
/// </summary>
/// <param name="tree">All parts of the base's tree.</param>
internal sealed class DpkgBase(ImageTree tree)
{
    private const string ChiselManifest = "var/lib/chisel/manifest.wall";

    private readonly IReadOnlyList<Diversion> _diversions = Diversion.ReadAll(tree.ReadText(KeptFiles.Diversions));

    /// <summary>The base's links in its root directory, and those of <c>/var</c> into <c>/run</c>.</summary>
    internal SortedDictionary<string, string> Links { get; } = new(
        tree.Root.Children!.Keys.Concat(["var/run", "var/lock"])
            .Select(path => (Path: path, tree.Find(path)?.LinkTarget))
            .Where(link => link.LinkTarget is not null)
            .ToDictionary(link => link.Path, link => link.LinkTarget!),
        StringComparer.Ordinal);

    /// <summary>Where packages of the base have files of other packages put, by where those have them; null when none has.</summary>
    internal SortedDictionary<string, string>? Diverted => _diversions.Count > 0
        ? new SortedDictionary<string, string>(
            _diversions.DistinctBy(diversion => diversion.Path).ToDictionary(diversion => diversion.Path, diversion => diversion.Target),
            StringComparer.Ordinal)
        : null;

    /// <summary>The base's bundle of certificate authorities; null when it has none.</summary>
    internal byte[]? Bundle => tree.Read(KeptFiles.CertificateBundle);

    /// <summary>The packages that the base has.</summary>
    /// <param name="architecture">Debian's word for the base's architecture.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDpkgBase"/>.</exception>
    internal InstalledSet Installed(string architecture) => InstalledSet.Read(Notes(), architecture);

    /// <summary>The files that the base has.</summary>
    /// <param name="installed">Its packages; what others left behind belongs to none.</param>
    internal BaseFiles Files(InstalledSet installed)
    {
        var files = new BaseFiles { Tree = tree, Diversions = _diversions };
        var packages = installed.Packages.GroupBy(package => package.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        foreach (var (name, content) in FilesIn(KeptFiles.FileLists).Concat(FilesIn(KeptFiles.StatusDirectory)))
        {
            if (BaseFiles.ReadNotes(name, content) is var (package, paths) && packages.TryGetValue(package, out var owner))
            {
                // Packages may have their files where a link of the base leads elsewhere: "/bin/sh".
                files.Add(owner, paths.Select(path => tree.Resolve(path, followLast: false)));
            }
        }

        return files;
    }

    /// <summary>The release that the base is of.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDpkgBase"/> or
    /// <see cref="DiagnosticCode.OtherRelease"/>.</exception>
    internal DebianRelease Release()
    {
        var text = KeptFiles.Releases.Select(tree.ReadText).FirstOrDefault(file => file.Length > 0) ?? "";
        var fields = text.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim(), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        var id = fields.GetValueOrDefault("ID", "");
        if (IsChiseled(id))
        {
            throw new ContainerizeException(
                DiagnosticCode.NoDpkgBase,
                "The base image is chiseled: it has parts of Ubuntu's packages, and dpkg would not know which, so packages that need " +
                "those cannot be put on it. Choose the image that is not chiseled (ContainerFamily 'noble', for example).");
        }

        _ = Notes();
        var names = DebianRelease.All.GroupBy(release => release.Distribution.Name, release => release.Codename)
            .Select(releases => $"{releases.Key} {string.Join(", ", releases)}");
        return DebianRelease.Find(id, fields.GetValueOrDefault("VERSION_ID", ""))
            ?? throw new ContainerizeException(
                DiagnosticCode.OtherRelease,
                $"The base image is " +
                $"{(fields.TryGetValue("PRETTY_NAME", out var name) ? $"'{name}'" : "of a release that it does not name")}. Packages " +
                $"can be put on {string.Join(" and ", names)}; those of one release do not work on another.");
    }

    private List<string> Notes()
    {
        var notes = FilesIn(KeptFiles.StatusDirectory).Where(file => !file.Name.EndsWith(".md5sums", StringComparison.Ordinal))
            .Select(file => Encoding.UTF8.GetString(file.Content));
        List<string> all = [.. tree.Read(KeptFiles.Status) is { } status ? [Encoding.UTF8.GetString(status)] : (string[])[], .. notes];
        return all.Count > 0
            ? all
            : throw new ContainerizeException(
                DiagnosticCode.NoDpkgBase,
                "The base image has no dpkg (neither /var/lib/dpkg/status nor status.d), so packages cannot be put on it. Choose an " +
                "image of Debian or Ubuntu, or debian-packages:bookworm.");
    }

    // Scanners want dpkg's notes, so they are often made up for these images; but the lists of files, which dpkg itself needs, never are.
    private bool IsChiseled(string id) =>
        Has(ChiselManifest) || (id == Distribution.Ubuntu.Id && Has(KeptFiles.Status) && !Has(KeptFiles.FileLists));

    private bool Has(string path) => tree.Find(tree.Resolve(path, followLast: true)) is not null;

    private IEnumerable<(string Name, byte[] Content)> FilesIn(string directory) =>
        (tree.Find(tree.Resolve(directory, followLast: true))?.Children?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal)
            .Select(name => (Name: name, Content: tree.Read($"{directory}/{name}")))
            .Where(file => file.Content is not null)
            .Select(file => (file.Name, file.Content!));
}
