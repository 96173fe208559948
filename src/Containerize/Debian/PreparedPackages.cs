using Containerize.Building;
using Containerize.Debian.Archive;
using Containerize.Debian.Packaging;
using Containerize.Debian.Rootfs;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Debian;

/// <summary>A layer of packages whose digests are known; they are fetched and decompressed only when the layer is nowhere else.</summary>
/// <param name="packages">Fetches the packages; null when there are none, but certificates.</param>
/// <param name="request">What was asked for.</param>
/// <param name="set">What was chosen.</param>
/// <param name="template">What surrounds the packages.</param>
/// <param name="kind">Everything besides the packages that decides the bytes.</param>
/// <param name="cache">Takes the layer.</param>
/// <param name="options">How it is written.</param>
/// <param name="reporter">Is told what users should know.</param>
internal sealed class PreparedPackages(
    LockedPackages? packages,
    DebianRequest? request,
    LockedSet? set,
    IRootTemplate template,
    string kind,
    LayerCache cache,
    LayerOptions options,
    IReporter reporter) : IPreparedLayer
{
    private PackageNotes? _told;

    /// <inheritdoc/>
    public LayerContent Content { get; private set; } = Describe(set, kind, options);

    /// <summary>Reads what the base has; null for packages that lie on nothing.</summary>
    internal Func<Task<BaseFiles>>? Base { get; init; }

    /// <inheritdoc/>
    public async Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
    {
        IReadOnlyList<DebFile> files = [];
        var fetched = set;
        if (packages is not null)
        {
            // The archive may have dropped one meanwhile: what comes back counts.
            (fetched, var blobs) = await packages.FetchAsync(request!, set!, cancellationToken);
            Content = Describe(fetched, kind, options);
            files = [.. fetched.Packages.Zip(blobs, (package, blob) => new DebFile(package.Name, package.Version, blob))];
        }

        var there = Base is not null && fetched is { FitsBase: false } ? await Base().WaitAsync(cancellationToken) : null;
        using var work = new LongWork(reporter, () => $"Making a layer of {files.Count} packages.");
        var (layer, notes) = await new PackageLayer { Packages = files, Template = template, Base = there }
            .WriteAsync(cache.Store, options, cancellationToken);
        notes = notes with { Bases = PackageNotes.Find(cache, Content.Hash)?.Bases ?? [] };
        if (there is not null)
        {
            notes = notes with { Bases = [.. notes.Bases.Append(request!.Base).Distinct(StringComparer.Ordinal)] };
            await packages!.NoteFitAsync(request, fetched!, cancellationToken);
        }

        notes.Keep(cache, Content.Hash);
        Tell(notes);
        return layer;
    }

    /// <summary>
    /// Tells what users should know when the layer need not be made. One of which that is not known any more, or that was not compared with
    /// this base, is made again.
    /// </summary>
    internal async Task<PreparedPackages> RecallAsync(CancellationToken cancellationToken)
    {
        if (cache.Find(Content.Hash) is null)
        {
            return this;
        }

        var isCompared = Base is null || set is null or { FitsBase: true };
        if (PackageNotes.Find(cache, Content.Hash) is not { } notes || !(isCompared || notes.Bases.Contains(request!.Base)))
        {
            cache.Remove(Content.Hash);
            return this;
        }

        Tell(notes);
        if (!isCompared)
        {
            await packages!.NoteFitAsync(request!, set!, cancellationToken);
        }

        return this;
    }

    // A layer whose bytes are gone is made although its notes are there.
    private void Tell(PackageNotes notes)
    {
        if (_told is null || !_told.Scripts.SequenceEqual(notes.Scripts) || !_told.SetUserFiles.SequenceEqual(notes.SetUserFiles))
        {
            _told = notes;
            notes.Report(reporter);
        }
    }

    /// <inheritdoc/>
    public Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
        Task.FromResult<(Digest, long)?>(null);

    private static LayerContent Describe(LockedSet? set, string kind, LayerOptions options) =>
        LayerContent.Of(
            kind,
            [.. (set?.Packages ?? []).Select(package => new ContentItem(package.Name, $"p {package.Digest.Hex}", package.ToString()))],
            options);
}
