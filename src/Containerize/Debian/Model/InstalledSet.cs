namespace Containerize.Debian.Model;

/// <summary>The packages that a base image has.</summary>
internal sealed class InstalledSet
{
    private readonly Dictionary<string, InstalledPackage> _usable;

    private InstalledSet(IReadOnlyList<InstalledPackage> packages)
    {
        Packages = packages;
        _usable = packages.Where(package => package.IsUsable).GroupBy(package => package.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
    }

    /// <summary>Nothing.</summary>
    public static InstalledSet Empty { get; } = new([]);

    /// <summary>The packages, those of foreign architectures included: they take up room, whether or not they are of use.</summary>
    public IReadOnlyList<InstalledPackage> Packages { get; }

    /// <summary>Reads what dpkg notes: <c>/var/lib/dpkg/status</c>, or the files of <c>status.d</c>.</summary>
    /// <param name="architecture">Debian's word for the base's architecture.</param>
    /// <returns>The packages that are installed.</returns>
    public static InstalledSet Read(IEnumerable<string> texts, string architecture) => new(
    [
        .. from text in texts
           from stanza in Stanza.ParseAll(text)
           where stanza["Package"] is { Length: > 0 } && stanza["Version"] is { Length: > 0 }
           where IsThere(stanza)
           select new InstalledPackage(
               stanza["Package"]!,
               new DebianVersion(stanza["Version"]!),
               [.. Relation.Parse(stanza["Provides"]).Select(alternatives => alternatives[0])],
               [.. Relation.Parse(stanza["Conflicts"]).Concat(Relation.Parse(stanza["Breaks"])).Select(alternatives => alternatives[0])])
           {
               ForeignArchitecture = stanza["Architecture"] is { Length: > 0 } own && own != "all" && own != architecture ? own : null,
               MultiArch = stanza["Multi-Arch"] ?? "no",
           },
    ]);

    /// <summary>
    /// Whether a package's files are there: also where its scripts did not run to their end. dpkg says it with the last word of
    /// <c>Status</c>, a field that paragraphs of <c>status.d</c> do not have.
    /// </summary>
    /// <remarks>The manual page <i>dpkg(1)</i>, "Package states".</remarks>
    internal static bool IsThere(Stanza stanza) =>
        stanza["Status"] is not { } status || status.Split(' ')[^1] is not ("not-installed" or "config-files" or "half-installed");

    /// <summary>Finds a package that others can make use of.</summary>
    /// <returns>The package; null when the base does not have it, or has it for an architecture that is of no use.</returns>
    public InstalledPackage? Find(string name) => _usable.GetValueOrDefault(name);
}

/// <summary>A package of a base image.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version.</param>
/// <param name="Provides">What it stands for besides its name.</param>
/// <param name="Conflicts">What must not be beside it.</param>
internal sealed record InstalledPackage(
    string Name, DebianVersion Version, IReadOnlyList<Relation> Provides, IReadOnlyList<Relation> Conflicts)
{
    /// <summary>Its architecture, when that is another than the base's.</summary>
    public string? ForeignArchitecture { get; init; }

    /// <summary>
    /// How it gets along with other architectures: <c>same</c> may be there for several of them, <c>foreign</c> is of use to all.
    /// </summary>
    public string MultiArch { get; init; } = "no";

    /// <summary>Whether packages of the base's architecture can make use of it.</summary>
    internal bool IsUsable => ForeignArchitecture is null || MultiArch == "foreign";
}
