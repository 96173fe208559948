namespace Containerize.Inputs;

/// <summary>Tells files that hold secrets, by name and, where the name says too little, by content.</summary>
/// <param name="Pattern">The files; a pattern without <c>/</c> names files in every directory.</param>
/// <param name="Contains">ASCII text that the file must hold to count; null for every file of that name.</param>
/// <param name="IsException">Whether the files that count are kept instead, whatever other patterns say.</param>
internal sealed record SecretPattern(FilePattern Pattern, string? Contains, bool IsException)
{
    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern; <c>!</c> before it makes it an exception.</param>
    /// <param name="contains">ASCII text that the file must hold to count; null or empty for every file of that name.</param>
    public static SecretPattern Parse(string text, string? contains = null)
    {
        var isException = text.StartsWith('!');
        var path = (isException ? text[1..] : text).Trim().Replace('\\', '/');
        return new(
            FilePattern.Parse(path.Contains('/', StringComparison.Ordinal) ? path : $"**/{path}"),
            string.IsNullOrEmpty(contains) ? null : contains,
            isException);
    }
}
