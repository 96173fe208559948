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

    /// <summary>The release: the place of Debian's own package, and the one that programs read.</summary>
    internal static IReadOnlyList<string> Releases { get; } = ["usr/lib/os-release", "etc/os-release"];

    /// <summary>Single files.</summary>
    internal static IReadOnlyList<string> Paths { get; } = [UserDatabase.Users, UserDatabase.Groups, Status, Diversions, CertificateBundle,
        .. Releases];

    /// <summary>Directories all of whose files are kept that have one of these endings.</summary>
    internal static IReadOnlyList<(string Directory, string Ending)> Directories { get; } = [(StatusDirectory, ""), (FileLists, ".list")];

    /// <summary>Whether the content of a file is kept.</summary>
    /// <param name="path">The path.</param>
    internal static bool Includes(string path) => Paths.Contains(path)
        || Directories.Any(kept => path.EndsWith(kept.Ending, StringComparison.Ordinal)
            && path.StartsWith(kept.Directory + "/", StringComparison.Ordinal) && path.IndexOf('/', kept.Directory.Length + 1) < 0);
}
