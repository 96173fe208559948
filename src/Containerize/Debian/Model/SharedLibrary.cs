using System.Globalization;

namespace Containerize.Debian.Model;

/// <summary>A library by its soname: where packages have it, and how a package is called that has it.</summary>
/// <param name="Soname">The soname: <c>libmagic.so.1</c>.</param>
internal sealed record SharedLibrary(string Soname)
{
    private const string Ending = ".so";

    /// <summary>
    /// The names that a package of the library may have, the usual one first: <c>libmagic1</c>. Debian Policy, "Run-time shared libraries":
    /// the soname's name and version, parted by a hyphen where the name ends with a digit; older packages do without it, others have it
    /// everywhere. Since the change to 64-bit times many end with <c>t64</c>.
    /// </summary>
    internal IReadOnlyList<string> PackageNames
    {
        get
        {
            var at = Soname.IndexOf(Ending, StringComparison.Ordinal);
            if (at <= 0)
            {
                return [];
            }

            var name = Soname[..at].ToLower(CultureInfo.InvariantCulture).Replace('_', '-');
            var version = Soname[(at + Ending.Length)..].TrimStart('.').ToLower(CultureInfo.InvariantCulture);
            var hyphen = char.IsAsciiDigit(name[^1]) ? "-" : "";
            // libglib-2.0.so.0 is in libglib2.0-0.
            var close = name.LastIndexOf('-') is > 0 and var dash && dash + 1 < name.Length && char.IsAsciiDigit(name[dash + 1])
                ? name.Remove(dash, 1)
                : name;
            string[] names = version.Length == 0 ? [name, close]
                : [$"{name}{hyphen}{version}", $"{name}-{version}", $"{close}{hyphen}{version}", $"{name}{version}", $"{close}{version}"];
            return [.. names.Distinct(StringComparer.Ordinal).SelectMany(each => new[] { each, each + "t64" }).Where(IsPackage)];
        }
    }

    /// <summary>Whether a text can be the name of a package (Debian Policy, "Source").</summary>
    internal static bool IsPackage(string text) => text.Length > 1 && char.IsAsciiLetterOrDigit(text[0])
        && text.All(each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each is '+' or '-' or '.');

    /// <summary>How soon loaders of an architecture look into a directory, from 0 on; null when they do not.</summary>
    /// <param name="directory">The directory, without a slash at either end.</param>
    /// <param name="architecture">Debian's word for the architecture.</param>
    internal static int? RankOf(string directory, string architecture)
    {
        var below = directory.StartsWith("usr/", StringComparison.Ordinal) ? directory["usr/".Length..] : directory;
        return below == $"lib/{TripletOf(architecture)}" ? 0 : below == "lib" ? 1 : null;
    }

    /// <summary>Whether a directory has libraries for another architecture.</summary>
    /// <inheritdoc cref="RankOf" path="/param"/>
    internal static bool IsForOther(string directory, string architecture)
    {
        var parts = directory.Split('/');
        return parts.Any(part => part is "lib32" or "libx32" or "libo32")
            || parts.Any(part => part.Contains("-linux-", StringComparison.Ordinal) && part != TripletOf(architecture));
    }

    /// <summary>The name of an architecture's directories for libraries (Debian Policy, "Multiarch").</summary>
    private static string TripletOf(string architecture) => architecture switch
    {
        "amd64" => "x86_64-linux-gnu",
        "arm64" => "aarch64-linux-gnu",
        "armhf" => "arm-linux-gnueabihf",
        "armel" => "arm-linux-gnueabi",
        "mips64el" => "mips64el-linux-gnuabi64",
        "ppc64el" => "powerpc64le-linux-gnu",
        "loong64" => "loongarch64-linux-gnu",
        _ => $"{architecture}-linux-gnu",
    };
}
