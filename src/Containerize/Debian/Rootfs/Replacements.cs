using System.Text.RegularExpressions;
using Containerize.Debian.Packaging;

namespace Containerize.Debian.Rootfs;

/// <summary>Files of a package that another one of the same layer says it replaces (the field <c>Replaces</c>).</summary>
internal static partial class Replacements
{
    private static readonly HashSet<string> s_none = [];

    /// <summary>Finds them.</summary>
    /// <returns>For each package the paths that it must leave to another one.</returns>
    internal static IReadOnlyList<IReadOnlySet<string>> Find(IReadOnlyList<(DebFile Package, DebControl Control)> packages)
    {
        var result = new IReadOnlySet<string>[packages.Count];
        Array.Fill(result, s_none);
        foreach (var (replacing, control) in packages)
        {
            foreach (var name in Names(control.Field("Replaces")))
            {
                var index = Enumerable.Range(0, packages.Count)
                    .FirstOrDefault(index => packages[index].Package.Name == name && name != replacing.Name, -1);
                if (index >= 0)
                {
                    // Where both replace each other, the first one in the order of the lock keeps its files.
                    var own = result[Enumerable.Range(0, packages.Count).First(other => packages[other].Package == replacing)];
                    result[index] = result[index].Concat(control.Paths.Where(path => !own.Contains(path)))
                        .ToHashSet(StringComparer.Ordinal);
                }
            }
        }

        return result;
    }

    // The versions of the relation are not compared: they say which old version had the files, and a newer one that has them still would
    // clash.
    private static IEnumerable<string> Names(string? field) =>
        field is null ? [] : PackageName().Matches(field).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)")]
    private static partial Regex PackageName();
}
