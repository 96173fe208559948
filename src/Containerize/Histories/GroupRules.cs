using System.Text;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>Says groups of units as layers of a project: the fewest items that put each unit where its group is.</summary>
/// <param name="units">All units.</param>
/// <param name="taken">Names of layers that the project has.</param>
internal sealed class GroupRules(IReadOnlyList<FileUnit> units, IEnumerable<string> taken)
{
    private static readonly string[] s_defaults = [LayerOrder.Runtime, LayerOrder.Dependencies, LayerOrder.Content, LayerOrder.App];

    private readonly HashSet<string> _taken = [.. s_defaults, LayerOrder.Files, .. taken];
    private readonly List<string> _packages = [.. units.Select(unit => unit.Package).OfType<string>()];

    /// <summary>The layers, the one that changes least first.</summary>
    internal IReadOnlyList<LayerMove> Of(IReadOnlyList<UnitGroup> groups)
    {
        var names = Names(groups);
        var changes = names.ToDictionary(pair => pair.Value, pair => pair.Key.ChangeCount);
        return
        [
            .. from @group in groups
               let moved = @group.Units.Where(unit => unit.Layer != names[@group]).ToList()
               where moved.Count > 0
               orderby @group.ChangeCount, names[@group]
               let above = s_defaults.Contains(names[@group]) ? null : s_defaults
                   .FirstOrDefault(name => name != LayerOrder.App && changes.GetValueOrDefault(name, -1) > @group.ChangeCount)
               select new LayerMove(names[@group], above, moved),
        ];
    }

    /// <summary>The layers as rules. Packages come first: a pattern of files would take files of packages, too.</summary>
    internal IReadOnlyList<LayerRule> RulesOf(IReadOnlyList<LayerMove> moves) =>
    [
        .. moves.Where(move => move.Units.Any(unit => unit.Package is not null)).Select(move => new LayerRule(move.Name)
        {
            Packages = [.. Shorten([.. move.Units.Select(unit => unit.Package).OfType<string>()]).Select(FilePattern.Parse)],
            Before = move.Before,
        }),
        .. moves.Where(move => move.Units.Any(unit => unit.Package is null)).Select(move => new LayerRule(move.Name)
        {
            Files = [.. move.Units.Where(unit => unit.Package is null).SelectMany(unit => unit.Patterns).Select(FilePattern.Parse)],
            Before = move.Before,
        }),
    ];

    /// <summary>
    /// The app's layer stays the one that changes most: what comes with the next version goes there. The others stay those of the group
    /// that has most of their units: that needs the fewest items.
    /// </summary>
    private Dictionary<UnitGroup, string> Names(IReadOnlyList<UnitGroup> groups)
    {
        var names = groups.Where(group => group.Anchor is not null).ToDictionary(group => group, group => group.Anchor!);
        foreach (var layer in s_defaults.Reverse().Where(layer => !names.ContainsValue(layer)))
        {
            var heir = groups.Where(group => !names.ContainsKey(group) && group.Units.Any(unit => unit.Layer == layer))
                .OrderByDescending(group => layer == LayerOrder.App ? group.ChangeCount : 0)
                .ThenByDescending(group => group.Units.Count(unit => unit.Layer == layer))
                .ThenByDescending(group => group.Units.Where(unit => unit.Layer == layer).Sum(unit => unit.Sizes.Sum()))
                .FirstOrDefault();
            if (heir is not null)
            {
                names[heir] = layer;
            }
        }

        foreach (var group in groups.Where(group => !names.ContainsKey(group)))
        {
            names[group] = NameOf(group, [.. _taken, .. names.Values]);
        }

        return names;
    }

    /// <summary>A layer is called after what is largest in it.</summary>
    private static string NameOf(UnitGroup group, HashSet<string> taken)
    {
        var largest = group.Units.MaxBy(unit => unit.Sizes.Sum())!.Name;
        var text = new StringBuilder();
        foreach (var character in largest.Replace("/**", "", StringComparison.Ordinal))
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '_' ? char.ToLowerInvariant(character) : '-');
        }

        var name = text.ToString().Trim('-', '.');
        name = name.Length == 0 ? "layer" : name;
        var free = name;
        for (var number = 2; taken.Contains(free); number++)
        {
            free = $"{name}-{number}";
        }

        return free;
    }

    /// <summary>
    /// <c>Contoso.*</c> in the place of all packages of that name: the next one of the team belongs there, too.
    /// </summary>
    private List<string> Shorten(List<string> packages)
    {
        var (short_, rest) = (new List<string>(), packages.Order(StringComparer.OrdinalIgnoreCase).ToList());
        while (rest.Count > 0)
        {
            var first = rest[0];
            var stems = first.Split('.').SkipLast(1).Aggregate(
                new List<string>(), (stems, part) => [.. stems, (stems.Count == 0 ? "" : stems[^1]) + part + "."]);
            var stem = stems.Find(stem =>
                rest.Count(package => Begins(package, stem)) > 1
                && _packages.Where(package => Begins(package, stem)).All(package => packages.Contains(package)));
            short_.Add(stem is null ? first : stem + "*");
            rest.RemoveAll(package => stem is null ? package == first : Begins(package, stem));
        }

        return short_;
    }

    private static bool Begins(string package, string stem) => package.StartsWith(stem, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Units that go into another layer than by default.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Before">The layer above it; null for the app's.</param>
/// <param name="Units">The units.</param>
internal sealed record LayerMove(string Name, string? Before, IReadOnlyList<FileUnit> Units);
