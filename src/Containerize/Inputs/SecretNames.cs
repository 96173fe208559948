namespace Containerize.Inputs;

/// <summary>
/// Patterns of one kind, of which nearly none names a file. Those that might are found by the file's name: with thousands of files, to try
/// each pattern with each of them takes longer than looking at the files.
/// </summary>
internal sealed class SecretNames
{
    private static readonly char[] s_wildcards = ['*', '?'];

    private readonly Dictionary<string, List<SecretPattern>> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<SecretPattern>> _byExtension = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SecretPattern> _others = [];

    /// <param name="patterns">The patterns.</param>
    internal SecretNames(IEnumerable<SecretPattern> patterns)
    {
        foreach (var pattern in patterns)
        {
            ListFor(pattern.Pattern.Name).Add(pattern);
        }
    }

    /// <summary>The patterns that name a file.</summary>
    /// <param name="path">The file's path with <c>/</c>.</param>
    internal IEnumerable<SecretPattern> Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var byExtension = ExtensionOf(name) is { } extension ? _byExtension.GetValueOrDefault(extension) : null;
        List<SecretPattern>?[] lists = [_byName.GetValueOrDefault(name), byExtension, _others];
        foreach (var list in lists)
        {
            foreach (var pattern in list ?? [])
            {
                if (pattern.Pattern.Matches(path))
                {
                    yield return pattern;
                }
            }
        }
    }

    private List<SecretPattern> ListFor(string name)
    {
        var wildcard = name.LastIndexOfAny(s_wildcards);
        var (patterns, key) = wildcard < 0 ? (_byName, name)
            : ExtensionOf(name) is { } extension && wildcard < name.Length - extension.Length - 1 ? (_byExtension, extension)
            : (null, name);
        if (patterns is null)
        {
            return _others;
        }

        if (!patterns.TryGetValue(key, out var list))
        {
            patterns[key] = list = [];
        }

        return list;
    }

    private static string? ExtensionOf(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[(dot + 1)..] : null;
}
