using Containerize.Testing;

namespace Containerize.Tests;

/// <summary>What is in a test's directory.</summary>
internal static class FileNames
{
    /// <summary>The names of all files, with slashes.</summary>
    internal static IReadOnlyList<string> Files(this TemporaryDirectory directory) =>
        [.. Directory.EnumerateFiles(directory.FullName, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(directory.FullName, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
