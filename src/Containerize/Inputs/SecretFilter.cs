using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>Keeps secrets out of an image, and tells in one warning what was left out.</summary>
/// <param name="patterns">What a secret looks like.</param>
internal sealed class SecretFilter(IReadOnlyList<SecretPattern> patterns)
{
    private readonly SecretFiles _secrets = new(patterns);
    private readonly SortedSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>The paths of published files that are to be left out.</summary>
    internal IReadOnlySet<string> Find(IReadOnlyList<PublishedFile> files) => Remember(_secrets.Find(files
        .Where(file => file.Type != LayerEntryType.Directory)
        .Select(file => new NamedFile(file.RelativePath, file.SourcePath))));

    /// <summary>The files without secrets. They are judged by the name they have here and by the one they get in the image.</summary>
    internal IReadOnlyList<AddedFile> Without(IReadOnlyList<AddedFile> files, string projectDirectory)
    {
        string Here(AddedFile file) => UnixPath.FromSystem(Path.GetRelativePath(projectDirectory, file.SourcePath));
        var here = Remember(_secrets.Find(files.Where(HasContent).Select(file => new NamedFile(Here(file), file.SourcePath))));
        var left = files.Where(file => !here.Contains(Here(file))).ToList();
        var there = Remember(_secrets.Find(left.Where(HasContent).Select(file => new NamedFile(file.Path, file.SourcePath))));
        return [.. left.Where(file => !there.Contains(file.Path))];
    }

    internal void Warn(IReporter reporter)
    {
        if (_found.Count > 0)
        {
            reporter.Warning(
                DiagnosticCode.SecretsLeftOut,
                $"Left out of the image, because they look like secrets: {Printable.List(_found)}. Mount what the app needs when it runs, "
                    + $"and keep the rest out of the publish output (CopyToPublishDirectory=\"Never\"). "
                    + $"A file that belongs into the image is let in by "
                    + $"<ContainerizeSecretPattern Include=\"!{_found.Min}\" />, all of them by ContainerizeIncludeSecrets=true.");
        }
    }

    private static bool HasContent(AddedFile file) => file.Type != LayerEntryType.Directory;

    private IReadOnlySet<string> Remember(IReadOnlySet<string> paths)
    {
        _found.UnionWith(paths);
        return paths;
    }
}
