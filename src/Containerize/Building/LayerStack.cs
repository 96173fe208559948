using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Building;

/// <summary>Plans the layers of an app: published files, files that the project adds, and no secrets among them.</summary>
internal static class LayerStack
{
    private const string SymbolsName = "symbols";

    /// <param name="published">The published files.</param>
    /// <param name="request">What the project wants.</param>
    /// <param name="memory">Looks for secrets in files.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <returns>The layers, bottom first.</returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.LayerOrder"/>, <see cref="DiagnosticCode.UnreadableFile"/>,
    /// <see cref="DiagnosticCode.DuplicatePath"/>, <see cref="DiagnosticCode.InvalidPath"/> or <see cref="DiagnosticCode.SecretsFound"/>.
    /// </exception>
    internal static IReadOnlyList<EntriesLayer> Plan(
        IReadOnlyList<PublishedFile> published, LayerRequest request, SecretMemory memory, IReporter reporter)
    {
        if (request.Split == LayerSplit.AppOnly)
        {
            reporter.Message("The app is published as a single file or as native code, so all of it is one layer. "
                + $"Without PublishSingleFile and PublishAot, packages and app have layers of their own, and a change sends less.");
        }

        var (files, leftOut, clean) = WithoutSecrets(published, request, memory, reporter);
        IReadOnlyList<AddedFile> added = [.. clean, .. request.FilesWithSecrets];
        WarnOfUnexpected(files, reporter);
        var rules = request.Entries with { LeftOut = leftOut };
        var layers = LayerPlanner.Plan(files, request.Split, request.Rules)
            .Select(plan => EntriesLayer.Of(plan.Name, plan.Files, rules)).ToList();
        var app = LayerEntries.DirectoriesOf(layers.SelectMany(layer => layer.Entries), rules).ToList();
        if (added.Count + request.WritableDirectories.Count > 0)
        {
            var below = LayerOrder.Of(request.Rules).TakeWhile(name => name != LayerOrder.Files).ToHashSet(StringComparer.Ordinal);
            layers.Insert(layers.Count(layer => below.Contains(layer.Name)), Beside(added, request));
        }

        if (rules.IsWindows && request.SaysOwnerOrMode)
        {
            reporter.Message("Mode, Owner and ContainerizeFileOwner mean nothing in an image for Windows: "
                + $"what the project puts there, everybody in the container may read, start and change.");
        }

        // The publish directory of a system that tells upper from lower case may hold what Windows takes for one file.
        if (rules.IsWindows || added.Count + request.WritableDirectories.Count > 0)
        {
            LayerEntries.CheckConflicts([.. layers.SelectMany(layer => layer.Entries)], rules.IsWindows);
        }

        var merged = EntriesLayer.Merge(layers, request.MaxLayers);
        if (merged.Count < layers.Count)
        {
            var names = string.Join(", ", merged.Select(layer => layer.Name));
            reporter.Message($"{layers.Count} layers became {merged.Count} ({names}): ContainerizeMaxLayers allows no more.");
        }

        return Place(merged, app, added, request);
    }

    /// <summary>Plans the layer of a debug image. Secrets are looked for in symbols as in other files.</summary>
    /// <param name="symbols">The symbols.</param>
    /// <param name="request">What the project wants.</param>
    /// <param name="memory">Looks for secrets in files.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>, <see cref="DiagnosticCode.DuplicatePath"/> or
    /// <see cref="DiagnosticCode.SecretsFound"/>.</exception>
    internal static EntriesLayer Symbols(
        IReadOnlyList<PublishedFile> symbols, LayerRequest request, SecretMemory memory, IReporter reporter)
    {
        if (symbols.Count == 0)
        {
            reporter.Message("The debug image has no symbols, because none were published. "
                + $"DebugType=portable makes PDB files; with embedded ones the image has symbols already.");
        }

        var (files, leftOut, debugger) = WithoutSecrets(symbols, request with { Files = request.Debugger }, memory, reporter);
        var rules = request.Entries with { LeftOut = leftOut };
        var published = LayerEntries.Of(files, rules);
        var layer = new EntriesLayer(SymbolsName, [.. published, .. EntriesOf(debugger, request)]);
        LayerEntries.CheckConflicts(layer.Entries, rules.IsWindows);
        return Place([layer], [.. LayerEntries.DirectoriesOf(published, rules)], debugger, request)[0];
    }

    private static IReadOnlyList<EntriesLayer> Place(
        IReadOnlyList<EntriesLayer> layers, IReadOnlyList<string> app, IReadOnlyList<AddedFile> added, LayerRequest request)
    {
        // Windows has neither modes nor owners, and its links are not followed: looking into gigabytes of Windows would change nothing.
        if (request.Entries.IsWindows && !request.NeedsBase)
        {
            return layers;
        }

        var placement = new Placement([.. request.WritableDirectories], request.User, request.Environment)
        {
            App = app,
            AppOwner = request.Entries.Owner,
            Owned = [.. added.Where(file => file is { Type: LayerEntryType.Directory, Owner: not null })],
        };
        var owned = added.Where(file => file.Owner is not null).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return [.. layers.Select(layer => layer with { Placement = placement, Owned = owned, NeedsBase = request.NeedsBase })];
    }

    private static (List<PublishedFile> Files, IReadOnlySet<string> LeftOut, IReadOnlyList<AddedFile> Added) WithoutSecrets(
        IReadOnlyList<PublishedFile> published, LayerRequest request, SecretMemory memory, IReporter reporter)
    {
        if (request.Secrets.Policy == SecretPolicy.Include)
        {
            return ([.. published], new HashSet<string>(), request.Files);
        }

        var secrets = new SecretFilter(request.Secrets, memory);
        var leftOut = secrets.Find(published);
        var added = secrets.Without(request.Files, request.ProjectDirectory);
        secrets.Report(reporter);
        return ([.. published.Where(file => !leftOut.Contains(file.RelativePath))], leftOut, added);
    }

    private static IReadOnlyList<LayerEntry> EntriesOf(IReadOnlyList<AddedFile> added, LayerRequest request) =>
        added.Count == 0 ? [] : LayerEntries.Of(added, ExecuteBits.Of(request.ProjectDirectory));

    private static EntriesLayer Beside(IReadOnlyList<AddedFile> added, LayerRequest request) => new(
        LayerOrder.Files,
        [
            .. EntriesOf(added, request),
            .. request.WritableDirectories.Select(directory =>
                new LayerEntry { Path = directory.Path, Type = LayerEntryType.Directory, Mode = directory.Mode }),
        ]);

    private static void WarnOfUnexpected(IReadOnlyList<PublishedFile> files, IReporter reporter)
    {
        var unexpected = files.Where(file => file.Origin.Kind == FileOriginKind.Unexpected).Select(file => file.RelativePath).ToList();
        if (unexpected.Count == 0)
        {
            return;
        }

        var (what, they) = unexpected.Count == 1 ? ("a file", "It is") : ($"{unexpected.Count} files", "They are");
        reporter.Warning(
            DiagnosticCode.UnexpectedFiles,
            $"The publish directory holds {what} that this publish did not produce: {Printable.List(unexpected)}. {they} in the image. "
                + $"Remove what earlier publishes left there, or publish into an empty directory.");
    }
}
