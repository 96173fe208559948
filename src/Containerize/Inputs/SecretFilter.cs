using Containerize.Files;
using Containerize.Inputs.Secrets;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>Keeps secrets out of an image, and tells in one warning what was left out, or in one error what must not be there.</summary>
/// <param name="rules">What a secret looks like, and what becomes of one.</param>
/// <param name="memory">Looks into files.</param>
internal sealed class SecretFilter(SecretRules rules, SecretMemory memory)
{
    private readonly SecretFiles _secrets = new(rules.Patterns, memory);
    private readonly SortedDictionary<string, IReadOnlyList<SecretFinding>> _found = new(StringComparer.Ordinal);

    /// <summary>
    /// The paths of published files that are to be left out. What comes from packages is not looked into: it is public already, or as
    /// secret as the feed, and its documents and test data are full of examples.
    /// </summary>
    internal IReadOnlySet<string> Find(IReadOnlyList<PublishedFile> files) => Remember(files
        .Where(file => file.Type != LayerEntryType.Directory)
        .Select(file => new NamedFile(file.RelativePath, file.SourcePath)
        {
            IsLookedInto = file.Type == LayerEntryType.File && !file.Origin.IsFromNuGet,
            Stamp = file.Stamp,
        })).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);

    /// <summary>The files without secrets. They are judged by the name they have here and by the one they get in the image.</summary>
    internal IReadOnlyList<AddedFile> Without(IReadOnlyList<AddedFile> files, string projectDirectory)
    {
        var named = files.Select(file => file.Type == LayerEntryType.Directory ? null
            : new NamedFile(UnixPath.FromSystem(Path.GetRelativePath(projectDirectory, file.SourcePath)), file.SourcePath)
            {
                OtherPath = file.Path,
                IsLookedInto = file.Type == LayerEntryType.File,
                Stamp = file.Status?.Stamp,
            }).ToList();
        var found = Remember(named.OfType<NamedFile>()).ToHashSet<NamedFile?>(ReferenceEqualityComparer.Instance);
        return [.. files.Zip(named).Where(one => !found.Contains(one.Second)).Select(one => one.First)];
    }

    /// <summary>Says which files were found.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SecretsFound"/>.</exception>
    internal void Report(IReporter reporter)
    {
        memory.Save();
        if (_found.Count == 0)
        {
            return;
        }

        var files = Printable.List(_found.Keys, Noted);
        Message exceptions = $"A file that belongs into the image is let in by "
            + $"<ContainerizeSecretPattern Include=\"!{_found.Keys.First()}\" />, all of them by ContainerizeSecrets=Include.";
        if (rules.Policy == SecretPolicy.Error)
        {
            throw new ContainerizeException(
                DiagnosticCode.SecretsFound,
                $"These files look like secrets, and ContainerizeSecrets=Error lets none into the image: {files}. Remove the secrets from "
                    + $"them, or keep the files out of the publish output (CopyToPublishDirectory=\"Never\"). {exceptions}");
        }

        reporter.Warning(
            DiagnosticCode.SecretsLeftOut,
            $"Left out of the image, because they look like secrets: {files}. Mount what the app needs when it runs, "
                + $"and keep the rest out of the publish output (CopyToPublishDirectory=\"Never\"). {exceptions}");
    }

    private string Noted(string path)
    {
        const int Shown = 3;
        var secrets = _found[path];
        var more = secrets.Count > Shown ? $" and {secrets.Count - Shown} more" : "";
        return secrets.Count == 0 ? "" : $" ({string.Join(", ", secrets.Take(Shown).Select(secret => secret.Text))}{more})";
    }

    private IEnumerable<NamedFile> Remember(IEnumerable<NamedFile> files)
    {
        var found = _secrets.Find(files);
        foreach (var secret in found.Values)
        {
            _found[secret.Name] = secret.Findings;
        }

        return found.Keys;
    }
}
