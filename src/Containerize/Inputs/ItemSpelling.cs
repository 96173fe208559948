using Containerize.Files;

namespace Containerize.Inputs;

/// <summary>
/// Gives published files the names that the project gives them. Where the file system ignores case, a file keeps the name that an earlier
/// publish gave it; in the image, where case counts, the app would not find it.
/// </summary>
internal static class ItemSpelling
{
    /// <summary>Replaces names that differ from those of items in case only; also names of directories alone.</summary>
    /// <param name="files">What lies in the publish directory, in ordinal order.</param>
    /// <param name="items">Paths of the project's items below that directory, with <c>/</c>.</param>
    /// <returns>The files, in ordinal order. No two have one name: a file stays what it is where its new name is another one's.</returns>
    internal static IReadOnlyList<PublishedFile> Apply(IReadOnlyList<PublishedFile> files, IEnumerable<string> items, FileNameCase names)
    {
        if (!names.IgnoreCase)
        {
            return files;
        }

        var known = new Dictionary<string, string>(names.Comparer);
        foreach (var item in items)
        {
            for (var end = item.Length; end > 0 && known.TryAdd(item[..end], item[..end]); end = item.LastIndexOf('/', end - 1))
            {
                // Its directories, too.
            }
        }

        var taken = files.Select(file => file.RelativePath).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files
                .Select(file => Spell(file.RelativePath, known) is var name && taken.Add(name) ? file with { RelativePath = name } : file)
                .OrderBy(file => file.RelativePath, StringComparer.Ordinal),
        ];
    }

    private static string Spell(string path, Dictionary<string, string> known)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (known.TryGetValue(path[..end], out var name))
            {
                return name + path[end..];
            }
        }

        return path;
    }
}
