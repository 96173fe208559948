using System.Collections.Frozen;

namespace Containerize.Starting;

/// <summary>
/// The packages of Debian and Ubuntu that have the libraries which packages of NuGet, and .NET itself, ask for most.
/// </summary>
/// <remarks>
/// Debian's names are those of the indexes of bullseye, bookworm, trixie and forky; Ubuntu's those that the same source packages have in
/// focal, jammy, noble and resolute. Debian Policy, "Shared libraries": the name of a package changes with the soname of its library, so
/// that an entry without suites is true in all. Only the mark of 64-bit times (<c>t64</c>) came later, to names with the same soname; a
/// name keeps it until the soname changes. So a suite that is not listed is given the names that all listed ones have, and none of those
/// that only some have.
/// </remarks>
internal static class DebianLibraries
{
    private const string LongTimes = "t64";

    private static readonly FrozenDictionary<string, string> s_packages = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["libc.so.6"] = "libc6",
        ["libm.so.6"] = "libc6",
        ["libdl.so.2"] = "libc6",
        ["libpthread.so.0"] = "libc6",
        ["librt.so.1"] = "libc6",
        ["libgcc_s.so.1"] = "libgcc-s1",
        ["libstdc++.so.6"] = "libstdc++6",
        ["libgomp.so.1"] = "libgomp1",
        ["libatomic.so.1"] = "libatomic1",
        ["libgfortran.so.5"] = "libgfortran5",
        ["libquadmath.so.0"] = "libquadmath0",
        ["libz.so.1"] = "zlib1g",
        ["libssl.so.3"] = "libssl3/t64 bookworm trixie forky jammy noble resolute",
        ["libcrypto.so.3"] = "libssl3/t64 bookworm trixie forky jammy noble resolute",
        ["libssl.so.1.1"] = "libssl1.1 bullseye focal",
        ["libcrypto.so.1.1"] = "libssl1.1 bullseye focal",
        ["libgssapi_krb5.so.2"] = "libgssapi-krb5-2",
        ["libkrb5.so.3"] = "libkrb5-3",
        ["libldap-2.5.so.0"] = "libldap-2.5-0 bookworm jammy",
        ["libldap_r-2.4.so.2"] = "libldap-2.4-2 bullseye focal",
        ["libldap.so.2"] = "libldap2 trixie forky noble resolute",
        ["libfontconfig.so.1"] = "libfontconfig1",
        ["libfreetype.so.6"] = "libfreetype6",
        ["libharfbuzz.so.0"] = "libharfbuzz0b",
        ["libpng16.so.16"] = "libpng16-16/t64",
        ["libjpeg.so.62"] = "libjpeg62-turbo bullseye bookworm trixie forky",
        ["libjpeg.so.8"] = "libjpeg-turbo8 focal jammy noble",
        ["libtiff.so.6"] = "libtiff6 bookworm trixie forky noble resolute",
        ["libtiff.so.5"] = "libtiff5 bullseye focal jammy",
        ["libwebp.so.6"] = "libwebp6 bullseye focal",
        ["libwebp.so.7"] = "libwebp7 bookworm trixie forky jammy noble resolute",
        ["libexpat.so.1"] = "libexpat1",
        ["libuuid.so.1"] = "libuuid1",
        ["libbrotlidec.so.1"] = "libbrotli1",
        ["libcairo.so.2"] = "libcairo2",
        ["libpango-1.0.so.0"] = "libpango-1.0-0",
        ["libglib-2.0.so.0"] = "libglib2.0-0/t64",
        ["libgobject-2.0.so.0"] = "libglib2.0-0/t64",
        ["libgio-2.0.so.0"] = "libglib2.0-0/t64",
        ["libgdk_pixbuf-2.0.so.0"] = "libgdk-pixbuf-2.0-0",
        ["libgtk-3.so.0"] = "libgtk-3-0/t64",
        ["libGL.so.1"] = "libgl1",
        ["libEGL.so.1"] = "libegl1",
        ["libGLESv2.so.2"] = "libgles2",
        ["libgbm.so.1"] = "libgbm1",
        ["libdrm.so.2"] = "libdrm2",
        ["libX11.so.6"] = "libx11-6",
        ["libX11-xcb.so.1"] = "libx11-xcb1",
        ["libXext.so.6"] = "libxext6",
        ["libXrender.so.1"] = "libxrender1",
        ["libXrandr.so.2"] = "libxrandr2",
        ["libXi.so.6"] = "libxi6",
        ["libXcursor.so.1"] = "libxcursor1",
        ["libXcomposite.so.1"] = "libxcomposite1",
        ["libXdamage.so.1"] = "libxdamage1",
        ["libXfixes.so.3"] = "libxfixes3",
        ["libXtst.so.6"] = "libxtst6",
        ["libxcb.so.1"] = "libxcb1",
        ["libxkbcommon.so.0"] = "libxkbcommon0",
        ["libICE.so.6"] = "libice6",
        ["libSM.so.6"] = "libsm6",
        ["libnss3.so"] = "libnss3",
        ["libnssutil3.so"] = "libnss3",
        ["libsmime3.so"] = "libnss3",
        ["libnspr4.so"] = "libnspr4",
        ["libdbus-1.so.3"] = "libdbus-1-3",
        ["libatk-1.0.so.0"] = "libatk1.0-0/t64",
        ["libatk-bridge-2.0.so.0"] = "libatk-bridge2.0-0/t64",
        ["libatspi.so.0"] = "libatspi2.0-0/t64",
        ["libcups.so.2"] = "libcups2/t64",
        ["libasound.so.2"] = "libasound2/t64",
        ["libudev.so.1"] = "libudev1",
        ["libusb-1.0.so.0"] = "libusb-1.0-0",
        ["libcurl.so.4"] = "libcurl4/t64",
        ["libxml2.so.16"] = "libxml2-16 forky",
        ["libxml2.so.2"] = "libxml2 bullseye bookworm trixie focal jammy noble",
        ["libsqlite3.so.0"] = "libsqlite3-0",
        ["libgdiplus.so"] = "libgdiplus",
        ["libgdiplus.so.0"] = "libgdiplus",
        ["libaio.so.1t64"] = "libaio1t64 trixie forky noble resolute",
        ["libodbc.so.2"] = "libodbc2 bookworm trixie forky noble resolute",
        ["libaio.so.1"] = "libaio1 bullseye bookworm focal jammy",
        ["liblttng-ust.so.1"] = "liblttng-ust1/t64 bookworm trixie forky jammy noble resolute",
        ["libunwind.so.8"] = "libunwind8",
        ["libsecret-1.so.0"] = "libsecret-1-0",
        ["libtesseract.so.4"] = "libtesseract4 bullseye focal jammy",
        ["libtesseract.so.5"] = "libtesseract5 bookworm trixie forky noble resolute",
        ["libleptonica.so.6"] = "libleptonica6 trixie forky",
        ["liblept.so.5"] = "liblept5 bullseye bookworm focal jammy noble",
        ["libzmq.so.5"] = "libzmq5",
        ["librdkafka.so.1"] = "librdkafka1",
        ["libsodium.so.26"] = "libsodium26 forky",
        ["libsodium.so.23"] = "libsodium23 bullseye bookworm trixie focal jammy noble",
        ["libsasl2.so.2"] = "libsasl2-2",
        ["libblas.so.3"] = "libblas3",
        ["liblapack.so.3"] = "liblapack3",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The sonames of ICU have its version, and each release has one.
    private static readonly FrozenDictionary<string, string> s_icu = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bullseye"] = "libicu67",
        ["bookworm"] = "libicu72",
        ["trixie"] = "libicu76",
        ["forky"] = "libicu78",
        ["focal"] = "libicu66",
        ["jammy"] = "libicu70",
        ["noble"] = "libicu74",
        ["resolute"] = "libicu78",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The package that has a library.</summary>
    /// <param name="library">The library's soname.</param>
    /// <returns>The package; null when it is not known.</returns>
    internal static string? PackageOf(string library, BaseRelease release)
    {
        if (library.StartsWith("libicu", StringComparison.Ordinal))
        {
            // A name that ends with the dot stands for any version.
            var version = library[(library.LastIndexOf('.') + 1)..];
            return s_icu.GetValueOrDefault(release.Codename) is { } package && (version.Length == 0 || package == $"libicu{version}")
                ? package
                : null;
        }

        if (s_packages.GetValueOrDefault(library)?.Split(' ') is not [var entry, .. var suites]
            || (suites.Length > 0 && !suites.Contains(release.Codename, StringComparer.Ordinal)))
        {
            return null;
        }

        return entry.Split('/') is [var name, LongTimes] ? release.HasLongTimes ? name + LongTimes : name : entry;
    }

    /// <summary>The name under which a release has OpenSSL.</summary>
    internal static string OpenSsl(BaseRelease release) => PackageOf("libssl.so.1.1", release) is null ? "libssl.so.3" : "libssl.so.1.1";
}
