using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Paths of the image that a Dockerfile makes, with slashes also for Windows.</summary>
internal static class ImagePath
{
    internal static ExpandedText Root(bool isWindows) => ExpandedText.Of(isWindows ? "C:/" : "/");

    /// <summary>A path from a directory, which does not matter where the path is a full one.</summary>
    internal static ExpandedText Combine(ExpandedText directory, ExpandedText path, bool isWindows) =>
        path.Written is ['/', ..] || (isWindows && path.Written is ['\\', ..] or [_, ':', ..])
            ? path.Select(written => Combine("/", written, isWindows))
            : directory.With(path, (start, rest) => Combine(start, rest, isWindows));

    /// <summary>A path from a directory, without <c>.</c> and <c>..</c>; no slash at its end.</summary>
    internal static string Combine(string directory, string path, bool isWindows)
    {
        var written = isWindows ? path.Replace('\\', '/') : path;
        var drive = isWindows && written.Length >= 2 && written[1] == ':' ? written[..2].ToUpperInvariant() : "";
        var rest = written[drive.Length..];
        if (drive.Length == 0 && !rest.StartsWith('/'))
        {
            return Combine("", directory.TrimEnd('/') + "/" + rest, isWindows);
        }

        var parts = new List<string>();
        foreach (var part in rest.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return (isWindows && drive.Length == 0 ? "C:" : drive) + "/" + string.Join('/', parts);
    }

    /// <summary>Whether a path is a directory or in it.</summary>
    internal static bool IsIn(string path, string directory) =>
        path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The directory that a path is in; the root is in itself.</summary>
    internal static string Parent(string path)
    {
        var at = path.LastIndexOf('/');
        return path[..at] is "" or "C:" ? path[..(at + 1)] : path[..at];
    }

    /// <summary>The last part of a path.</summary>
    internal static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A path of the context, without <c>./</c> and slashes around it; empty for the context itself.</summary>
    internal static string OfContext(string path) => Combine("/", path.Replace('\\', '/'), isWindows: false)[1..];
}
