using Containerize.Debian.Model;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>How a lock file is used.</summary>
internal enum DebianLockMode
{
    /// <summary>It is read, and written where it has not what is wanted.</summary>
    Update,

    /// <summary>It is read, and never written.</summary>
    ReadOnly,

    /// <summary>It must have what is wanted.</summary>
    Locked,

    /// <summary>It is written again from what the archives offer.</summary>
    Renew,
}

/// <summary>Gets packages: those of the lock file where it has them, else newly chosen ones.</summary>
/// <param name="archive">The archives.</param>
/// <param name="lockFile">The lock file, a full path.</param>
/// <param name="mode">How the lock file is used.</param>
/// <param name="reporter">Is told of what is chosen again.</param>
internal sealed class LockedPackages(DebianArchive archive, string lockFile, DebianLockMode mode, IReporter reporter)
{
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(5);

    /// <summary>Says which packages it will be, without fetching them.</summary>
    /// <returns>The packages, by name.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DebianLockOutOfDate"/>,
    /// <see cref="DiagnosticCode.InvalidDebianLock"/>, or what choosing throws.</exception>
    public async Task<LockedSet> ChooseAsync(DebianRequest request, CancellationToken cancellationToken)
    {
        var locked = DebianLock.Read(lockFile);
        var hash = request.Hash(archive.Sources);
        if (mode != DebianLockMode.Renew && locked?.Release == request.Release.Codename
            && locked.Find(request.Use, request.Architecture) is { } set && set.Request == hash)
        {
            return set;
        }

        return mode == DebianLockMode.Locked
            ? throw new ContainerizeException(
                DiagnosticCode.DebianLockOutOfDate,
                locked is null
                    ? $"There is no lock file '{lockFile}', and ContainerizeDebianLockedMode forbids choosing packages again. Make it " +
                    $"with -t:ContainerizeLockDebian and put it under version control."
                    : $"The lock file '{lockFile}' is not for what the project wants now ({request.Release.Codename}, " +
                        $"{request.Architecture}: {string.Join(", ", request.Packages)}), and ContainerizeDebianLockedMode forbids " +
                        $"choosing again. Renew it with -t:ContainerizeLockDebian.")
            : await ResolveAsync(request, cancellationToken);
    }

    /// <summary>Gets packages into the cache.</summary>
    /// <param name="set">What <see cref="ChooseAsync"/> chose.</param>
    /// <returns>The packages, which are others than chosen when the archive dropped one of those, and their .deb files, in the same
    /// order.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PackageGone"/> in locked mode; or what fetching and choosing
    /// throw.</exception>
    internal async Task<(LockedSet Set, IReadOnlyList<VerifiedFile> Files)> FetchAsync(
        DebianRequest request, LockedSet set, CancellationToken cancellationToken)
    {
        var files = await FetchAllAsync(set, cancellationToken);
        var gone = set.Packages.Zip(files).Where(pair => pair.Second is null).Select(pair => pair.First).ToList();
        if (gone.Count == 0)
        {
            return (set, [.. files.OfType<VerifiedFile>()]);
        }

        var names = Printable.Clean(string.Join(", ", gone));
        var advice = gone.Find(package => archive.Sources.All(source => source.Name != package.Archive)) is { } homeless
            ? $"This build has no address for the archive '{Printable.Clean(homeless.Archive)}' that " +
            $"{Printable.Clean(homeless.ToString())} was taken from; ContainerizeDebianMirror=\"<mirror>;<security mirror>\" names both " +
            $"of Debian's, ContainerizeDebianSource (Name) others."
            : "Archives drop packages that were superseded; ContainerizeDebianSnapshot names an archive that keeps them.";
        if (mode == DebianLockMode.Locked)
        {
            throw new ContainerizeException(
                DiagnosticCode.PackageGone,
                $"No archive has {names} of the lock file any more, and ContainerizeDebianLockedMode forbids choosing again. {advice} Or " +
                $"renew the lock with -t:ContainerizeLockDebian.");
        }

        reporter.Warning(
            DiagnosticCode.PackageGone, $"No archive has {names} of the lock file any more; the packages are chosen again. {advice}");
        var chosen = await ResolveAsync(request, cancellationToken);
        var again = await FetchAllAsync(chosen, cancellationToken);
        return again.All(file => file is not null)
            ? (chosen, [.. again.OfType<VerifiedFile>()])
            : throw new ContainerizeException(
                DiagnosticCode.PackageGone,
                $"The archive lists packages that it does not have: " +
                $"{string.Join(", ", chosen.Packages.Zip(again).Where(pair => pair.Second is null).Select(pair => pair.First))}. The " +
                $"mirror is being updated, or incomplete. Try again, or try another mirror.");
    }

    /// <summary>Notes in the lock what packages were fitted to, so that no build has to read the base for that again.</summary>
    internal async Task NoteFitAsync(DebianRequest request, LockedSet set, FittedBase fitted, CancellationToken cancellationToken)
    {
        // Only what is there already: another build may have chosen again since.
        if (mode is DebianLockMode.Update or DebianLockMode.Renew && DebianLock.Read(lockFile) is { } old
            && old.Release == request.Release.Codename
            && old.Find(set.Use, set.Architecture) is { } known && known.Request == set.Request
            && (known.BaseDirectories is null || known.BaseBundle != fitted.Bundle)
            && known.Packages.Select(package => package.Digest).SequenceEqual(set.Packages.Select(package => package.Digest)))
        {
            await WriteAsync(
                known with { BaseLinks = fitted.Links, BaseDirectories = fitted.Directories, BaseBundle = fitted.Bundle },
                [],
                request.Release.Codename,
                cancellationToken);
        }
    }

    private async Task<VerifiedFile?[]> FetchAllAsync(LockedSet set, CancellationToken cancellationToken)
    {
        var (done, size, all) = (0, 0L, set.Packages.Sum(package => package.Size));
        using var work = new LongWork(
            reporter,
            () => $"Fetching packages: {Volatile.Read(ref done)} of {set.Packages.Count}, "
                + $"{ByteSize.Format(Volatile.Read(ref size))} of {ByteSize.Format(all)}.");
        return await Task.WhenAll(set.Packages.Select(async package =>
        {
            var file = await archive.TryFetchAsync(package, cancellationToken);
            Interlocked.Increment(ref done);
            Interlocked.Add(ref size, package.Size);
            return file;
        }));
    }

    private async Task<LockedSet> ResolveAsync(DebianRequest request, CancellationToken cancellationToken)
    {
        var (set, sources) = await ChooseAgainAsync(request, cancellationToken);
        var isLocked = mode != DebianLockMode.ReadOnly
            && await WriteAsync(set, sources, request.Release.Codename, cancellationToken);
        Message locked = isLocked ? $" They are locked in '{lockFile}': commit that file." : $"";
        reporter.Message(
            $"{set.Packages.Count} packages of {request.Release.Codename} ({request.Architecture}) were chosen for "
            + $"{string.Join(", ", request.Packages)}.{locked}");
        return set;
    }

    private async Task<(LockedSet Set, IReadOnlyList<LockedSource> Sources)> ChooseAgainAsync(
        DebianRequest request, CancellationToken cancellationToken)
    {
        using var work = new LongWork(reporter, () => $"Reading what the archives of {request.Release.Codename} have.");
        return await archive.ResolveAsync(request, DebianLock.Read(lockFile), cancellationToken);
    }

    /// <returns>Whether it is written.</returns>
    private async Task<bool> WriteAsync(
        LockedSet set, IReadOnlyList<LockedSource> sources, string release, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
            // Builds of several platforms write to one file.
            using (await FileLock.AcquireAsync(lockFile + ".lock", s_lockPatience, cancellationToken))
            {
                var old = DebianLock.Read(lockFile);
                (old?.Release == release ? old : new DebianLock { Release = release }).With(set, sources).Write(lockFile);
            }

            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            var what = $"The lock file '{Printable.Clean(lockFile)}' cannot be written: {Printable.Clean(failure.Message)}";
            if (mode == DebianLockMode.Renew)
            {
                throw new ContainerizeException(
                    DiagnosticCode.DebianLockNotWritten,
                    $"{what} Make its directory writable, or name another file with ContainerizeDebianLockFile.",
                    failure);
            }

            reporter.Warning(
                DiagnosticCode.DebianLockNotWritten,
                $"{what} The image gets the packages that were chosen now; the next build may get others. Make its directory writable, " +
                $"name another file with ContainerizeDebianLockFile, or set ContainerizeDebianWriteLock to false where that is meant.");
            return false;
        }
    }
}
