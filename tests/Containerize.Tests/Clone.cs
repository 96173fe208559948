namespace Containerize.Tests;

/// <summary>The clone that the tests were built in.</summary>
internal static class Clone
{
    /// <summary>Its top directory.</summary>
    internal static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Containerize.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not lie in a clone.");
    }
}
