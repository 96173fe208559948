using System.Text.RegularExpressions;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.IntegrationTests.Tools;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>Packages are chosen as apt chooses them, from this machine's own archive.</summary>
[TestClass]
[Requires("apt-get", "debootstrap")]
internal sealed partial class DebianResolutionTests
{
    // From every corner of the archive: libraries, servers, languages, fonts, desktop programs with hundreds of dependencies.
    private static readonly string[] s_roots =
    [
        "libfontconfig1", "fonts-dejavu-core", "libgdiplus", "libicu72", "libssl3", "ca-certificates", "tzdata", "curl", "wget", "git",
        "openssh-client", "gnupg", "imagemagick", "ffmpeg", "ghostscript", "poppler-utils",
        "libreoffice-writer", "chromium", "firefox-esr", "graphviz", "tesseract-ocr", "libvips42", "libheif1", "libgl1", "libegl1", "xvfb",
        "xauth", "fonts-liberation", "fonts-noto-core", "fonts-noto-cjk",
        "postgresql-client", "postgresql", "default-mysql-client", "mariadb-server", "redis-server", "redis-tools", "sqlite3", "memcached",
        "nginx", "apache2", "haproxy", "varnish", "squid", "openjdk-17-jre-headless",
        "python3", "python3-numpy", "python3-pip", "python3-venv", "perl", "ruby", "nodejs", "php-cli", "php-fpm", "golang-go", "rustc",
        "gcc", "g++", "clang", "cmake", "make", "gdb", "valgrind",
        "tcpdump", "iproute2", "iputils-ping", "dnsutils", "netcat-openbsd", "nmap", "socat", "procps", "htop", "vim", "jq", "xmlstarlet",
        "unzip", "zip", "p7zip-full", "zstd", "xz-utils",
        "libkrb5-3", "libldap-2.5-0", "libgssapi-krb5-2", "libsasl2-2", "unixodbc", "odbc-postgresql", "tdsodbc", "freetds-bin", "libaio1",
        "libunwind8", "liblttng-ust1", "libsnappy1v5", "librocksdb7.8", "libzmq5", "librdkafka1",
        "libopencv-core406", "libgeos-c1v5", "libproj25", "libgdal32", "libmagickwand-6.q16-6", "libpoppler-glib8", "libsox-fmt-all",
        "alsa-utils", "locales", "logrotate", "rsyslog", "supervisor", "tini", "dumb-init",
        "samba-common-bin", "cifs-utils", "nfs-common", "openvpn", "wireguard-tools", "cups-client", "exim4-daemon-light", "postfix",
        "mutt", "texlive-base", "pandoc", "octave",
    ];

    [TestMethod]
    [Timeout(900_000, CooperativeCancellation = true)]
    public async Task Packages_and_versions_are_those_that_apt_chooses()
    {
        var codename = (await File.ReadAllLinesAsync("/etc/os-release"))
            .Single(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal)).Split('=')[1];
        var release = DebianRelease.Find(codename)!;
        using var directory = new TemporaryDirectory();
        directory.Write("status", "");
        directory.Write("lists/partial/keep", "");
        directory.Write("archives/partial/keep", "");
        // Lists of its own, because tests run side by side, and a cache of them, which apt otherwise makes for every root.
        var folders = new Dictionary<string, string>
        {
            ["Dir::State::lists"] = directory["lists"],
            ["Dir::State::status"] = directory["status"],
            ["Dir::State::extended_states"] = "/dev/null",
            ["Dir::Cache::archives"] = directory["archives"],
            ["Dir::Cache::pkgcache"] = directory["pkgcache"],
            ["Dir::Cache::srcpkgcache"] = directory["srcpkgcache"],
        };
        string[] apt = ["-qq", .. folders.SelectMany(folder => new[] { "-o", $"{folder.Key}={folder.Value}" })];
        (await ProcessRunner.RunAsync("apt-get", [.. apt, "update"], timeout: TimeSpan.FromMinutes(5))).EnsureSuccess();
        using var downloader = new ArchiveDownloader(new BlobStore(directory["cache"]), new ArchiveOptions(), new RecordingReporter());
        var archive = new DebianArchive(ArchiveSources.Of(release, "amd64", mirror: null), [], downloader);
        var compared = 0;
        var different = new List<string>();
        foreach (var root in s_roots)
        {
            // What it would fetch to install the root, which takes half the time of simulating that.
            var chosen = await ProcessRunner.RunAsync("apt-get", [.. apt, "--no-install-recommends", "--print-uris", "install", root]);
            if (chosen.ExitCode != 0)
            {
                // Another release has other names.
                continue;
            }

            var expected = Fetched().Matches(chosen.Output)
                .Select(match => $"{match.Groups[1].Value} {Uri.UnescapeDataString(match.Groups[2].Value)}")
                .Order(StringComparer.Ordinal).ToList();
            var request = new DebianRequest { Use = "test", Release = release, Architecture = "amd64", Packages = [root] };
            LockedSet set;
            try
            {
                (set, _) = await archive.ResolveAsync(request, locked: null, CancellationToken.None);
            }
            catch (ContainerizeException failure)
            {
                different.Add($"{root}: {failure.Message}");
                continue;
            }

            var actual = set.Packages.Select(package => package.ToString()).Order(StringComparer.Ordinal).ToList();
            compared++;
            if (!expected.SequenceEqual(actual))
            {
                different.Add(
                    $"{root}: apt alone [{string.Join(", ", expected.Except(actual))}], we alone " +
                    $"[{string.Join(", ", actual.Except(expected))}]");
            }
        }

        Assert.IsGreaterThanOrEqualTo(100, compared);
        Assert.IsEmpty(different, string.Join('\n', different));
    }

    // 'ADDRESS' NAME_VERSION_ARCHITECTURE.deb SIZE DIGEST
    [GeneratedRegex(@"^'\S+' ([^_]+)_([^_]+)_\S+\.deb ", RegexOptions.Multiline)]
    private static partial Regex Fetched();
}
