using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// Which build an archive is of. One whose name follows from the image's can be that of another project, configuration or platform, when
/// their outputs lie in one directory.
/// </summary>
/// <param name="cache">Remembers the last build that wrote an archive.</param>
/// <param name="build">This build: project, configuration, framework and platforms, for people.</param>
/// <param name="reporter">Is told when the archive of another build is replaced.</param>
internal sealed class ArchiveOwner(BlobStore cache, string build, IReporter reporter)
{
    /// <summary>Makes an archive this build's, before it appears; warns when it replaces another one's.</summary>
    /// <param name="path">The archive, a full path.</param>
    internal void Take(string path)
    {
        var record = new Record(cache, RecordKind.ArchiveOwner, path);
        var owner = record.Read();
        if (owner is not null && owner != build && File.Exists(path))
        {
            reporter.Warning(
                DiagnosticCode.ArchiveReplaced,
                $"The archive '{path}' of {owner} is replaced by that of {build}: without ContainerArchiveOutputPath, both have this name. "
                + $"Set it to a file of its own for each, or publish into directories that have different parents.");
        }

        if (owner != build)
        {
            record.Write(build);
        }
    }
}
