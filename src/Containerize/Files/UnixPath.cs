namespace Containerize.Files;

/// <summary>Paths of an image or an archive: text only, nothing is looked up on this machine.</summary>
internal static class UnixPath
{
    // What Linux follows before it reports ELOOP.
    private const int MaxLinks = 40;

    /// <summary>A path of this system, with the separators of an image. A <c>\</c> is part of a name on Linux.</summary>
    internal static string FromSystem(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    /// <summary>
    /// One spelling for each path: relative to the root, no <c>.</c>, no empty part; <c>..</c> goes up and stops at the root.
    /// </summary>
    /// <param name="path">The path.</param>
    internal static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            Step(parts, part);
        }

        return string.Join('/', parts);
    }

    /// <summary>Whether the text of a relative link never leads above a directory on its way.</summary>
    /// <param name="target">The text of the link.</param>
    /// <param name="depth">How many directories below that directory the link lies.</param>
    internal static bool StaysInside(string target, int depth)
    {
        foreach (var part in target.Split('/'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
            {
                return false;
            }
        }

        return target.Length > 0 && target[0] != '/';
    }

    /// <summary>Follows symbolic links as the kernel does, with the image's root as the top.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLast">Whether a link at the path itself is followed, too.</param>
    /// <param name="targetAt">The target of the link at a path; null where there is none.</param>
    /// <returns>The path without links; null when the links form a loop.</returns>
    internal static string? Resolve(string path, bool followLast, Func<string, string?> targetAt)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var done = new List<string>();
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (!Step(done, part) || (rest.Count == 0 && !followLast) || targetAt(string.Join('/', done)) is not { } target)
            {
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            if (target.StartsWith('/'))
            {
                done.Clear();
            }
            else
            {
                done.RemoveAt(done.Count - 1);
            }

            foreach (var next in target.Split('/').Reverse())
            {
                rest.Push(next);
            }
        }

        return string.Join('/', done);
    }

    // Whether the part is a name.
    private static bool Step(List<string> parts, string part)
    {
        if (part == "..")
        {
            parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            return false;
        }

        if (part is "" or ".")
        {
            return false;
        }

        parts.Add(part);
        return true;
    }
}
