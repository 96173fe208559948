namespace Containerize.Debian.Archive;

/// <summary>The packages that a base image has.</summary>
public sealed class InstalledSet
{
    private readonly Dictionary<string, InstalledPackage> _packages;

    private InstalledSet(IEnumerable<InstalledPackage> packages) =>
        _packages = packages.GroupBy(package => package.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    /// <summary>Nothing.</summary>
    public static InstalledSet Empty { get; } = new([]);

    /// <summary>The packages.</summary>
    public IReadOnlyCollection<InstalledPackage> Packages => _packages.Values;

    /// <summary>Reads what dpkg notes: <c>/var/lib/dpkg/status</c>, or the files of <c>status.d</c>.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>The packages that are installed.</returns>
    public static InstalledSet Read(IEnumerable<string> texts) => new(
        from text in texts
        from stanza in Stanza.ParseAll(text)
        where stanza["Package"] is { Length: > 0 } && stanza["Version"] is { Length: > 0 }
        // "install ok installed"; the paragraphs of status.d have no such field.
        where stanza["Status"] is not { } status || status.Split(' ') is [.., "installed"]
        select new InstalledPackage(
            stanza["Package"]!,
            new DebianVersion(stanza["Version"]!),
            [.. Relation.Parse(stanza["Provides"]).Select(alternatives => alternatives[0])],
            [.. Relation.Parse(stanza["Conflicts"]).Concat(Relation.Parse(stanza["Breaks"])).Select(alternatives => alternatives[0])]));

    /// <summary>Finds a package.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The package; null when the base does not have it.</returns>
    public InstalledPackage? Find(string name) => _packages.GetValueOrDefault(name);
}

/// <summary>A package of a base image.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version.</param>
/// <param name="Provides">What it stands for besides its name.</param>
/// <param name="Conflicts">What must not be beside it.</param>
public sealed record InstalledPackage(string Name, DebianVersion Version, IReadOnlyList<Relation> Provides, IReadOnlyList<Relation> Conflicts);
