using Containerize.Building;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
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
/// <param name="cache">Takes the layer.</param>
/// <param name="options">How it is written.</param>
/// <param name="reporter">Is told what users should know.</param>
internal sealed class PreparedPackages(
    LockedPackages? packages,
    DebianRequest? request,
    LockedSet? set,
    IRootTemplate template,
    LayerCache cache,
    LayerOptions options,
    IReporter reporter) : IPreparedLayer
{
    private LockedSet? _chosen = set;
    private IRootTemplate _template = template;
    private PackageNotes? _told;

    /// <inheritdoc/>
    /// <remarks>What of the base decides the bytes may show only while the layer is made: the content is another one then.</remarks>
    public LayerContent Content { get; private set; } = Describe(set, template, options);

    /// <summary>What the files of the layer are, in a word: all that decides them, and not how or with which times they are written.</summary>
    internal string Identity =>
        string.Join(' ', (_chosen?.Packages ?? []).Select(package => package.Digest.ToString()).Prepend(_template.Kind));

    /// <summary>Reads what the base has; null for packages that lie on nothing.</summary>
    internal Func<Task<BaseFiles>>? Base { get; init; }

    /// <inheritdoc/>
    public async Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
    {
        // Another project may have fitted the same packages to the same base while this one waited for its turn.
        if (_template.Fitted is null)
        {
            await RecallAsync(cancellationToken);
            if (cache.Find(Content.Hash) is { ClaimedBy: null } other && cache.Store.TryGet(other.Blob.Descriptor, out _))
            {
                return other;
            }
        }

        IReadOnlyList<DebFile> files = [];
        if (packages is not null)
        {
            // The archive may have dropped one meanwhile: what comes back counts.
            var (fetched, blobs) = await packages.FetchAsync(request!, _chosen!, cancellationToken);
            files = [.. fetched.Packages.Zip(blobs, (package, blob) => new DebFile(package.Name, package.Version, blob))];
            if (!ReferenceEquals(fetched, _chosen))
            {
                _chosen = fetched;
                Describe(fetched.Fitted);
                await RecallFitAsync(cancellationToken);
            }
        }

        var there = _template.Fitted is null ? await Base!().WaitAsync(cancellationToken) : null;
        using var work = new LongWork(reporter, () => $"Making a layer of {files.Count} packages.");
        var (layer, notes, fitted) = await new PackageLayer { Packages = files, Template = _template, Base = there }
            .WriteAsync(cache.Store, options, cancellationToken);
        if (there is not null)
        {
            new FitMemory(cache.Store, Content.Hash).Write(fitted);
        }

        // Locks that an earlier version wrote do not say that the packages add to the base's bundle.
        if (there is not null || fitted.Bundle != _template.Fitted!.Bundle)
        {
            await FitAsync(fitted, cancellationToken);
        }

        notes.Keep(cache, Content.Hash);
        Tell(notes);
        return layer;
    }

    /// <summary>
    /// Tells what users should know when the layer need not be made. One of which that is not known any more is made again.
    /// </summary>
    internal async Task<PreparedPackages> RecallAsync(CancellationToken cancellationToken)
    {
        await RecallFitAsync(cancellationToken);
        if (cache.Find(Content.Hash) is not null)
        {
            if (PackageNotes.Find(cache, Content.Hash) is { } notes)
            {
                Tell(notes);
            }
            else
            {
                cache.Remove(Content.Hash);
            }
        }

        return this;
    }

    // An earlier build may have read this base for the same packages.
    private async Task RecallFitAsync(CancellationToken cancellationToken)
    {
        if (_template.Fitted is null && new FitMemory(cache.Store, Content.Hash).Read() is { } fitted)
        {
            await FitAsync(fitted, cancellationToken);
        }
    }

    private async Task FitAsync(FittedBase fitted, CancellationToken cancellationToken)
    {
        Describe(fitted);
        if (packages is not null)
        {
            await packages.NoteFitAsync(request!, _chosen!, fitted, cancellationToken);
        }
    }

    private void Describe(FittedBase? fitted)
    {
        _template = _template.FitTo(fitted);
        Content = Describe(_chosen, _template, options);
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

    private static LayerContent Describe(LockedSet? set, IRootTemplate template, LayerOptions options) =>
        LayerContent.Of(
            template.Kind,
            [.. (set?.Packages ?? []).Select(package => new ContentItem(package.Name, $"p {package.Digest.Hex}", package.ToString()))],
            options);
}
