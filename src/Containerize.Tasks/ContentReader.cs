using Containerize.Layers;
using Microsoft.Build.Framework;

namespace Containerize.Tasks;

/// <summary>Reads what users add to the published files, and what they keep out of them.</summary>
internal sealed class ContentReader(ITaskItem[] items)
{
    private const int NamedFiles = 10;

    /// <summary>Finds the files that hold secrets, and names them in one warning.</summary>
    /// <param name="files">The published files.</param>
    /// <param name="reporter">Is told.</param>
    /// <returns>The paths of the files that are to be left out.</returns>
    internal IReadOnlySet<string> Secrets(IReadOnlyList<PublishedFile> files, IReporter reporter)
    {
        var secrets = new SecretFiles([.. Of("Secret").SelectMany(item => Patterns(item).Select(pattern => SecretPattern.Parse(pattern, item.GetMetadata("Contains"))))])
            .Find(files.Where(file => file.Type != LayerEntryType.Directory).Select(file => (file.RelativePath, file.SourcePath)));
        if (secrets.Count > 0)
        {
            var names = secrets.Order(StringComparer.Ordinal).ToList();
            var more = names.Count > NamedFiles ? $" and {names.Count - NamedFiles} more" : "";
            reporter.Warning(
                DiagnosticCode.SecretsLeftOut,
                $"Left out of the image, because they look like secrets: {string.Join(", ", names.Take(NamedFiles).Select(path => $"'{path}'"))}{more}. Mount what the app needs when it runs, and keep the rest out of the publish output (CopyToPublishDirectory=\"Never\"). A file that belongs into the image is let in by <ContainerizeSecretPattern Include=\"!{names[0]}\" />, all of them by ContainerizeIncludeSecrets=true.");
        }

        return secrets;
    }

    private IEnumerable<ITaskItem> Of(string kind) => items.Where(item => item.GetMetadata("Kind") == kind);

    // MSBuild expands wildcards of Include to the files that there are; those of a metadata value reach us as they are.
    private static string[] Patterns(ITaskItem item) =>
        item.GetMetadata("Files") is { Length: > 0 } files ? files.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [item.ItemSpec];
}
