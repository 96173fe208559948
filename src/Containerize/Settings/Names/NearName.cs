namespace Containerize.Settings.Names;

/// <summary>
/// Finds the name that was meant. Names that are merely similar belong to the project, and are left alone: one that adds a word
/// (<c>ContainerUserId</c>) or a number (<c>ContainerPort2</c>) is another name.
/// </summary>
internal static class NearName
{
    private const string Short = "Container";
    private const string Long = "Containerize";
    private const int SlipsInPrefix = 2;
    private const int Far = 100;

    /// <summary>The nearest of the known names, or null when none is near.</summary>
    /// <param name="name">A name that is none of them, whatever its case.</param>
    /// <param name="known">The known names.</param>
    internal static string? Find(string name, IEnumerable<string> known)
    {
        if (name.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
        {
            return null;
        }

        string? nearest = null;
        var least = int.MaxValue;
        foreach (var candidate in known)
        {
            var distance = Distance(name, candidate);
            if (distance < least || (distance == least && distance < Far && string.CompareOrdinal(candidate, nearest) < 0))
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return least < Far ? nearest : null;
    }

    /// <summary>Whether a name begins nearly as ours do, so that it is worth a comparison with each of them.</summary>
    internal static bool BeginsAsOurs(string name) =>
        name.StartsWith(Short, StringComparison.OrdinalIgnoreCase)
        || (name.Length > Short.Length && char.ToUpperInvariant(name[0]) == Short[0]
            && Edits(name[..Short.Length].ToUpperInvariant(), Short.ToUpperInvariant()) <= SlipsInPrefix);

    private static int Distance(string name, string candidate)
    {
        var (prefix, stem) = Split(name.ToUpperInvariant());
        var (otherPrefix, otherStem) = Split(candidate.ToUpperInvariant());
        var tolerated = Tolerated(Math.Min(stem.Length, otherStem.Length));
        if (Math.Abs(name.Length - candidate.Length) > Long.Length - Short.Length + tolerated || AddsWord(stem, otherStem))
        {
            return Far;
        }

        var distance = prefix == otherPrefix ? Edits(stem, otherStem) : Edits(prefix + stem, otherPrefix + otherStem);
        if (prefix != otherPrefix && prefix.Length > 0 && otherPrefix.Length > 0)
        {
            // One prefix for the other is one error, however many letters it has.
            distance = Math.Min(distance, Edits(stem, otherStem) + 1);
        }

        return distance <= tolerated ? distance : Far;
    }

    private static (string Prefix, string Stem) Split(string name)
    {
        var length = name.StartsWith(Long, StringComparison.OrdinalIgnoreCase) ? Long.Length
            : name.StartsWith(Short, StringComparison.OrdinalIgnoreCase) ? Short.Length
            : 0;
        return (name[..length], name[length..]);
    }

    private static int Tolerated(int length) => length switch
    {
        <= 5 => 1,
        <= 10 => 2,
        _ => 3,
    };

    private static bool AddsWord(string one, string other) =>
        Math.Abs(one.Length - other.Length) > 1
        && (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal));

    /// <summary>
    /// How many letters to insert, delete, replace or swap with their neighbour (Damerau and Levenshtein, each place edited once).
    /// </summary>
    internal static int Edits(string from, string to)
    {
        var (before, last, row) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var column = 0; column <= to.Length; column++)
        {
            last[column] = column;
        }

        for (var line = 1; line <= from.Length; line++)
        {
            row[0] = line;
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = last[column - 1] + (from[line - 1] == to[column - 1] ? 0 : 1);
                row[column] = Math.Min(replaced, Math.Min(last[column], row[column - 1]) + 1);
                if (line > 1 && column > 1 && from[line - 1] == to[column - 2] && from[line - 2] == to[column - 1])
                {
                    row[column] = Math.Min(row[column], before[column - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[to.Length];
    }
}
