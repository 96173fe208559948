namespace Containerize.Debian.Model;

/// <summary>One alternative of a dependency: a package, perhaps of certain versions.</summary>
/// <param name="Name">The package, or what packages provide.</param>
/// <param name="Operator"><c>&lt;&lt;</c>, <c>&lt;=</c>, <c>=</c>, <c>&gt;=</c>, <c>&gt;&gt;</c>; null for every version.</param>
/// <param name="Version">What versions are compared with.</param>
/// <remarks>Debian policy, chapter 7.</remarks>
internal sealed record Relation(string Name, string? Operator, DebianVersion Version)
{
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

    /// <summary>Whether something that a package provides is meant; without a version it meets no version (policy 7.5).</summary>
    public bool AcceptsProvided(Relation provided) =>
        provided.Name == Name && (Operator is null || (provided.Operator == "=" && Accepts(provided.Version)));

    /// <inheritdoc/>
    public override string ToString() => Operator is null ? Name : $"{Name} ({Operator} {Version})";

    private static Relation? ParseOne(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.IndexOf(')', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Split('[')[0].Trim();
        // ":any" and ":amd64" say which architecture; here all packages are of one.
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        name = colon < 0 ? name : name[..colon];
        if (name.Length == 0)
        {
            return null;
        }

        if (open < 0 || close < open)
        {
            return new Relation(name, null, default);
        }

        var condition = text[(open + 1)..close].Trim();
        var length = condition.AsSpan().IndexOfAnyExcept("<>=");
        return length <= 0
            ? new Relation(name, null, default)
            : new Relation(name, condition[..length], new DebianVersion(condition[length..]));
    }
}
