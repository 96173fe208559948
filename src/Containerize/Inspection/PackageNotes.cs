namespace Containerize.Inspection;

/// <summary>The files of an image that say which packages it has.</summary>
internal static class PackageNotes
{
    /// <summary>Where dpkg notes its packages.</summary>
    internal const string Status = "var/lib/dpkg/status";

    /// <summary>Where images without dpkg have one file per package.</summary>
    internal const string StatusDirectory = "var/lib/dpkg/status.d/";

    /// <summary>Where dpkg lists the files of each package.</summary>
    internal const string InfoDirectory = "var/lib/dpkg/info/";

    /// <summary>How the name of a list of files ends.</summary>
    internal const string ListEnding = ".list";

    /// <summary>How the name of a list of files with their hashes ends; images without dpkg have no other.</summary>
    internal const string HashesEnding = ".md5sums";

    /// <summary>How the name of what .NET writes of an app's packages ends.</summary>
    internal const string DependenciesEnding = ".deps.json";

    /// <summary>Whether the content of a file is kept.</summary>
    /// <param name="path">Its path, without a slash at the front.</param>
    internal static bool Includes(string path) =>
        path == Status
        || path.StartsWith(StatusDirectory, StringComparison.Ordinal)
        || (path.StartsWith(InfoDirectory, StringComparison.Ordinal) && path.EndsWith(ListEnding, StringComparison.Ordinal))
        || path.EndsWith(DependenciesEnding, StringComparison.Ordinal);
}
