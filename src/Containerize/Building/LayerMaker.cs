using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Building;

/// <summary>
/// Gets a layer in the cheapest way that is safe: it was made here before; or it is made, with the parts of the last one that did not
/// change, and need not be sent where a registry has the same; or, where the project trusts images, one in a registry has it.
/// </summary>
internal sealed class LayerMaker(LayerContext context, PreviousBuild previous, PreviousImages registries, IReporter reporter)
{
    // Uncompressed: reading and compressing this takes about as long as asking a registry.
    private const long MostToMake = 16L * 1024 * 1024;

    /// <summary>Gets a layer.</summary>
    /// <param name="name">What the user calls it.</param>
    internal async Task<BuiltLayer> MakeAsync(string name, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        // What this build made ahead is as new as what it makes now: registries are asked for it as well.
        var ahead = await context.Ahead(name, cancellationToken);
        var isNew = ahead?.Made is not null && ahead.Inputs == prepared.Content.Hash;
        var record = context.Cache.Find(prepared.Content.Hash);
        if (record is { ClaimedBy: null } && !isNew)
        {
            context.Cache.Renew(prepared.Content);
            return await FindAsync(name, prepared, record, cancellationToken) ?? await WriteAsync(name, prepared, cancellationToken);
        }

        var inputs = prepared.Content.Hash;
        if (registries.Trusts)
        {
            var candidates = await registries.FindAsync(inputs, cancellationToken);
            return await TrustAsync(name, prepared, record, candidates, cancellationToken)
                ?? await CompareAsync(await WriteAsync(name, prepared, cancellationToken), inputs, candidates, cancellationToken);
        }

        // The registry is asked while the layer is made, not before.
        var finding = registries.FindAsync(inputs, cancellationToken);
        var making = WriteAsync(name, prepared, cancellationToken);
        await Task.WhenAll(finding, making);
        return await CompareAsync(await making, inputs, await finding, cancellationToken);
    }

    /// <summary>Verifies the bytes of a layer of the cache before a destination uses them; one that is damaged is made again.</summary>
    internal async Task<BuiltLayer> VerifyAsync(BuiltLayer layer, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        if (layer.Origin != LayerOrigin.Cache
            || await context.Cache.Store.TryGetForVerifiedUseAsync(layer.Descriptor, cancellationToken) is not null)
        {
            return layer;
        }

        reporter.Detail($"The cache had a damaged copy of the layer '{layer.Name}' ({layer.Descriptor.Digest}); it is made again.");
        return await WriteAsync(layer.Name, prepared, cancellationToken) with { Changes = layer.Changes };
    }

    private static BuiltLayer Built(string name, IPreparedLayer prepared, LayerRecord record, LayerOrigin origin) =>
        new(name, prepared.Content.Hash, prepared.Content.Packages, record, origin);

    /// <summary>A layer that was made here: its bytes are in the cache, or in a repository that the image goes to.</summary>
    private async Task<BuiltLayer?> FindAsync(
        string name, IPreparedLayer prepared, LayerRecord record, CancellationToken cancellationToken) =>
        FindHere(name, prepared, record, LayerOrigin.Cache)
            ?? (await registries.TryFindBlobAsync(DescriptorOf(prepared, record), cancellationToken) is { } remote
                ? Built(name, prepared, record with { Blob = remote }, LayerOrigin.Registry)
                : null);

    private BuiltLayer? FindHere(string name, IPreparedLayer prepared, LayerRecord record, LayerOrigin origin) =>
        context.Cache.Store.TryGet(DescriptorOf(prepared, record), out var blob)
            ? Built(name, prepared, record with { Blob = prepared.Locate(blob) }, origin)
            : null;

    private Descriptor DescriptorOf(IPreparedLayer prepared, LayerRecord record) => prepared.IsVerbatim
        ? record.Blob.Descriptor
        : record.Blob.Descriptor with { MediaType = context.Options.Encoding.MediaType };

    /// <summary>A layer that is trusted to be what an image says. Its diffID is computed here, from the files.</summary>
    private async Task<BuiltLayer?> TrustAsync(
        string name,
        IPreparedLayer prepared,
        LayerRecord? claimed,
        IReadOnlyList<PreviousLayer> candidates,
        CancellationToken cancellationToken)
    {
        foreach (var candidate in candidates.Where(registries.MayTrust))
        {
            // A claim is remembered for what was computed for it. Whether it is made still is for the image to say.
            var facts = claimed is null ? await prepared.ComputeDiffIdAsync(cancellationToken) : (claimed.DiffId, claimed.UncompressedSize);
            if (facts is not { DiffId: var diffId, Size: var size })
            {
                return null;
            }

            if (diffId != candidate.DiffId)
            {
                Warn(name, candidate, $"it names the content {candidate.DiffId} instead of {diffId}");
                continue;
            }

            // What takes little to make is made, also where images are trusted.
            if (size > MostToMake && await registries.TryTrustAsync(candidate, context.Options.Encoding, cancellationToken) is { } blob)
            {
                var record = new LayerRecord(blob, diffId, size, prepared.Content.FileCount) { ClaimedBy = candidate.Repository };
                context.Cache.Add(prepared.Content, record);
                reporter.Detail($"The layer '{name}' is in {candidate.Image} already ({candidate.Digest}).");
                return Built(name, prepared, record, LayerOrigin.Registry);
            }
        }

        return null;
    }

    /// <summary>Compares what was made with what images say of it: the same need not be sent, anything else is a false claim.</summary>
    private async Task<BuiltLayer> CompareAsync(
        BuiltLayer made, Digest expected, IReadOnlyList<PreviousLayer> candidates, CancellationToken cancellationToken)
    {
        // What went into a layer may show only while it is made.
        foreach (var candidate in made.Inputs == expected ? candidates : await registries.FindAsync(made.Inputs, cancellationToken))
        {
            if (candidate.Digest != made.Descriptor.Digest || candidate.DiffId != made.Record.DiffId)
            {
                Warn(made.Name, candidate, $"its digest is {candidate.Digest} instead of {made.Descriptor.Digest}");
            }
            else if (await registries.TryLocateAsync(candidate, made.Descriptor, cancellationToken) is { } there)
            {
                reporter.Detail($"The layer '{made.Name}' is in {candidate.Image} already ({candidate.Digest}).");
                return made with { Record = made.Record with { Blob = there }, Origin = LayerOrigin.Registry };
            }
        }

        return made;
    }

    private void Warn(string name, PreviousLayer candidate, string what) => reporter.Warning(
        DiagnosticCode.ForeignLayerMismatch,
        $"{candidate.Image} claims that its layer {candidate.Digest} holds what the layer '{name}' holds, but {what}. It is not used. "
        + "If only your builds push there, find out who else does.");

    // What is made ahead is waited for; so is what another build, or another project of this one, makes just now.
    private async Task<BuiltLayer> WriteAsync(string name, IPreparedLayer prepared, CancellationToken cancellationToken)
    {
        var ahead = await context.Ahead(name, cancellationToken);
        if (ahead?.Made is { } made && ahead.Inputs == prepared.Content.Hash
            && FindHere(name, prepared, made, LayerOrigin.Built) is { } built)
        {
            return built;
        }

        var (record, isNew) = await context.Cache.MakeOnceAsync(
            () => prepared.Content,
            () => prepared.WriteAsync(ahead?.Inputs ?? previous.InputsOf(name), cancellationToken),
            cancellationToken);
        return FindHere(name, prepared, record, isNew ? LayerOrigin.Built : LayerOrigin.Cache)
            ?? Built(name, prepared, record with { Blob = prepared.Locate(record.Blob) }, LayerOrigin.Built);
    }
}
