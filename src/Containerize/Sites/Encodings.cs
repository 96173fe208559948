namespace Containerize.Sites;

/// <summary>Files that hold another one compressed. They are no content of their own.</summary>
internal static class Encodings
{
    private static readonly string[] s_suffixes = [".br", ".gz"];

    /// <summary>The path of the file that this one would hold compressed, by its name; null if it is none.</summary>
    internal static string? PlainOf(string path) =>
        Array.Find(s_suffixes, suffix => path.EndsWith(suffix, StringComparison.Ordinal)) is { } found ? path[..^found.Length] : null;
}
