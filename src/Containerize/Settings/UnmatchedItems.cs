using Containerize.Building;
using Containerize.Inputs;
using Containerize.Settings.Names;

namespace Containerize.Settings;

/// <summary>
/// Tells items that match no file, if they stand in the project's own file: what a file for many projects declares is not for each of them.
/// </summary>
/// <param name="file">The project's own file.</param>
/// <param name="reporter">Takes the warnings.</param>
internal sealed class UnmatchedItems(ProjectFile file, IReporter reporter)
{
    private static readonly char[] s_wildcards = ['*', '?'];
    private static readonly string[] s_expressions = ["$(", "@(", "%("];

    /// <param name="project">What the project says.</param>
    /// <param name="request">What that means for layers.</param>
    /// <param name="published">The published files.</param>
    internal void Warn(ProjectSettings project, LayerRequest request, IReadOnlyList<PublishedFile> published)
    {
        foreach (var rule in request.Rules.Where(rule => !published.Any(rule.Takes)))
        {
            if (Declared("ContainerizeLayer").FirstOrDefault(item => Declares(item, rule)) is { } item)
            {
                Warn(
                    item,
                    $"ContainerizeLayer '{rule.Name}' matches no published file, so the image has no such layer. "
                        + $"Files are patterns relative to the publish directory, like \"models/**\", and a file must match Files, "
                        + $"Packages and Origin, if they are set.");
            }
        }

        WarnOfFiles([.. project.Of(ItemKind.File).Select(added => Normal(added.Identity))]);
        if (request.Secrets.Policy != SecretPolicy.Include)
        {
            IEnumerable<string> added = request.Files.Concat(request.FilesWithSecrets)
                .SelectMany(added => new[] { added.Path, Path.GetRelativePath(project.Directory, added.SourcePath).Replace('\\', '/') });
            WarnOfSecrets([.. published.Select(published => published.RelativePath), .. added]);
        }
    }

    // MSBuild makes no item of wildcards without a file, so only the project's text shows them.
    private void WarnOfFiles(IReadOnlyList<string> added)
    {
        foreach (var item in Certain("ContainerizeFile"))
        {
            foreach (var text in Literals(item.Include).Where(text => text.IndexOfAny(s_wildcards) >= 0))
            {
                var pattern = FilePattern.Parse(text);
                if (!added.Any(pattern.Matches))
                {
                    Warn(
                        item,
                        $"ContainerizeFile '{text}' matches no file, so it adds nothing to the image. The pattern is relative to the "
                            + $"project's directory. If the files are not always there, give the item a Condition.");
                }
            }
        }
    }

    private void WarnOfSecrets(IReadOnlyList<string> paths)
    {
        foreach (var item in Certain("ContainerizeSecretPattern"))
        {
            var patterns = Literals(item["Files"] ?? item.Include).ToList();
            if (patterns.Count > 0 && !patterns.Select(text => SecretPattern.Parse(text).Pattern).Any(one => paths.Any(one.Matches)))
            {
                Warn(
                    item,
                    $"ContainerizeSecretPattern {Printable.List(patterns)} matches no file of the image. A pattern without '/' matches "
                        + $"in every directory, any other one from the publish directory or from the project's directory on.");
            }
        }
    }

    private static bool Declares(DeclaredItem item, LayerRule rule) =>
        Item.Split(item.Include ?? "").Contains(rule.Name, StringComparer.Ordinal)
        && Agrees(item["Files"], rule.Files)
        && Agrees(item["Packages"], rule.Packages);

    // An expression may stand for anything.
    private static bool Agrees(string? text, IReadOnlyList<FilePattern> patterns) =>
        IsExpression(text ?? "") || Item.Split(text ?? "").SequenceEqual(patterns.Select(pattern => pattern.Text), StringComparer.Ordinal);

    private IEnumerable<DeclaredItem> Declared(string name) =>
        file.Items.Where(item => item.Include is not null && item.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<DeclaredItem> Certain(string name) => Declared(name).Where(item => item.IsUnconditional);

    /// <summary>The parts of a list that say what they mean; <c>%2a</c> is a star that MSBuild does not expand.</summary>
    private static IEnumerable<string> Literals(string? list) =>
        Item.Split(list ?? "").Where(part => !IsExpression(part)).Select(Uri.UnescapeDataString);

    private static bool IsExpression(string text) =>
        Array.Exists(s_expressions, start => text.Contains(start, StringComparison.Ordinal));

    private static string Normal(string path) => string.Join(
        '/', path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));

    private void Warn(DeclaredItem item, Message text) => reporter.Warning(DiagnosticCode.MatchesNothing, text, item.Position);
}
