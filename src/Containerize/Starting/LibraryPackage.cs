using Containerize.Oci;

namespace Containerize.Starting;

/// <summary>A package of the base's distribution that has a library.</summary>
/// <param name="Name">The package.</param>
internal sealed record LibraryPackage(string Name)
{
    /// <summary>Other packages that have it, too.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>The directory that it is in, when loaders do not look there; null when they do.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether only its name tells of the library: no list of files could be read.</summary>
    public bool IsGuess { get; init; }
}

/// <summary>Asks the archives of a base's distribution which packages have libraries.</summary>
/// <param name="release">The distribution.</param>
/// <param name="platform">The image's platform.</param>
/// <param name="libraries">The sonames.</param>
/// <returns>The package of each library; null when the archives have none. What could not be found out is missing.</returns>
internal delegate Task<IReadOnlyDictionary<string, LibraryPackage?>> FindPackages(
    BaseRelease release, Platform platform, IReadOnlyList<string> libraries, CancellationToken cancellationToken);
