using Containerize.Layers;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>
/// Gets a layer in the cheapest way: it is in the cache, a registry has it, or it is made, with the parts of the last one that did not change.
/// </summary>
internal sealed class LayerMaker(LayerContext context, PreviousBuild previous, PreviousImages registries, IReporter reporter)
{
    /// <summary>Gets a layer.</summary>
    /// <param name="name">What the user calls it.</param>
    /// <param name="prepared">What goes into it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<BuiltLayer> MakeAsync(string name, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        if (context.Cache.Find(prepared.Content.Hash) is { } record && registries.IsTrusted(record))
        {
            var own = record.Blob.Descriptor;
            var descriptor = prepared.IsVerbatim ? own : own with { MediaType = context.Options.Encoding.MediaType };
            if (context.Cache.Store.TryGet(descriptor, out var blob))
            {
                return Built(name, prepared, record with { Blob = prepared.Locate(blob) }, LayerOrigin.Cache);
            }

            if (await registries.TryFindBlobAsync(descriptor, cancellationToken) is { } remote)
            {
                return Built(name, prepared, record with { Blob = remote }, LayerOrigin.Registry);
            }
        }
        else if (await TryRecogniseAsync(name, prepared, cancellationToken) is { } recognised)
        {
            return Built(name, prepared, recognised, LayerOrigin.Registry);
        }

        return await WriteAsync(name, prepared, cancellationToken);
    }

    /// <summary>Verifies the bytes of a layer of the cache, as a destination is about to use them; one that is damaged is made again.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="prepared">What goes into it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<BuiltLayer> VerifyAsync(BuiltLayer layer, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        if (layer.Origin != LayerOrigin.Cache || await context.Cache.Store.TryGetForVerifiedUseAsync(layer.Descriptor, cancellationToken) is not null)
        {
            return layer;
        }

        reporter.Detail($"The cache had a damaged copy of the layer '{layer.Name}' ({layer.Descriptor.Digest}); it is made again.");
        return await WriteAsync(layer.Name, prepared, cancellationToken) with { Changes = layer.Changes };
    }

    private static BuiltLayer Built(string name, IPreparedLayer prepared, LayerRecord record, LayerOrigin origin) =>
        new(name, prepared.Content.Hash, prepared.Content.Packages, record, origin);

    private async Task<LayerRecord?> TryRecogniseAsync(string name, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        foreach (var candidate in await registries.FindAsync(prepared.Content.Hash, cancellationToken))
        {
            // The annotation is somebody's word. What the image will say of this layer's content is computed here, from the files.
            if (await prepared.ComputeDiffIdAsync(cancellationToken) is not { DiffId: var diffId, Size: var size })
            {
                return null;
            }

            if (diffId != candidate.DiffId)
            {
                reporter.Warning(DiagnosticCode.ForeignLayerMismatch, $"{candidate.Origin} claims that its layer {candidate.Blob.Descriptor.Digest} holds what the layer '{name}' will hold, but names another content ({candidate.DiffId} instead of {diffId}). It is not used. If nobody but your builds pushes there, look into it.");
                continue;
            }

            if (await registries.TryUseAsync(candidate, cancellationToken) is { } blob)
            {
                var record = new LayerRecord(blob, diffId, size, prepared.Content.FileCount) { TrustedFrom = registries.Verifies ? null : candidate.Repository };
                context.Cache.Add(prepared.Content, record);
                reporter.Detail($"The layer '{name}' is in {candidate.Origin} already ({blob.Descriptor.Digest}).");
                return record;
            }
        }

        return null;
    }

    private async Task<BuiltLayer> WriteAsync(string name, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        var record = await prepared.WriteAsync(previous.InputsOf(name), cancellationToken);
        context.Cache.Add(prepared.Content, record);
        return Built(name, prepared, record with { Blob = prepared.Locate(record.Blob) }, LayerOrigin.Built);
    }
}
