using System.Text;
using Containerize.Debian.Model;
using Containerize.Oci;

namespace Containerize.Debian.Archive;

/// <summary>Packages that are wanted, and on top of what.</summary>
internal sealed record DebianRequest
{
    /// <summary>What they are for: the name of their set in the lock.</summary>
    public required string Use { get; init; }

    /// <summary>The release.</summary>
    public required DebianRelease Release { get; init; }

    /// <summary>Debian's word for the architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>The packages, perhaps with a version: <c>name=1.2-3</c>.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Names that are taken for there: what only maintainer scripts need.</summary>
    public IReadOnlySet<string> Left { get; init; } = new HashSet<string>();

    /// <summary>What the files of the base are, in a word. Another base needs other packages.</summary>
    public string Base { get; init; } = "";

    /// <summary>The base's links that paths of packages follow; the lock keeps them, so that the base need not be read again.</summary>
    public SortedDictionary<string, string>? BaseLinks { get; init; }

    /// <summary>Where the base has files of packages put; the lock keeps it, too.</summary>
    public SortedDictionary<string, string>? BaseDiverted { get; init; }

    /// <summary>What the base has. It is asked for only when packages have to be chosen.</summary>
    public Func<CancellationToken, Task<InstalledSet>> Installed { get; init; } = _ => Task.FromResult(InstalledSet.Empty);

    /// <summary>Debian's word for a platform.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PackageUnknown"/>: Debian has no such architecture.</exception>
    public static string ArchitectureOf(Platform platform) => DebianArchitecture.Of(platform) ?? throw new ContainerizeException(
        DiagnosticCode.PackageUnknown,
        $"Debian has no packages for {platform}. Choose another base image, or another runtime identifier.");

    /// <summary>A digest of everything that decides which packages are chosen, but for the archive's state.</summary>
    internal Digest Hash(IEnumerable<ArchiveSource> sources) => Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n',
    [
        "containerize debian request 1", Release.Codename, Architecture, Base,
        .. Packages.Order(StringComparer.Ordinal).Select(package => $"+{package}"),
        .. Left.Order(StringComparer.Ordinal).Select(name => $"-{name}"),
        // The release's own archives are implied; a mirror without security updates must not make the lock stale.
        .. sources.Where(source => source.Name is not (ArchiveSources.Main or ArchiveSources.Security))
        .Select(source => $"@{source.Name} {source.Suite} {string.Join(' ', source.Components)}"),
    ])));
}
