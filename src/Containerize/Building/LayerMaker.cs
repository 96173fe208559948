using Containerize.Images;
using Containerize.Layers;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>
/// Brings a layer about in the cheapest way: it is in the cache, a registry has it, or it is made, with the parts of the last one that did not change.
/// </summary>
internal sealed class LayerMaker(LayerContext context, PreviousBuild previous, PreviousImages registries, IReporter reporter)
{
    /// <summary>Brings a layer about.</summary>
    /// <param name="source">The layer.</param>
    /// <param name="below">The layers that were made before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<MadeLayer> MakeAsync(ILayerSource source, IReadOnlyList<MadeLayer> below, CancellationToken cancellationToken)
    {
        var prepared = await source.PrepareAsync(context with { Below = [.. below.Select(layer => new Layer(layer.Blob, layer.Record.DiffId))] }, cancellationToken);
        var inputs = prepared.Content.Hash;
        if (context.Cache.Find(inputs) is { } record && registries.IsTrusted(record))
        {
            var descriptor = prepared.IsVerbatim ? record.Descriptor : record.Descriptor with { MediaType = context.Options.Encoding.MediaType };
            if (context.Cache.Store.TryGet(descriptor, out var blob))
            {
                return new MadeLayer(source, prepared, record, prepared.Locate(blob), LayerOrigin.Cache);
            }

            if (await registries.TryFindBlobAsync(descriptor, cancellationToken) is { } remote)
            {
                return new MadeLayer(source, prepared, record, remote, LayerOrigin.Registry);
            }
        }
        else if (await TryRecogniseAsync(source, prepared, cancellationToken) is { } recognised)
        {
            return recognised;
        }

        return await WriteAsync(source, prepared, cancellationToken);
    }

    /// <summary>Sees to it that the bytes of a layer of the cache are whole, as a destination is about to use them; one that is damaged is made again.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<MadeLayer> VerifyAsync(MadeLayer layer, CancellationToken cancellationToken)
    {
        if (layer.Origin != LayerOrigin.Cache || await context.Cache.Store.TryGetForVerifiedUseAsync(layer.Blob.Descriptor, cancellationToken) is not null)
        {
            return layer;
        }

        reporter.Detail($"The cache had a damaged copy of the layer '{layer.Source.Name}' ({layer.Blob.Descriptor.Digest}); it is made again.");
        return await WriteAsync(layer.Source, layer.Prepared, cancellationToken);
    }

    private async Task<MadeLayer?> TryRecogniseAsync(ILayerSource source, IPreparedLayer prepared, CancellationToken cancellationToken)
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
                reporter.Warning(DiagnosticCode.ForeignLayerMismatch, $"{candidate.Origin} claims that its layer {candidate.Blob.Descriptor.Digest} holds what the layer '{source.Name}' will hold, but names another content ({candidate.DiffId} instead of {diffId}). It is not used. If nobody but your builds pushes there, look into it.");
                continue;
            }

            if (await registries.TryUseAsync(candidate, cancellationToken) is { } blob)
            {
                var record = new LayerRecord(blob.Descriptor with { Annotations = null }, diffId, size, prepared.Content.FileCount)
                {
                    TrustedFrom = registries.Verifies ? null : candidate.Repository,
                };
                context.Cache.Add(prepared.Content, record);
                reporter.Detail($"The layer '{source.Name}' is in {candidate.Origin} already ({blob.Descriptor.Digest}).");
                return new MadeLayer(source, prepared, record, blob, LayerOrigin.Registry);
            }
        }

        return null;
    }

    private async Task<MadeLayer> WriteAsync(ILayerSource source, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        var written = await prepared.WriteAsync(previous.InputsOf(source.Name), cancellationToken);
        context.Cache.Add(prepared.Content, written.Record);
        return new MadeLayer(source, prepared, written.Record, prepared.Locate(written.Blob), LayerOrigin.Built);
    }
}

/// <summary>A layer that was brought about.</summary>
/// <param name="Source">What it was asked from.</param>
/// <param name="Prepared">What went into it.</param>
/// <param name="Record">What it is.</param>
/// <param name="Blob">Where its bytes are.</param>
/// <param name="Origin">How it was brought about.</param>
internal sealed record MadeLayer(ILayerSource Source, IPreparedLayer Prepared, LayerRecord Record, Blob Blob, LayerOrigin Origin);

/// <summary>How a build came by a layer.</summary>
internal enum LayerOrigin
{
    /// <summary>It was made.</summary>
    Built,

    /// <summary>An earlier build on this machine made it.</summary>
    Cache,

    /// <summary>A registry has it; its bytes stay there.</summary>
    Registry,
}
