using System.Text;
using Containerize.Debian.Model;
using Containerize.Oci;
using Containerize.Starting;

namespace Containerize.Debian.Archive;

/// <summary>
/// Finds the packages that have libraries, in the lists of files of the archives that packages of the base are taken from. Where such a
/// list is missing, a package counts that is called as the library's is by Debian's policy.
/// </summary>
/// <param name="archive">The archives.</param>
/// <param name="architecture">Debian's word for the architecture.</param>
/// <param name="reporter">Is told of long work, and in its details why nothing was found out.</param>
/// <param name="time">The clock; null for the machine's.</param>
internal sealed class LibraryPackages(DebianArchive archive, string architecture, IReporter reporter, TimeProvider? time = null)
{
    private const string AllArchitectures = "all";

    // Who only wants better advice does not wait long for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly LibraryMemory _memory = new(archive.Store, archive.Sources, architecture, time ?? TimeProvider.System);

    private Func<Message> _doing = () => $"";

    /// <inheritdoc cref="FindPackages" path="/summary"/>
    /// <inheritdoc cref="FindPackages" path="/returns"/>
    internal async Task<IReadOnlyDictionary<string, LibraryPackage?>> FindAsync(
        IReadOnlyList<string> libraries, CancellationToken cancellationToken)
    {
        var remembered = libraries.ToDictionary(library => library, _memory.Read, StringComparer.Ordinal);
        IReadOnlyList<string> unknown = [.. libraries.Where(library => remembered[library] is not { IsFresh: true })];
        var found = new Dictionary<string, LibraryPackage?>(StringComparer.Ordinal);
        foreach (var (library, answer) in remembered)
        {
            // An old answer is better than none.
            if (answer?.State is not null)
            {
                found[library] = answer.Package;
            }
        }

        if (unknown.Count == 0)
        {
            return found;
        }

        var names = string.Join(", ", unknown);
        try
        {
            _doing = () => $"Asking which package of {archive.Sources[0].Suite} has {names}.";
            using var work = new LongWork(reporter, () => Volatile.Read(ref _doing)());
            using var limit = new CancellationTokenSource(s_longest, _time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await AskAsync(unknown, remembered, found, stop.Token);
            return found;
        }
        catch (ContainerizeException failure)
        {
            Tell(failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Tell("it took too long; the next try goes on where this one ended.");
        }

        foreach (var library in unknown.Where(library => !found.ContainsKey(library)))
        {
            _memory.Write(library, state: null, package: null);
        }

        return found;

        void Tell(string why) => reporter.Detail($"Which package has {names} could not be found out: {(Message)why}");
    }

    private async Task AskAsync(
        IReadOnlyList<string> unknown,
        Dictionary<string, LibraryAnswer?> remembered,
        Dictionary<string, LibraryPackage?> found,
        CancellationToken cancellationToken)
    {
        var releases = await ReadReleasesAsync(cancellationToken);
        IReadOnlyList<ContentsIndex> own = [.. releases.Select(one => ContentsIndex.Of(one.Source, one.Release, architecture))];
        // Some archives list what is the same for all architectures apart. Libraries are hardly ever there.
        IReadOnlyList<ContentsIndex> common = [.. releases.Select(one => ContentsIndex.Of(one.Source, one.Release, AllArchitectures))];
        var state = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', own.Concat(common).Select(list => list.State)))).Hex;
        IReadOnlyList<string> left = [.. unknown.Where(library => remembered[library]?.State != state)];
        foreach (var library in unknown.Except(left))
        {
            _memory.Write(library, state, found[library]);
        }

        var (hits, isComplete) = await SearchAsync([.. own.Concat(common).Where(list => list.Exists)], left, cancellationToken);
        isComplete &= own.All(list => list.Exists);
        foreach (var library in left)
        {
            var package = Choose(library, hits) ?? (isComplete ? null : await GuessAsync(library, releases, cancellationToken));
            if (package is null && !isComplete)
            {
                found.Remove(library);
                _memory.Write(library, state: null, package: null);
                continue;
            }

            found[library] = package;
            _memory.Write(library, state, package);
        }
    }

    private async Task<IReadOnlyList<(ArchiveSource Source, ReleaseFile Release)>> ReadReleasesAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_patience, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        return await archive.ReadReleasesAsync(architecture, stop.Token);
    }

    /// <returns>The packages, and whether all lists could be searched that had to be.</returns>
    private async Task<(IReadOnlyList<ContentsHit> Hits, bool IsComplete)> SearchAsync(
        IReadOnlyList<ContentsIndex> lists, IReadOnlyList<string> libraries, CancellationToken cancellationToken)
    {
        var (hits, isComplete) = (new List<ContentsHit>(), true);
        foreach (var list in lists)
        {
            // What a list has where loaders look needs no other list.
            IReadOnlyList<string> left = [.. libraries.Where(library => Choose(library, hits) is not { Directory: null })];
            if (left.Count == 0)
            {
                break;
            }

            var names = string.Join(", ", left);
            try
            {
                hits.AddRange(await archive.SearchAsync(
                    list,
                    new ContentsSearch(left),
                    (done, all) => Volatile.Write(
                        ref _doing,
                        () => $"Looking for the package that has {names}: {ByteSize.Format(done)} of {ByteSize.Format(all)} of the list of "
                            + $"files in {archive.Sources[0].Suite}."),
                    cancellationToken));
            }
            catch (ContainerizeException failure)
            {
                isComplete = false;
                reporter.Detail($"{failure.Message} So it is not known whether a package there has {names}.");
            }
        }

        return (hits, isComplete);
    }

    /// <summary>The package to propose: one in whose directory loaders look, then one that is there for the library.</summary>
    private LibraryPackage? Choose(string library, IReadOnlyList<ContentsHit> hits)
    {
        var usual = new SharedLibrary(library).PackageNames;
        IReadOnlyList<(ContentsHit Hit, int? Rank)> places = [.. hits
            .Where(hit => hit.Library == library && hit.Section != "debug"
                && !SharedLibrary.IsForOther(hit.Directory, architecture))
            .Select(hit => (Hit: hit, Rank: SharedLibrary.RankOf(hit.Directory, architecture)))
            .OrderBy(place => place.Rank ?? int.MaxValue)
            .ThenBy(place => usual.Contains(place.Hit.Package) ? 0 : 1)
            .ThenBy(place => place.Hit.Section switch { "libs" => 0, "libdevel" or "oldlibs" => 2, _ => 1 })
            .ThenBy(place => place.Hit.Package.Length)
            .ThenBy(place => place.Hit.Package, StringComparer.Ordinal)];
        return places is not [var (first, rank), ..] ? null : new LibraryPackage(first.Package)
        {
            Directory = rank is null ? "/" + first.Directory : null,
            Others = [.. places.Where(place => place.Rank.HasValue == rank.HasValue).Select(place => place.Hit.Package)
                .Where(package => package != first.Package).Distinct(StringComparer.Ordinal)],
        };
    }

    private async Task<LibraryPackage?> GuessAsync(
        string library, IReadOnlyList<(ArchiveSource Source, ReleaseFile Release)> releases, CancellationToken cancellationToken)
    {
        var indexes = await archive.ReadIndexesAsync(releases, architecture, cancellationToken);
        return new SharedLibrary(library).PackageNames.FirstOrDefault(name => indexes.Any(index => index.Find(name).Any())) is { } package
            ? new LibraryPackage(package) { IsGuess = true }
            : null;
    }
}
