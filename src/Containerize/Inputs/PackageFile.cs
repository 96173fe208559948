using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>A file of a package that a publish is going to copy.</summary>
/// <param name="RelativePath">Its path below the publish directory, with <c>/</c>.</param>
/// <param name="SourcePath">Where it lies in the package's folder, a full path.</param>
/// <param name="Origin">The package.</param>
internal sealed record PackageFile(string RelativePath, string SourcePath, FileOrigin Origin)
{
    /// <summary>The file as it will be published.</summary>
    /// <exception cref="IOException">It does not exist, or cannot be read.</exception>
    internal PublishedFile Publish()
    {
        var status = RegularFile.StatusOf(SourcePath);
        return new PublishedFile
        {
            RelativePath = RelativePath,
            Type = LayerEntryType.File,
            SourcePath = SourcePath,
            Size = status.Stamp.Size,
            Stamp = status.Stamp,
            IsExecutable = status.Stamp.Size > 0 && ExecuteBit.OfContent(SourcePath) == true,
            Origin = Origin,
        };
    }
}
