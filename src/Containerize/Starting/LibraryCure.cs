namespace Containerize.Starting;

/// <summary>What to do about libraries that a base lacks.</summary>
/// <param name="release">The base's distribution.</param>
/// <param name="found">What its archives say of libraries that <see cref="DebianLibraries"/> does not know.</param>
internal sealed class LibraryCure(BaseRelease release, IReadOnlyDictionary<string, LibraryPackage?> found)
{
    private const int MostOthers = 4;

    /// <summary>Finds out which packages have the libraries.</summary>
    /// <param name="find">Asks the distribution's archives; null where nothing may be asked.</param>
    internal static async Task<LibraryCure> OfAsync(
        BaseRelease release,
        IEnumerable<string> libraries,
        Func<IReadOnlyList<string>, Task<IReadOnlyDictionary<string, LibraryPackage?>>>? find)
    {
        IReadOnlyList<string> unknown = release.HasDebianPackages
            ? [.. libraries.Where(library => DebianLibraries.PackageOf(library, release) is null).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)]
            : [];
        return new LibraryCure(
            release,
            find is null || unknown.Count == 0 ? new Dictionary<string, LibraryPackage?>(StringComparer.Ordinal) : await find(unknown));
    }

    /// <summary>Whether asking again could say more.</summary>
    internal bool IsOpen(IEnumerable<string> libraries) => release.HasDebianPackages
        && libraries.Any(library => DebianLibraries.PackageOf(library, release) is null && !found.ContainsKey(library));

    /// <summary>The advice for some libraries.</summary>
    internal Message For(IEnumerable<string> libraries)
    {
        if (!release.HasDebianPackages)
        {
            return $"Choose a base image that has them.";
        }

        IReadOnlyList<string> all = [.. libraries.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        IReadOnlyList<(string Library, LibraryPackage Package)> known = [.. all.Select(library => (library, Known(library)))
            .Where(pair => pair.Item2 is not null).Select(pair => (pair.library, pair.Item2!))];
        IReadOnlyList<(string Library, LibraryPackage Package)> plain =
            [.. known.Where(pair => pair.Package is { Directory: null, IsGuess: false })];
        IReadOnlyList<string> open = [.. all.Where(library => IsOpen([library]))];
        var items = BaseRelease.Item(
            plain.Select(pair => pair.Package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        List<Message> advice = [];
        if (plain.Count > 0)
        {
            advice.Add(open.Count == 0 ? $"Add {items}." : $"Add {items}, and the packages that have the others ({Search(open[0])}).");
        }
        else if (open.Count > 0)
        {
            advice.Add($"Put the Debian packages that have them on the base image (ContainerizeDebianPackage; {Search(open[0])}), or "
                + $"choose another one.");
        }

        advice.AddRange(plain.Where(pair => pair.Package.Others.Count > 0).Select(OfOthers));
        advice.AddRange(known.Where(pair => pair.Package.IsGuess).Select(OfGuess));
        advice.AddRange(known.Where(pair => pair.Package is { IsGuess: false, Directory: not null }).Select(OfDirectory));
        IReadOnlyList<string> nowhere = [.. all.Where(library => Known(library) is null && !IsOpen([library]))];
        if (nowhere.Count > 0)
        {
            advice.Add($"No package of {release.Codename} has {string.Join(", ", nowhere)}: put the file beside the app, or choose another "
                + $"base image.");
        }

        return advice.Aggregate((text, next) => (Message)$"{text} {next}");
    }

    private LibraryPackage? Known(string library) =>
        DebianLibraries.PackageOf(library, release) is { } package ? new LibraryPackage(package) : found.GetValueOrDefault(library);

    private static Message Search(string library) => $"'apt-file search {library}' finds them, if this release has them";

    private static Message OfOthers((string Library, LibraryPackage Package) one)
    {
        var more = one.Package.Others.Count - MostOthers;
        Message rest = more > 0 ? $" and {more} more" : $"";
        return $"{one.Library} is also in {string.Join(", ", one.Package.Others.Take(MostOthers))}{rest}.";
    }

    private Message OfGuess((string Library, LibraryPackage Package) one) =>
        $"{one.Library} may be in {BaseRelease.Item([one.Package.Name])}: {release.Codename} has a package of that name, and no list of "
        + $"files that says what is in it.";

    private static Message OfDirectory((string Library, LibraryPackage Package) one) =>
        $"{one.Library} is in the package {one.Package.Name}, in {one.Package.Directory}, where loaders look only if LD_LIBRARY_PATH names "
        + $"it: add {BaseRelease.Item([one.Package.Name])} and that variable.";
}
