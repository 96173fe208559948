using Containerize.Debian.Model;

namespace Containerize.Debian.Archive;

/// <summary>
/// Finds the packages that others need, as apt does without recommendations: of each package the newest version (of archives that say NotAutomatic only where
/// no other has one), of alternatives the first
/// that can be had. It does not go back on a choice; what then contradicts itself is refused and named.
/// </summary>
internal sealed class Resolver
{
    private readonly IReadOnlyList<PackageIndex> _indexes;
    private readonly InstalledSet _installed;
    private readonly IReadOnlySet<string> _left;
    private readonly string _architecture;
    private readonly Dictionary<string, DebianPackage?> _candidates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DebianPackage> _selected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(DebianPackage Package, Relation Provided)>> _provided = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _neededBy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _chain = new(StringComparer.Ordinal);

    /// <summary>Creates a resolver.</summary>
    /// <param name="left">Names that are taken for there: what only scripts need.</param>
    /// <param name="architecture">Debian's word for the architecture of the packages.</param>
    internal Resolver(IReadOnlyList<PackageIndex> indexes, InstalledSet installed, IReadOnlySet<string> left, string architecture)
    {
        _architecture = architecture;
        _indexes = indexes;
        _installed = installed;
        _left = left;
    }

    /// <summary>Resolves packages.</summary>
    /// <param name="wanted">Their names, perhaps with a version: <c>name=1.2-3</c>.</param>
    /// <returns>The packages to add, by name.</returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.PackageUnknown"/>,
    /// <see cref="DiagnosticCode.PackageUnsatisfiable"/>, <see cref="DiagnosticCode.PackageUpgradeRefused"/>,
    /// <see cref="DiagnosticCode.PackageConflict"/>.
    /// </exception>
    internal IReadOnlyList<ResolvedPackage> Resolve(IEnumerable<string> wanted)
    {
        var roots = wanted.Select(Root).ToList();
        // What was asked for by name counts before anything is chosen because another package needs it.
        foreach (var root in roots.Where(root => !IsSatisfied(root)))
        {
            Select(Choose([root], null), null);
        }

        foreach (var root in _selected.Values.ToList())
        {
            Complete(root);
        }

        CheckConflicts();
        return [.. _selected.Values.OrderBy(package => package.Name, StringComparer.Ordinal)
            .Select(package => new ResolvedPackage(package, [.. _neededBy.GetValueOrDefault(package.Name, [])]))];
    }

    private static Relation Root(string text) => text.Split('=', 2) is [var name, var version]
        ? new Relation(name.Trim(), "=", new DebianVersion(version))
        : new Relation(text.Trim(), null, default);

    // As apt does it: what leaves no choice is there before anything is chosen, so that alternatives see it.
    private void Complete(DebianPackage package)
    {
        var added = new List<DebianPackage>();
        foreach (var needed in package.Depends.Where(alternatives => alternatives.Count == 1))
        {
            if (Add(needed, package) is { } only)
            {
                added.Add(only);
            }
        }

        foreach (var only in added)
        {
            Complete(only);
        }

        foreach (var needed in package.Depends.Where(alternatives => alternatives.Count > 1))
        {
            if (Add(needed, package) is { } chosen)
            {
                Complete(chosen);
            }
        }
    }

    private DebianPackage? Add(IReadOnlyList<Relation> needed, DebianPackage by)
    {
        if (needed.FirstOrDefault(IsSatisfied) is { } satisfied)
        {
            NoteNeed(satisfied.Name, by);
            return null;
        }

        var chosen = Choose(needed, by);
        Select(chosen, by);
        return chosen;
    }

    private void Select(DebianPackage package, DebianPackage? neededBy)
    {
        _selected[package.Name] = package;
        _chain.TryAdd(package.Name, neededBy is null ? package.Name : $"{package.Name} <- {_chain[neededBy.Name]}");
        foreach (var provided in package.Provides)
        {
            if (!_provided.TryGetValue(provided.Name, out var providers))
            {
                _provided[provided.Name] = providers = [];
            }

            providers.Add((package, provided));
        }

        if (neededBy is not null)
        {
            NoteNeed(package.Name, neededBy);
        }
    }

    private void NoteNeed(string name, DebianPackage by)
    {
        if (!_neededBy.TryGetValue(name, out var needs))
        {
            _neededBy[name] = needs = new SortedSet<string>(StringComparer.Ordinal);
        }

        needs.Add(by.Name);
    }

    private bool IsSatisfied(Relation relation) =>
        _left.Contains(relation.Name)
        || (_selected.TryGetValue(relation.Name, out var selected) && relation.Accepts(selected.Version))
        || (_installed.Find(relation.Name) is { } installed && !_selected.ContainsKey(relation.Name) && relation.Accepts(installed.Version))
        || _provided.GetValueOrDefault(relation.Name, []).Exists(provider => relation.AcceptsProvided(provider.Provided))
        || _installed.Packages.Any(package => package.IsUsable && package.Provides.Any(relation.AcceptsProvided));

    private DebianPackage Choose(IReadOnlyList<Relation> alternatives, DebianPackage? neededBy)
    {
        foreach (var alternative in alternatives)
        {
            if (IsTaken(alternative.Name))
            {
                // Another version of what is there would have to replace it; the next alternative may do.
                continue;
            }

            if (Candidate(alternative) is { } candidate)
            {
                return candidate;
            }

            if (Providers(alternative).FirstOrDefault() is { } provider)
            {
                return provider;
            }
        }

        throw Unsatisfied(alternatives, neededBy);
    }

    private bool IsTaken(string name) => _selected.ContainsKey(name) || _installed.Find(name) is not null;

    private DebianPackage? Candidate(Relation relation)
    {
        if (relation.Operator == "=")
        {
            // A version that was asked for need not be the newest.
            return _indexes.SelectMany(index => index.Find(relation.Name)).FirstOrDefault(package => relation.Accepts(package.Version));
        }

        if (!_candidates.TryGetValue(relation.Name, out var newest))
        {
            _candidates[relation.Name] = newest = _indexes.SelectMany(index => index.Find(relation.Name))
                .OrderByDescending(package => package.Preference).ThenByDescending(package => package.Version).FirstOrDefault();
        }

        return newest is not null && relation.Accepts(newest.Version) ? newest : null;
    }

    private IEnumerable<DebianPackage> Providers(Relation relation) => _indexes
        .SelectMany(index => index.FindProviders(relation.Name))
        .Where(package => package.Provides.Any(relation.AcceptsProvided) && !IsTaken(package.Name)
        && Candidate(new Relation(package.Name, null, default))?.Version.Equals(package.Version) == true)
        .OrderByDescending(package => package.Preference)
        .ThenBy(package => package.Rank)
        .ThenByDescending(package => package.Version)
        .ThenBy(package => package.Name, StringComparer.Ordinal);

    private ContainerizeException Unsatisfied(IReadOnlyList<Relation> alternatives, DebianPackage? neededBy)
    {
        var wanted = Printable.Clean(string.Join(" | ", alternatives));
        var chain = neededBy is null ? "" : $" It is needed by {Printable.Clean(_chain[neededBy.Name])}.";
        if (alternatives.Select(alternative => _installed.Find(alternative.Name)).OfType<InstalledPackage>().FirstOrDefault()
            is { } installed)
        {
            return new ContainerizeException(
                DiagnosticCode.PackageUpgradeRefused,
                $"'{wanted}' would replace {installed.Name} {installed.Version} of the base image, which a layer must not do: " +
                $"the base would no longer be what it says.{chain} Use a newer base image, or an older version of the package.");
        }

        var known = alternatives.SelectMany(alternative => _indexes.SelectMany(index => index.Find(alternative.Name))).ToList();
        var offers = string.Join(
            ", ", known.Select(package => package.ToString()).Distinct().DefaultIfEmpty("another version chosen already"));
        return known.Count > 0 || alternatives.Any(alternative => _selected.ContainsKey(alternative.Name))
            ? new ContainerizeException(
                DiagnosticCode.PackageUnsatisfiable,
                $"'{wanted}' cannot be had: the archive has {offers}.{chain}{Unasked(alternatives, known)}")
            : new ContainerizeException(
                DiagnosticCode.PackageUnknown,
                $"The archive has no package '{wanted}' for this release and architecture.{chain} Check the name, or add the archive " +
                $"that has it (ContainerizeDebianSource).");
    }

    // Of an archive that says NotAutomatic, apt takes what it is asked for, and not what others need.
    private static string Unasked(IReadOnlyList<Relation> alternatives, List<DebianPackage> known) => known.Find(package =>
        package.Preference < DebianPackage.Preferred
        && alternatives.Any(each => each.Name == package.Name && each.Accepts(package.Version))) is { } unasked
            ? $" {unasked} is of an archive whose packages are taken only by name and version: " +
                $"<ContainerizeDebianPackage Include=\"{unasked.Name}\" Version=\"{unasked.Version}\" />."
            : "";

    private void CheckConflicts()
    {
        foreach (var package in _selected.Values)
        {
            foreach (var conflict in package.Conflicts)
            {
                Refuse(package.Name, conflict, Matching(conflict, package.Name));
            }
        }

        foreach (var package in _installed.Packages)
        {
            // Only "same" may be there for two architectures, and then in one version.
            if (package.ForeignArchitecture is { } foreign && _selected.TryGetValue(package.Name, out var own)
                && (package.MultiArch != "same" || !own.Version.Equals(package.Version)))
            {
                throw new ContainerizeException(
                    DiagnosticCode.PackageConflict,
                    $"{_chain[own.Name]} cannot be beside {$"{package.Name}:{foreign} {package.Version}"} of the base image, which is " +
                    $"for another architecture. Use a base image without it, or leave the package out.");
            }

            foreach (var conflict in package.Conflicts)
            {
                Refuse(package.Name, conflict, Matching(conflict, package.Name).Where(_selected.ContainsKey));
            }
        }
    }

    // A package may conflict with what it provides itself: that means all others that provide it.
    private IEnumerable<string> Matching(Relation conflict, string except) =>
        _selected.Values.Where(other => conflict.IsFor(_architecture)
            && ((other.Name == conflict.Name && conflict.Accepts(other.Version))
            || other.Provides.Any(conflict.AcceptsProvided))).Select(other => other.Name)
            .Concat(
                _installed.Packages.Where(other => !_selected.ContainsKey(other.Name)
                    && conflict.IsFor(other.ForeignArchitecture ?? _architecture)
                    && ((other.Name == conflict.Name && conflict.Accepts(other.Version))
                    || other.Provides.Any(conflict.AcceptsProvided))).Select(other => other.Name))
            .Where(name => name != except);

    private void Refuse(string name, Relation conflict, IEnumerable<string> others)
    {
        if (others.FirstOrDefault() is { } other)
        {
            throw new ContainerizeException(
                DiagnosticCode.PackageConflict,
                $"{_chain.GetValueOrDefault(name, name)} and {_chain.GetValueOrDefault(other, other)} exclude each other ({name} " +
                $"conflicts with {conflict.ToString()}). Leave one of them out.");
        }
    }
}

/// <summary>A package that is to be added.</summary>
/// <param name="Package">The package.</param>
/// <param name="NeededBy">The names of the packages that need it, in ordinal order; none for one that was asked for alone.</param>
internal sealed record ResolvedPackage(DebianPackage Package, IReadOnlyList<string> NeededBy);
