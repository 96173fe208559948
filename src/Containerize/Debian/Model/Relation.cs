namespace Containerize.Debian.Model;

/// <summary>One alternative of a dependency: a package, perhaps of certain versions.</summary>
/// <param name="Name">The package, or what packages provide.</param>
/// <param name="Operator"><c>&lt;&lt;</c>, <c>&lt;=</c>, <c>=</c>, <c>&gt;=</c>, <c>&gt;&gt;</c>; null for every version.</param>
/// <param name="Version">What versions are compared with.</param>
/// <remarks>Debian policy, chapter 7.</remarks>
internal sealed record Relation(string Name, string? Operator, DebianVersion Version)
{
    /// <summary>Debian's word for the only architecture that is meant; null for all.</summary>
    public string? Architecture { get; init; }

    /// <summary>Reads a field like <c>Depends</c>.</summary>
    /// <param name="field">The field; null when the package has none.</param>
    /// <returns>What must all hold; of each, one alternative, the preferred first.</returns>
    public static IReadOnlyList<IReadOnlyList<Relation>> Parse(string? field) => string.IsNullOrWhiteSpace(field)
        ? []
        : [.. field.Split(',').Select(group => group.Split('|').Select(ParseOne).OfType<Relation>().ToList())
            .Where(group => group.Count > 0)];

    /// <summary>Whether a version is one of those that are meant.</summary>
    public bool Accepts(DebianVersion version) => Operator switch
    {
        "<<" => version < Version,
        "<=" or "<" => version <= Version,
        "=" => version.Equals(Version),
        ">=" or ">" => version >= Version,
        ">>" => version > Version,
        _ => true,
    };

    /// <summary>Whether packages of an architecture are meant.</summary>
    /// <param name="architecture">Debian's word for it; <c>all</c> counts as the architecture that packages are chosen for.</param>
    public bool IsFor(string architecture) => Architecture is null || Architecture == architecture;

    /// <summary>Whether something that a package provides is meant; without a version it meets no version (policy 7.5).</summary>
    public bool AcceptsProvided(Relation provided) =>
        provided.Name == Name && (Operator is null || (provided.Operator == "=" && Accepts(provided.Version)));

    /// <inheritdoc/>
    public override string ToString() =>
        (Architecture is null ? Name : $"{Name}:{Architecture}") + (Operator is null ? "" : $" ({Operator} {Version})");

    private static Relation? ParseOne(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.IndexOf(')', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Split('[')[0].Trim();
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var architecture = colon < 0 || name[(colon + 1)..] is "any" or "native" ? null : name[(colon + 1)..];
        name = colon < 0 ? name : name[..colon];
        if (name.Length == 0)
        {
            return null;
        }

        var condition = open < 0 || close < open ? "" : text[(open + 1)..close].Trim();
        var length = condition.AsSpan().IndexOfAnyExcept("<>=");
        return (length <= 0
            ? new Relation(name, null, default)
            : new Relation(name, condition[..length], new DebianVersion(condition[length..]))) with
        {
            Architecture = architecture,
        };
    }
}
