using System.Text;
using Containerize.Files;

namespace Containerize.Destinations;

/// <summary>
/// What builds of a project wrote, one path a line: archives, their documents, layouts and reports. <c>dotnet clean</c> removes them, and
/// they are no content of an image. It stays when the project writes elsewhere later. Losing it costs nothing but that.
/// </summary>
internal static class OutputList
{
    /// <summary>The file's name in the project's own directory.</summary>
    internal const string FileName = "outputs.txt";

    /// <summary>Reads the paths; none where the list cannot be read.</summary>
    /// <param name="directory">The project's own directory.</param>
    internal static IReadOnlyList<string> Read(string directory)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            return RegularFile.IsThere(file) ? RegularFile.ReadAllLines(file) : [];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return [];
        }
    }

    /// <summary>Adds paths. A list that lacks none of them is left as it is.</summary>
    /// <param name="directory">The project's own directory.</param>
    /// <param name="paths">Full paths.</param>
    internal static void Add(string directory, IEnumerable<string> paths)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            var known = Read(directory);
            var all = known.Union(paths.Where(path => !path.Contains('\n', StringComparison.Ordinal)), StringComparer.Ordinal).ToList();
            if (all.Count > known.Count)
            {
                AtomicFile.Write(file, Encoding.UTF8.GetBytes(string.Join('\n', all) + "\n"), isOurs: true);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Something else lies in its place, or the directory can only be read.
        }
    }
}
