using System.IO.Enumeration;

namespace Containerize.Inputs;

/// <summary>
/// Names files by their path, as MSBuild's globs do: <c>*</c> and <c>?</c> inside a name, <c>**</c> for any number of directories,
/// <c>/</c> at the end for all below. Case does not matter: what is published on one system is the same on the next.
/// </summary>
internal sealed class FilePattern
{
    private const string AnyDirectories = "**";

    private readonly string[] _parts;

    private FilePattern(string text, string[] parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>What the name of a file must be; <c>**</c> for any, and empty for a pattern that names none.</summary>
    internal string Name => _parts.Length == 0 ? "" : _parts[^1];

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern, relative to the publish directory.</param>
    public static FilePattern Parse(string text)
    {
        var normal = text.Trim().Replace('\\', '/');
        var parts = normal.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
        return new(text, [.. normal.EndsWith('/') ? parts.Append(AnyDirectories) : parts]);
    }

    /// <summary>Whether the pattern names a file.</summary>
    /// <param name="path">The file's path with <c>/</c>, relative to the same directory.</param>
    public bool Matches(string path)
    {
        if (_parts.Length == 0)
        {
            return false;
        }

        // Nearly every file fails by its name, and most patterns are about nothing else.
        var last = _parts[^1];
        return last == AnyDirectories
            ? Matches(_parts, path.Split('/'))
            : FileSystemName.MatchesSimpleExpression(last, path.AsSpan(path.LastIndexOf('/') + 1))
            && (_parts is [AnyDirectories, _] || Matches(_parts, path.Split('/')));
    }

    // Which parts of the path are matched so far, pattern part by pattern part: never more work than the product of both lengths.
    private static bool Matches(string[] pattern, string[] path)
    {
        var reached = new bool[path.Length + 1];
        reached[0] = true;
        for (var part = 0; part < pattern.Length; part++)
        {
            var next = new bool[path.Length + 1];
            if (pattern[part] == AnyDirectories)
            {
                // At the end it stands for files too, but not for nothing.
                var first = Array.IndexOf(reached, true);
                first = part == pattern.Length - 1 ? first + 1 : first;
                Array.Fill(next, true, first, next.Length - first);
            }
            else
            {
                for (var i = 0; i < path.Length; i++)
                {
                    next[i + 1] = reached[i] && FileSystemName.MatchesSimpleExpression(pattern[part], path[i]);
                }
            }

            if (!next.Contains(true))
            {
                return false;
            }

            reached = next;
        }

        return reached[^1];
    }
}
