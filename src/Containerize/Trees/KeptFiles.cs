namespace Containerize.Trees;

/// <summary>
/// The files of an image whose content a tree keeps: they say which users, packages and certificate authorities there are.
/// </summary>
internal static class KeptFiles
{
    /// <summary>The packages, as dpkg notes them.</summary>
    internal const string Status = "var/lib/dpkg/status";

    /// <summary>The packages of images without dpkg, a file each.</summary>
    internal const string StatusDirectory = "var/lib/dpkg/status.d";

    /// <summary>Which files packages have, a file each.</summary>
    internal const string FileLists = "var/lib/dpkg/info";

    /// <summary>Files that dpkg puts elsewhere.</summary>
    internal const string Diversions = "var/lib/dpkg/diversions";

    /// <summary>The certificate authorities.</summary>
    internal const string CertificateBundle = "etc/ssl/certs/ca-certificates.crt";

    /// <summary>Where ldconfig finds libraries, besides its own places.</summary>
    internal const string LoaderConfiguration = "etc/ld.so.conf";

    /// <summary>What ldconfig found.</summary>
    internal const string LoaderCache = "etc/ld.so.cache";

    /// <summary>More of its configuration.</summary>
    internal const string LoaderDirectory = "etc/ld.so.conf.d";

    private const string LoaderEnding = ".conf";

    /// <summary>The certificate authorities of other distributions.</summary>
    internal static IReadOnlyList<string> MoreCertificates { get; } =
        ["etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/ca-bundle.pem", "etc/ssl/cert.pem"];

    /// <summary>The release: the place of Debian's own package, and the one that programs read.</summary>
    internal static IReadOnlyList<string> Releases { get; } = ["usr/lib/os-release", "etc/os-release"];

    /// <summary>Where programs of .NET find it that bring none.</summary>
    internal static IReadOnlyList<string> DotnetLocations { get; } =
        ["etc/dotnet/install_location_x64", "etc/dotnet/install_location_arm64", "etc/dotnet/install_location"];

    /// <summary>Where the loaders of glibc and musl look for libraries, and .NET's programs for it.</summary>
    internal static IReadOnlyList<string> LoaderPaths { get; } =
        [LoaderConfiguration, LoaderCache, "etc/ld-musl-x86_64.path", "etc/ld-musl-aarch64.path", "etc/ld-musl-armhf.path",
            .. DotnetLocations];

    /// <summary>Single files.</summary>
    internal static IReadOnlyList<string> Paths { get; } = [UserDatabase.Users, UserDatabase.Groups, Status, Diversions, CertificateBundle,
        .. Releases, .. LoaderPaths, .. MoreCertificates];

    /// <summary>Directories all of whose files are kept that have one of these endings.</summary>
    internal static IReadOnlyList<(string Directory, string Ending)> Directories { get; } =
        [(StatusDirectory, ""), (FileLists, ".list"), (LoaderDirectory, LoaderEnding)];

    /// <summary>The kept files that a tree has, by the names that programs open them by; links of the image may lead elsewhere.</summary>
    internal static IEnumerable<string> In(ImageTree tree) => Paths
        .Concat(Directories.SelectMany(kept =>
            (tree.Find(tree.Resolve(kept.Directory, followLast: true))?.Children?.Keys ?? Enumerable.Empty<string>())
            .Where(name => name.EndsWith(kept.Ending, StringComparison.Ordinal))
            .Select(name => $"{kept.Directory}/{name}")))
        .Where(path => tree.Find(tree.Resolve(path, followLast: true)) is not null);

    /// <summary>Whether a file has certificate authorities, of which it is enough that there are some.</summary>
    /// <param name="path">The path.</param>
    internal static bool IsForCertificates(string path) => path == CertificateBundle || MoreCertificates.Contains(path);

    /// <summary>Whether the content of a file belongs to what starts programs: loaders, certificate authorities, the release.</summary>
    /// <param name="path">The path.</param>
    internal static bool IsForPrograms(string path) => IsForCertificates(path) || Releases.Contains(path) || LoaderPaths.Contains(path)
        || (path.StartsWith(LoaderDirectory + "/", StringComparison.Ordinal) && path.EndsWith(LoaderEnding, StringComparison.Ordinal));

    /// <summary>Whether the content of a file is kept.</summary>
    /// <param name="path">The path.</param>
    internal static bool Includes(string path) => Paths.Contains(path)
        || Directories.Any(kept => path.EndsWith(kept.Ending, StringComparison.Ordinal)
            && path.StartsWith(kept.Directory + "/", StringComparison.Ordinal) && path.IndexOf('/', kept.Directory.Length + 1) < 0);
}
