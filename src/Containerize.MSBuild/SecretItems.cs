using Containerize.Inputs;
using Containerize.Layers.Entries;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads what a secret looks like, and tells of the files that are left out for it.</summary>
internal sealed class SecretItems(IEnumerable<ITaskItem> items)
{
    private const int NamedFiles = 10;

    private readonly SecretFiles _secrets = new([.. items.SelectMany(item => Patterns(item).Select(pattern => SecretPattern.Parse(pattern, item.GetMetadata("Contains"))))]);
    private readonly SortedSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>The paths of published files that are to be left out.</summary>
    /// <param name="files">The files.</param>
    /// <returns>Their paths.</returns>
    internal IReadOnlySet<string> Find(IReadOnlyList<PublishedFile> files) =>
        Remember(_secrets.Find(files.Where(file => file.Type != LayerEntryType.Directory).Select(file => new NamedFile(file.RelativePath, file.SourcePath))));

    /// <summary>The files that may come into the image. They are judged by the name they have here and by the one they get there.</summary>
    /// <param name="files">The files.</param>
    /// <param name="projectDirectory">The project's directory.</param>
    /// <returns>Those that hold no secret.</returns>
    internal IReadOnlyList<AddedFile> Without(IReadOnlyList<AddedFile> files, string projectDirectory)
    {
        string Here(AddedFile file) => Path.GetRelativePath(projectDirectory, file.SourcePath).Replace('\\', '/');
        var here = Remember(_secrets.Find(files.Select(file => new NamedFile(Here(file), file.SourcePath))));
        var left = files.Where(file => !here.Contains(Here(file))).ToList();
        var there = Remember(_secrets.Find(left.Select(file => new NamedFile(file.Path, file.SourcePath))));
        return [.. left.Where(file => !there.Contains(file.Path))];
    }

    /// <summary>Names all that was found in one warning.</summary>
    /// <param name="reporter">Is told.</param>
    internal void Warn(IReporter reporter)
    {
        if (_found.Count > 0)
        {
            var more = _found.Count > NamedFiles ? $" and {_found.Count - NamedFiles} more" : "";
            reporter.Warning(
                DiagnosticCode.SecretsLeftOut,
                $"Left out of the image, because they look like secrets: {string.Join(", ", _found.Take(NamedFiles).Select(path => $"'{path}'"))}{more}. Mount what the app needs when it runs, and keep the rest out of the publish output (CopyToPublishDirectory=\"Never\"). A file that belongs into the image is let in by <ContainerizeSecretPattern Include=\"!{_found.Min}\" />, all of them by ContainerizeIncludeSecrets=true.");
        }
    }

    private IReadOnlySet<string> Remember(IReadOnlySet<string> paths)
    {
        _found.UnionWith(paths);
        return paths;
    }

    // MSBuild expands wildcards of Include to the files that there are; those of a metadata value reach us as they are.
    private static string[] Patterns(ITaskItem item) =>
        item.GetMetadata("Files") is { Length: > 0 } files ? files.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [item.ItemSpec];
}
