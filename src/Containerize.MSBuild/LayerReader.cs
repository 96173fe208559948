using System.Globalization;
using Containerize.Building;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Trees;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads which layers go on the base: published files, files that users add, and neither of them if it is a secret.</summary>
internal sealed class LayerReader(ITaskItem settings, ITaskItem[] content, string projectDirectory)
{
    private const int DefaultMaxLayers = 10;

    // What engines can stack, less a usual base.
    private const int MostLayers = 100;

    /// <summary>Whether the layers depend on what is in the base's layers: somebody puts something beside the app.</summary>
    internal bool NeedBaseLayers => Of("File").Any() || Of("WritableDirectory").Any();

    /// <summary>Reads the layers.</summary>
    /// <param name="published">The published files.</param>
    /// <param name="split">How they are split.</param>
    /// <param name="rules">How they become entries.</param>
    /// <param name="user">The user that the project chose.</param>
    /// <param name="environment">The variables that the project sets.</param>
    /// <param name="reporter">Is told what users should know.</param>
    /// <returns>The layers, bottom first.</returns>
    internal IReadOnlyList<ILayerSource> Read(IReadOnlyList<PublishedFile> published, LayerSplit split, EntryRules rules, string? user, IReadOnlyDictionary<string, string> environment, IReporter reporter)
    {
        var secrets = new SecretItems(Of("Secret"));
        var leftOut = secrets.Find(published);
        var files = published.Where(file => !leftOut.Contains(file.RelativePath)).ToList();
        var items = new AddedFileItems(projectDirectory, rules);
        IReadOnlyList<AddedFile> added =
        [
            .. secrets.Without([.. Of("File").Where(item => !LetsSecretsIn(item)).SelectMany(items.Files)], projectDirectory),
            .. Of("File").Where(LetsSecretsIn).SelectMany(items.Files),
        ];
        secrets.Warn(reporter);
        PublishedFileItems.WarnOfUnexpected(files, reporter);
        rules = rules with { LeftOut = leftOut, Owner = AddedFileItems.Owner(settings.GetMetadata("FileOwner").Trim(), "ContainerizeFileOwner") ?? Owner.Root };
        IReadOnlyList<LayerRule> layerRules = [.. Of("Layer").Select(LayerItems.Read)];
        var layers = LayerPlanner.Plan(files, split, layerRules).Select(plan => EntriesLayer.Of(plan.Name, plan.Files, rules)).ToList();
        var directories = Of("WritableDirectory").Select(items.WritableDirectory).ToList();
        if (added.Count > 0 || directories.Count > 0)
        {
            var below = LayerOrder.Of(layerRules).TakeWhile(name => name != LayerOrder.Files).ToHashSet(StringComparer.Ordinal);
            layers.Insert(layers.Count(layer => below.Contains(layer.Name)), Beside(added, directories));
        }

        if (rules.IsWindows)
        {
            TellWhatWindowsIgnores(reporter);
        }

        // The publish directory of a system that tells upper from lower case may hold what Windows takes for one file.
        if (rules.IsWindows || added.Count > 0 || directories.Count > 0)
        {
            LayerEntries.CheckConflicts([.. layers.SelectMany(layer => layer.Entries)], rules.IsWindows);
        }

        var merged = EntriesLayer.Merge(layers, MaxLayers());
        if (merged.Count < layers.Count)
        {
            reporter.Message($"{layers.Count} layers became {merged.Count} ({string.Join(", ", merged.Select(layer => layer.Name))}): ContainerizeMaxLayers allows no more.");
        }

        var placement = new Placement(directories, user, environment);
        var owned = added.Where(file => file.Owner is not null).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return NeedBaseLayers ? [.. merged.Select(layer => layer with { Placement = placement, Owned = owned })] : merged;
    }

    private static EntriesLayer Beside(IReadOnlyList<AddedFile> added, List<WritableDirectory> directories) => new(
        LayerOrder.Files,
        [
            .. added.Select(LayerEntries.Of),
            .. directories.Select(directory => new LayerEntry { Path = directory.Path, Type = LayerEntryType.Directory, Mode = directory.Mode }),
        ]);

    private void TellWhatWindowsIgnores(IReporter reporter)
    {
        if (settings.GetMetadata("FileOwner").Trim().Length > 0 || Of("File").Concat(Of("WritableDirectory")).Any(item => (item.GetMetadata("Mode") + item.GetMetadata("Owner")).Trim().Length > 0))
        {
            reporter.Message("Mode, Owner and ContainerizeFileOwner mean nothing in an image for Windows: what the project puts there, everybody in the container may read, start and change.");
        }
    }

    private int MaxLayers()
    {
        var text = settings.GetMetadata("MaxLayers").Trim();
        return text.Length == 0 ? DefaultMaxLayers
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostLayers ? number
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeMaxLayers '{text}' is not a number from 1 to {MostLayers}.");
    }

    private IEnumerable<ITaskItem> Of(string kind) => content.Where(item => item.GetMetadata("Kind") == kind);

    private static bool LetsSecretsIn(ITaskItem item) => item.GetMetadata("IncludeSecrets").Equals("true", StringComparison.OrdinalIgnoreCase);
}
