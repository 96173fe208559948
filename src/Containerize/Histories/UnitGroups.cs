namespace Containerize.Histories;

/// <summary>Units that are one layer.</summary>
internal sealed class UnitGroup
{
    private readonly bool[] _changes;
    private readonly long[] _sizes;

    internal UnitGroup(IReadOnlyList<FileUnit> units)
    {
        Units = units;
        Anchor = units.FirstOrDefault(unit => !unit.IsMovable)?.Layer;
        Layers = [.. units.Select(unit => unit.Layer)];
        _changes = [.. Enumerable.Range(0, units[0].Changes.Count).Select(step => units.Any(unit => unit.Changes[step]))];
        _sizes = [.. Enumerable.Range(0, units[0].Sizes.Count).Select(step => units.Sum(unit => unit.Sizes[step]))];
        ChangeCount = _changes.Count(change => change);
    }

    /// <summary>The units.</summary>
    internal IReadOnlyList<FileUnit> Units { get; }

    /// <summary>The default layer that the group has to be, because of files that cannot be moved; null when it may be any.</summary>
    internal string? Anchor { get; }

    /// <summary>In how many images it changed.</summary>
    internal int ChangeCount { get; }

    private HashSet<string> Layers { get; }

    /// <summary>
    /// Whether two groups may be one layer. What lies in different layers by default has different reasons to change: that nothing of it
    /// changed so far does not say that it will change together.
    /// </summary>
    internal bool MayJoin(UnitGroup other) =>
        (Anchor is null || other.Anchor is null || Anchor == other.Anchor)
        && ((ChangeCount > 0 && other.ChangeCount > 0) || Layers.Overlaps(other.Layers));

    /// <summary>How much more is pushed when two groups are one layer, in bytes.</summary>
    internal long CostOfMerging(UnitGroup other)
    {
        var cost = 0L;
        for (var step = 0; step < _changes.Length; step++)
        {
            cost += (_changes[step], other._changes[step]) switch
            {
                (true, false) => other._sizes[step],
                (false, true) => _sizes[step],
                _ => 0,
            };
        }

        return cost;
    }
}

/// <summary>Puts units into ever fewer groups, those together that change together.</summary>
internal static class UnitGroups
{
    /// <summary>
    /// Groups units: what changed in the same images first, then always the two groups that cost least when they are one.
    /// </summary>
    /// <param name="most">How many groups there are in the first answer, at most.</param>
    /// <returns>One grouping for each number of groups, down to one.</returns>
    internal static IEnumerable<IReadOnlyList<UnitGroup>> Of(IReadOnlyList<FileUnit> units, int most)
    {
        var groups = units.GroupBy(KeyOf).Select(same => new UnitGroup([.. same])).ToList();
        var costs = groups.ConvertAll(group => groups.ConvertAll(other => CostOf(group, other)));
        while (groups.Count > 0)
        {
            if (groups.Count <= most)
            {
                yield return [.. groups];
            }

            if (Cheapest(costs) is not var (first, second))
            {
                yield break;
            }

            var merged = new UnitGroup([.. groups[first].Units, .. groups[second].Units]);
            groups[first] = merged;
            groups.RemoveAt(second);
            costs.RemoveAt(second);
            foreach (var row in costs)
            {
                row.RemoveAt(second);
            }

            for (var index = 0; index < groups.Count; index++)
            {
                costs[first][index] = costs[index][first] = CostOf(groups[index], merged);
            }
        }
    }

    private static (string Layer, string Changes) KeyOf(FileUnit unit) => unit switch
    {
        { IsMovable: false } => (unit.Layer, ""),
        { ChangeCount: 0 } => (unit.Layer, "0"),
        _ => ("", unit.ChangeKey),
    };

    private static long? CostOf(UnitGroup group, UnitGroup other) =>
        !ReferenceEquals(group, other) && group.MayJoin(other) ? group.CostOfMerging(other) : null;

    private static (int First, int Second)? Cheapest(List<List<long?>> costs)
    {
        (int First, int Second)? best = null;
        var least = long.MaxValue;
        for (var first = 0; first < costs.Count; first++)
        {
            for (var second = first + 1; second < costs.Count; second++)
            {
                if (costs[first][second] is { } cost && cost < least)
                {
                    (best, least) = ((first, second), cost);
                }
            }
        }

        return best;
    }
}
