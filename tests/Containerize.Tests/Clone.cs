namespace Containerize.Tests;

/// <summary>The clone that the tests were built in.</summary>
internal static class Clone
{
    /// <summary>Its top directory.</summary>
    internal static string Root { get; } = Find();

    /// <summary>Where the library and the tasks are.</summary>
    internal static string Source => Path.Combine(Root, "src");

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Containerize.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests are not in a clone.");
    }
}
