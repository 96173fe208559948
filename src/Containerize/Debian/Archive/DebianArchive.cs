using System.Collections.Concurrent;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// Archives of packages: what they offer, and the packages themselves. Nothing that is not signed, directly or by digest, leaves it.
/// </summary>
/// <param name="sources">The parts of the archives.</param>
/// <param name="snapshots">Where a package may be that the archive dropped, by the archive's name.</param>
/// <param name="downloader">Fetches the files.</param>
/// <param name="time">The clock; null for the machine's.</param>
/// <param name="allowsMissingUpdates">Whether the project takes packages although updates of the release are not there.</param>
internal sealed class DebianArchive(
    IReadOnlyList<ArchiveSource> sources,
    IReadOnlyList<(string Archive, Uri Address)> snapshots,
    ArchiveDownloader downloader,
    TimeProvider? time = null,
    bool allowsMissingUpdates = false)
{
    private const string SecurityUpdates = "security updates";
    private const string ByLock = "packages of the lock file were chosen from it";

    private readonly ArchiveMemory _memory = new(downloader.Store);
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<Offer>>>> _offers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<PackageIndex>>>> _indexes = new(StringComparer.Ordinal);

    /// <summary>The parts of the archives.</summary>
    public IReadOnlyList<ArchiveSource> Sources => sources;

    internal BlobStore Store => downloader.Store;

    /// <summary>Chooses packages from what the archives offer now.</summary>
    /// <param name="locked">What an earlier choice saw; an older archive is refused.</param>
    /// <returns>The packages, and what they were chosen from.</returns>
    /// <exception cref="ContainerizeException">Every code from <see cref="DiagnosticCode.NoDebianMirror"/> to
    /// <see cref="DiagnosticCode.PackageConflict"/>.</exception>
    public async Task<(LockedSet Set, IReadOnlyList<LockedSource> Sources)> ResolveAsync(
        DebianRequest request, DebianLock? locked, CancellationToken cancellationToken)
    {
        // Read once for all that a build chooses.
        var offers = await _offers.GetOrAdd(
            request.Architecture, _ => new(() => ReadAllAsync(locked, request.Architecture, cancellationToken))).Value;
        IReadOnlyList<LockedSource> seen = [.. offers.Select(
            offer => new LockedSource(offer.Source.Name, offer.Source.Suite, offer.Release.Date, offer.ReleaseFile))];
        var memory = new ChoiceMemory(downloader.Store, request.Use, request.Hash(sources), seen);
        if (memory.TryRead() is { } known)
        {
            return (known, seen);
        }

        var set = await ChooseAsync(request, offers, cancellationToken);
        memory.Write(set);
        return (set, seen);
    }

    /// <summary>Gets a package into the cache: from there, from the archive, or from a snapshot of it.</summary>
    /// <returns>The .deb, verified; null when no archive has it any more.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>,
    /// <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal Task<VerifiedFile?> TryFetchAsync(LockedPackage package, CancellationToken cancellationToken)
    {
        var descriptor =
            new Descriptor { MediaType = "application/vnd.debian.binary-package", Digest = package.Digest, Size = package.Size };
        var addresses = sources.Where(source => source.Name == package.Archive).Select(source => source.Address)
            .Concat(snapshots.Where(snapshot => snapshot.Archive == package.Archive).Select(snapshot => snapshot.Address))
            .Distinct()
            .Select(address => new Uri(address, string.Join('/', package.Path.Split('/').Select(Uri.EscapeDataString))));
        return downloader.TryFetchAsync(descriptor, addresses, $"the package {package}", cancellationToken);
    }

    /// <summary>Reads what the archives have now, for a question that changes nothing: no parts are missed.</summary>
    /// <exception cref="ContainerizeException">The codes of <see cref="ResolveAsync"/>.</exception>
    internal async Task<IReadOnlyList<(ArchiveSource Source, ReleaseFile Release)>> ReadReleasesAsync(
        string architecture, CancellationToken cancellationToken)
    {
        var offers = _offers.TryGetValue(architecture, out var known)
            ? await known.Value.WaitAsync(cancellationToken)
            : [.. (await Task.WhenAll(
                sources.Select(source => ReadAsync(source, architecture, mayBeMissing: true, cancellationToken)))).OfType<Offer>()];
        return [.. offers.Select(offer => (offer.Source, offer.Release))];
    }

    /// <summary>Searches lists of files.</summary>
    /// <inheritdoc cref="ContentsIndex.SearchAsync"/>
    internal Task<IReadOnlyList<ContentsHit>> SearchAsync(
        ContentsIndex lists, ContentsSearch search, Action<long, long> progress, CancellationToken cancellationToken) =>
        lists.SearchAsync(search, downloader, progress, cancellationToken);

    /// <summary>Reads the indexes of packages.</summary>
    /// <exception cref="ContainerizeException">What <see cref="PackageIndex.FetchAsync"/> throws.</exception>
    internal Task<IReadOnlyList<PackageIndex>> ReadIndexesAsync(
        IReadOnlyList<(ArchiveSource Source, ReleaseFile Release)> releases, string architecture, CancellationToken cancellationToken) =>
        _indexes.GetOrAdd(architecture, _ => new(() => FetchIndexesAsync(releases, architecture, cancellationToken))).Value;

    private async Task<LockedSet> ChooseAsync(DebianRequest request, IReadOnlyList<Offer> offers, CancellationToken cancellationToken)
    {
        var installing = request.Installed(cancellationToken);
        var indexes = await _indexes.GetOrAdd(
            request.Architecture, architecture => new(() =>
                FetchIndexesAsync([.. offers.Select(offer => (offer.Source, offer.Release))], architecture, cancellationToken))).Value;
        var packages = new Resolver(indexes, await installing, request.Left, request.Architecture).Resolve(request.Packages);
        return new LockedSet(
            request.Use,
            request.Architecture,
            request.Hash(sources),
            [.. packages.Select(
                each => new LockedPackage(
                    each.Package.Name,
                    each.Package.Version.ToString(),
                    each.Package.Architecture,
                    each.Package.Archive,
                    each.Package.Path,
                    each.Package.Size,
                    each.Package.Digest,
                    each.NeededBy))])
        {
            BaseLinks = request.BaseLinks,
            BaseDiverted = request.BaseDiverted,
        };
    }

    private async Task<IReadOnlyList<Offer>> ReadAllAsync(DebianLock? locked, string architecture, CancellationToken cancellationToken)
    {
        if (sources.FirstOrDefault(source => source.LacksSecurity) is { } release)
        {
            TellOfMissingUpdates(
                $"For {release} no archive of security updates is named",
                SecurityUpdates,
                locked?.Sources.Any(old => old.Archive == ArchiveSources.Security && old.Suite == $"{release.Suite}-security") == true
                    ? ByLock : null);
        }

        return [.. (await Task.WhenAll(sources.Select(
            source => ReadAsync(WithLock(source, locked), architecture, mayBeMissing: false, cancellationToken)))).OfType<Offer>()];
    }

    private async Task<IReadOnlyList<PackageIndex>> FetchIndexesAsync(
        IReadOnlyList<(ArchiveSource Source, ReleaseFile Release)> offers, string architecture, CancellationToken cancellationToken) =>
        [.. (
            await Task.WhenAll(
                offers.Select(
                    offer => PackageIndex.FetchAsync(
                        offer.Source, offer.Release, architecture, downloader, cancellationToken)))).SelectMany(indexes => indexes)];

    private static ArchiveSource WithLock(ArchiveSource source, DebianLock? locked) =>
        locked?.Sources.FirstOrDefault(old => old.Archive == source.Name && old.Suite == source.Suite) is { } seen
            ? source with { NotBefore = seen.Date, KnownFrom = ByLock }
            : source;

    private async Task<Offer?> ReadAsync(
        ArchiveSource source, string architecture, bool mayBeMissing, CancellationToken cancellationToken)
    {
        var what = source.Name == ArchiveSources.Security ? SecurityUpdates : "updates";
        var now = (time ?? TimeProvider.System).GetUtcNow();
        if (await ReadReleaseAsync(source, now, cancellationToken) is not { } signed)
        {
            if (!source.IsOptional)
            {
                throw new ContainerizeException(
                    DiagnosticCode.ArchiveUnavailable,
                    $"{source} does not exist: it has neither InRelease nor Release. Check the mirror and the suite.");
            }

            if (!mayBeMissing)
            {
                TellOfMissingUpdates(
                    $"{source} does not exist",
                    what,
                    source.KnownFrom ?? (_memory.Knows(source) ? "an earlier build of this machine saw it" : null));
            }

            return null;
        }

        _memory.Note(source);
        var release = ReleaseFile.Read(signed.Text, source, now);
        if (!source.IsOptional || release.MayHave(architecture))
        {
            return new Offer(source, release, signed.File);
        }

        // An old release gets security updates for some architectures only. That it has none is signed, so none are hidden.
        if (!mayBeMissing)
        {
            TellOfMissingUpdates($"{source} has no packages for {architecture}", what, known: null);
        }

        return null;
    }

    /// <summary>A mirror that lacks updates, or one between it and here that hides them, keeps known holes open.</summary>
    /// <param name="missing">What is not there.</param>
    /// <param name="what">What the packages lack because of that.</param>
    /// <param name="known">What says that it is somewhere; null when nothing does.</param>
    private void TellOfMissingUpdates(Message missing, string what, string? known)
    {
        if (allowsMissingUpdates)
        {
            return;
        }

        if (known is not null)
        {
            throw new ContainerizeException(
                DiagnosticCode.UpdatesHidden,
                $"{missing}, although {known}. The packages would lack {what}. Check the mirror, and what lies between it " +
                $"and this machine (ContainerizeDebianMirror=\"<mirror>;<security mirror>\" names both); "
                + $"where the archive is gone for good, set ContainerizeDebianAllowMissingUpdates to true.");
        }

        downloader.Reporter.Warning(
            DiagnosticCode.NoSecurityUpdates,
            $"{missing}, so the packages lack {what} that the release itself does not have yet. Name a mirror that has them "
            + $"(ContainerizeDebianMirror=\"<mirror>;<security mirror>\"), or set ContainerizeDebianAllowMissingUpdates to true where " +
                $"none exists.");
    }

    private async Task<(string Text, Digest File)?> ReadReleaseAsync(
        ArchiveSource source, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await downloader.TryGetAsync(new Uri(source.Directory, "InRelease"), cancellationToken) is { } file)
        {
            var problem = SignedText.Verify(file, source.Keys, now, out var text);
            return problem is null ? (text, Digest.Of(file)) : throw Unsigned(source, problem);
        }

        if (await downloader.TryGetAsync(new Uri(source.Directory, "Release"), cancellationToken) is not { } plain)
        {
            return null;
        }

        var signature = await downloader.TryGetAsync(new Uri(source.Directory, "Release.gpg"), cancellationToken)
            ?? throw Unsigned(source, "there is no signature");
        return SignedText.VerifyDetached(plain, signature, source.Keys, now) is { } wrong
            ? throw Unsigned(source, wrong)
            : (System.Text.Encoding.UTF8.GetString(plain), Digest.Of(plain));
    }

    private static ContainerizeException Unsigned(ArchiveSource source, string why) =>
        new(
            DiagnosticCode.ArchiveUnsigned,
            $"The release file of {source} is not signed as it must be: {Printable.Clean(why)}. Nothing of it is used. Try another " +
            $"mirror; an archive of your own needs its keyring (ContainerizeDebianSource, Keyring).");

    private sealed record Offer(ArchiveSource Source, ReleaseFile Release, Digest ReleaseFile);
}
