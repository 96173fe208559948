using System.Text;
using Containerize.Files;

namespace Containerize.Destinations;

/// <summary>
/// Where images of a project were written, one path a line: archives and layouts, for <c>dotnet clean</c>. It stays when the project writes
/// elsewhere later. Losing it costs nothing but that.
/// </summary>
internal static class OutputList
{
    /// <summary>The file's name in the project's own directory.</summary>
    internal const string FileName = "outputs.txt";

    /// <summary>Adds paths. A list that lacks none of them is left as it is.</summary>
    /// <param name="directory">The project's own directory.</param>
    /// <param name="paths">Full paths.</param>
    internal static void Add(string directory, IEnumerable<string> paths)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            var known = RegularFile.IsThere(file) ? RegularFile.ReadAllLines(file) : [];
            var all = known.Union(paths.Where(path => !path.Contains('\n', StringComparison.Ordinal)), StringComparer.Ordinal).ToList();
            if (all.Count > known.Count)
            {
                AtomicFile.Write(file, Encoding.UTF8.GetBytes(string.Join('\n', all) + "\n"));
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Something else lies in its place, or the directory can only be read.
        }
    }
}
