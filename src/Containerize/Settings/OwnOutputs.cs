using Containerize.Destinations;
using Containerize.Files;

namespace Containerize.Settings;

/// <summary>
/// What builds of the project write, wherever the project puts it: destinations and what lies beside them, reports, lock files, the
/// cache. Items of a project are often given by patterns, which find those files too; content of an image they are not.
/// </summary>
internal sealed class OwnOutputs
{
    private readonly HashSet<string> _paths;

    // One that holds the project itself does not make content an output.
    private OwnOutputs(string projectDirectory, IEnumerable<string> paths, FileNameCase names) => _paths = paths
        .Select(Path.TrimEndingDirectorySeparator)
        .Where(path => !AndAbove(projectDirectory).Contains(path, names.Comparer))
        .ToHashSet(names.Comparer);

    /// <param name="outputDirectory">The project's own directory for images, a full path.</param>
    /// <param name="others">Full paths of what else a build writes.</param>
    /// <param name="names">How file systems compare names; null for those of this machine.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static OwnOutputs Read(
        ProjectSettings project,
        DestinationSettings destinations,
        BaseSettings baseImage,
        string cache,
        string outputDirectory,
        IEnumerable<string> others,
        FileNameCase? names = null)
    {
        var reports = ReportFiles.Read(project);
        return new(project.Directory, new[]
        {
            reports.ImageInfo, reports.Digest, reports.Page, reports.Verdict, baseImage.Tags.LockFile,
            DebianItems.LockFileOf(project), cache, outputDirectory,
        }.OfType<string>().Concat(destinations.Files).Concat(destinations.Archives.SelectMany(ArchiveEvidence.Beside))
            .Concat(OutputList.Read(outputDirectory)).Concat(others), names ?? FileNameCase.OfSystem);
    }

    /// <summary>Full paths in the publish directory that hold such files, or copies of them.</summary>
    /// <param name="publishDirectory">The publish directory, a full path.</param>
    /// <param name="sources">What each published file is copied from, by its path below the directory.</param>
    internal IReadOnlySet<string> In(string publishDirectory, IReadOnlyDictionary<string, string> sources) => _paths
        .Concat(sources.Where(file => Contains(file.Value)).Select(file => Path.Combine(publishDirectory, file.Key)))
        .ToHashSet(_paths.Comparer);

    private bool Contains(string path) => AndAbove(path).Any(_paths.Contains);

    private static IEnumerable<string> AndAbove(string? path)
    {
        for (path = Path.TrimEndingDirectorySeparator(path!); path is not null; path = Path.GetDirectoryName(path))
        {
            yield return path;
        }
    }
}
