using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Debian.Archive;

/// <summary>A tiny signed archive in a directory, with all that a test may want to be wrong with it.</summary>
internal sealed class SignedArchive : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<(string Component, string Stanza)> _packages = [];
    private readonly List<(string Path, byte[] Content)> _lists = [];

    internal ArchiveKey Key { get; init; } = new(DateTimeOffset.UtcNow.AddYears(-1));

    internal RecordingReporter Reporter { get; } = new();

    internal string Suite { get; init; } = "bookworm";

    internal IReadOnlyList<string> Components { get; init; } = ["main"];

    /// <summary>What the release file says of its suite.</summary>
    internal string SuiteName { get; init; } = "stable";

    /// <summary>What the release file calls itself.</summary>
    internal string Codename { get; set; } = "bookworm";

    internal DateTimeOffset Date { get; set; } = DateTimeOffset.UtcNow.AddDays(-1);

    internal DateTimeOffset? ValidUntil { get; set; }

    internal bool ByHash { get; set; }

    internal string Architectures { get; set; } = "amd64";

    /// <summary>How many bytes of the index are lost when it is unpacked.</summary>
    internal int Missing { get; set; }

    /// <summary>The ending of the index: <c>.gz</c>, <c>.zst</c> or nothing.</summary>
    internal string Form { get; set; } = ".gz";

    internal string Root => _directory["archive"];

    internal string LockFile => _directory["containerize.debian.lock.json"];

    /// <summary>The cache that downloaders have when nothing else is said.</summary>
    internal string Cache => _directory["cache"];

    internal string InRelease => PathOf("InRelease");

    internal string Index => PathOf(Suite.EndsWith('/') ? "Packages" + Form : "main/binary-amd64/Packages" + Form);

    internal string Keyring
    {
        get
        {
            var path = _directory["keyring.gpg"];
            Key.WritePublic(path);
            return path;
        }
    }

    internal ArchiveSource Source =>
        new() { Name = "main", Address = new Uri(Root + "/"), Suite = Suite, Components = Components, Keys = KeyRing.Read(Keyring) };

    internal string PathOf(string path) =>
        Path.Combine(Root, Suite.EndsWith('/') ? Suite.TrimEnd('/') : Path.Combine("dists", Suite), path);

    internal string Deb(string name, string version) => Path.Combine(Root, "pool", $"{name}_{version}.deb");

    /// <summary>Adds a package, whose content is its name and version.</summary>
    internal SignedArchive Add(
        string name,
        string version = "1.0",
        string fields = "",
        string architecture = "amd64",
        string? path = null,
        string component = "main")
    {
        var content = Encoding.UTF8.GetBytes($"{name} {version} {architecture}");
        var file = Deb(name, version);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        var more = fields.Length > 0 ? fields + "\n" : "";
        _packages.Add((
            $"{component}/binary-{(architecture == "all" && Architectures.Split(' ').Contains("all") ? "all" : "amd64")}",
            $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{more}Filename: " +
            $"{path ?? $"pool/{name}_{version}.deb"}\nSize: {content.Length}\nSHA256: " +
            $"{Convert.ToHexStringLower(SHA256.HashData(content))}\n"));
        return this;
    }

    /// <summary>Adds a list of the files that packages have.</summary>
    internal SignedArchive AddContents(string text, string path = "main/Contents-amd64")
    {
        _lists.Add((path + Form, Compress(Encoding.UTF8.GetBytes(text))));
        return this;
    }

    /// <summary>Forgets a package, as archives do when another supersedes it.</summary>
    internal void Drop(string name, string version)
    {
        File.Delete(Deb(name, version));
        _packages.RemoveAll(package => package.Stanza.StartsWith($"Package: {name}\nVersion: {version}\n", StringComparison.Ordinal));
    }

    /// <summary>Writes indexes and signs the release file.</summary>
    internal SignedArchive Publish(Func<string, string>? sign = null)
    {
        var files = new List<string>();
        foreach (
            var directory in Suite.EndsWith('/')
                ? [""]
                : Components.SelectMany(component => Architectures.Split(' ')
                    .Select(architecture => $"{component}/binary-{architecture}/")))
        {
            var text = string.Join('\n', _packages.Where(package => directory.Length == 0 || package.Component + "/" == directory)
                .Select(package => package.Stanza));
            var plain = Encoding.UTF8.GetBytes(text);
            var compressed = Compress(plain);
            Write(directory + "Packages" + Form, compressed);
            var hash = Convert.ToHexStringLower(SHA256.HashData(compressed));
            if (ByHash)
            {
                Write($"{directory}by-hash/SHA256/{hash}", compressed);
            }

            files.Add($" {hash} {compressed.Length} {directory}Packages{Form}");
            if (Form.Length > 0)
            {
                files.Add($" {Convert.ToHexStringLower(SHA256.HashData(plain))} {plain.Length + Missing} {directory}Packages");
            }
        }

        foreach (var (path, content) in _lists)
        {
            Write(path, content);
            files.Add($" {Convert.ToHexStringLower(SHA256.HashData(content))} {content.Length} {path}");
        }

        Write("InRelease", Encoding.UTF8.GetBytes((sign ?? (text => Key.ClearSign(text)))(Release(files))));
        return this;
    }

    internal string Release(IEnumerable<string> files)
    {
        static string Rfc(DateTimeOffset time) =>
            time.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return $"Origin: Test\nSuite: {SuiteName}\nCodename: {Codename}\nDate: " +
            $"{Rfc(Date)}\n{(ValidUntil is { } until ? $"Valid-Until: {Rfc(until)}\n" : "")}{(ByHash ? "Acquire-By-Hash: yes\n" : "")}" +
            "Architectures: " +
            $"{Architectures}\nComponents: {string.Join(' ', Components)}\nSHA256:\n{string.Join('\n', files)}\n";
    }

    /// <summary>Changes one byte of a file.</summary>
    internal static void Tamper(string path, int? at = null)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at ?? bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    internal ArchiveDownloader Downloader(string cache = "cache", bool isOffline = false) => 
        new(
            new BlobStore(_directory[cache]),
            new ArchiveOptions { IsOffline = isOffline, RetryDelay = TimeSpan.FromMilliseconds(1) },
            Reporter);

    internal DebianArchive Open(ArchiveDownloader downloader, params (string, Uri)[] snapshots) => new([Source], snapshots, downloader);

    internal static DebianRequest Request(params string[] packages) =>
        new() { Use = "packages", Release = DebianRelease.Find("bookworm")!, Architecture = "amd64", Packages = packages };

    /// <summary>Chooses packages, with an empty cache.</summary>
    internal async Task<LockedSet> ResolveAsync(params string[] packages)
    {
        using var downloader = Downloader(Guid.NewGuid().ToString("N"));
        return (await Open(downloader).ResolveAsync(Request(packages), locked: null, CancellationToken.None)).Set;
    }

    internal async Task<ContainerizeException> RefusedAsync(string package = "hello") =>
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ResolveAsync(package));

    public void Dispose() => _directory.Dispose();

    private void Write(string path, byte[] content)
    {
        var full = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    private byte[] Compress(byte[] text)
    {
        using var output = new MemoryStream();
        using (Stream stream = Form switch
        {
            ".gz" => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            ".zst" => new ZstdSharp.CompressionStream(output, leaveOpen: true),
            _ => output,
        })
        {
            stream.Write(text);
        }

        return output.ToArray();
    }
}
