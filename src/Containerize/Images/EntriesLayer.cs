using Containerize.Layers;

namespace Containerize.Images;

/// <summary>A layer of files, directories and links that are known before the build begins.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Entries">What goes into it.</param>
/// <param name="Packages">The packages that the files come from.</param>
public sealed record EntriesLayer(string Name, IReadOnlyList<LayerEntry> Entries, IReadOnlyList<string> Packages) : ILayerSource
{
    /// <summary>The layer of published files.</summary>
    /// <param name="plan">Which files.</param>
    /// <param name="rules">How they become entries.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static EntriesLayer Of(PlannedLayer plan, EntryRules rules) =>
        new(plan.Name, LayerEntries.Of(plan.Files, rules), plan.Packages);

    /// <inheritdoc/>
    public Task<WrittenLayer> WriteAsync(LayerContext context, CancellationToken cancellationToken) =>
        LayerWriter.WriteAsync(Entries, context.Store, context.Options, cancellationToken);
}
