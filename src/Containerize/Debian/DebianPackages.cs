using System.Collections.Concurrent;
using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Debian.Rootfs;
using Containerize.Oci;
using Containerize.Starting;
using Containerize.Storage;

namespace Containerize.Debian;

/// <summary>What a project says of packages.</summary>
internal sealed record DebianSettings
{
    /// <summary>The lock file, a full path.</summary>
    public required string LockFile { get; init; }

    /// <summary>How the lock file is used.</summary>
    public DebianLockMode LockMode { get; init; }

    /// <summary>
    /// Where the distribution's archive is, and behind a semicolon its security updates; null or empty for the machine's apt sources.
    /// </summary>
    public string? Mirror { get; init; }

    /// <summary>apt's configuration, whose sources, proxies and logins count where no mirror is named.</summary>
    public string AptDirectory { get; init; } = ArchiveSources.MachineDirectory;

    /// <summary>Where packages are that the archive dropped, in the same form.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Archives of the project's own.</summary>
    public IReadOnlyList<ArchiveSource> Sources { get; init; } = [];

    /// <summary>The packages to put on the base.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The certificate authorities to trust.</summary>
    public IReadOnlyList<CaCertificate> Certificates { get; init; } = [];

    /// <summary>PEM files with authorities that may vouch for the archives' servers, besides those that the system trusts.</summary>
    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>Whether the app does without ICU and time zones (<c>InvariantGlobalization</c>).</summary>
    public bool IsInvariant { get; init; }

    /// <summary>Whether the app is native code (<c>PublishAot</c>), which needs no C++ library.</summary>
    public bool IsNative { get; init; }

    /// <summary>Whether the base is to hand out a static site: then it has a web server, and nothing that .NET needs.</summary>
    public bool IsForSite { get; init; }

    /// <summary>Whether packages are taken although the archives of updates and security updates are not there.</summary>
    public bool AllowsMissingUpdates { get; init; }

    /// <summary>Whether only what is in the cache may be used.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The same for who leaves the lock as it is.</summary>
    internal DebianSettings ForReading => LockMode == DebianLockMode.Locked ? this : this with { LockMode = DebianLockMode.ReadOnly };
}

/// <summary>The packages of a build: where they come from, and the lock that says which they are.</summary>
internal sealed class DebianPackages : IDisposable
{
    private readonly ConcurrentDictionary<(string Codename, string Architecture), Opened> _opened = new();
    private readonly Lazy<ArchiveDownloader> _downloader;

    /// <summary>Prepares the packages; nothing is read yet.</summary>
    /// <param name="settings">What the project says.</param>
    /// <param name="cache">Keeps what was fetched.</param>
    /// <param name="reporter">Is told what users should know.</param>
    public DebianPackages(DebianSettings settings, BlobStore cache, IReporter reporter)
    {
        Settings = settings;
        Reporter = reporter;
        // Every build has packages, and few of them want any.
        _downloader = new(() => new ArchiveDownloader(
            cache,
            new ArchiveOptions
            {
                IsOffline = settings.IsOffline,
                Apt = string.IsNullOrWhiteSpace(settings.Mirror) ? new AptAccess(settings.AptDirectory, reporter) : null,
                CertificateFiles = settings.CertificateFiles,
            },
            reporter));
    }

    /// <summary>What the project says.</summary>
    public DebianSettings Settings { get; }

    internal IReporter Reporter { get; }

    /// <summary>The layer of packages and certificates that goes on the base, if the project wants any.</summary>
    internal IEnumerable<DebianLayer> Layers => Settings.Packages.Count + Settings.Certificates.Count > 0 ? [new DebianLayer(this)] : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_downloader.IsValueCreated)
        {
            _downloader.Value.Dispose();
        }
    }

    /// <summary>The packages of a release, for an architecture.</summary>
    internal LockedPackages Of(DebianRequest request) => Open(request).Packages;

    /// <summary>Finds the packages that have libraries (<see cref="FindPackages"/>). It fails for no reason but being stopped.</summary>
    internal async Task<IReadOnlyDictionary<string, LibraryPackage?>> FindAsync(
        BaseRelease on, Platform platform, IReadOnlyList<string> libraries, CancellationToken cancellationToken)
    {
        if (DebianRelease.Find(on.Codename) is not { } release || release.Distribution.Id != on.Id)
        {
            return new Dictionary<string, LibraryPackage?>(StringComparer.Ordinal);
        }

        try
        {
            var architecture = DebianRequest.ArchitectureOf(platform);
            var archive = Open(release, architecture).Archive;
            return await new LibraryPackages(archive, architecture, Reporter).FindAsync(libraries, cancellationToken);
        }
        catch (ContainerizeException failure)
        {
            Reporter.Detail($"Which packages have {string.Join(", ", libraries)} could not be asked: {failure.Message}");
            return new Dictionary<string, LibraryPackage?>(StringComparer.Ordinal);
        }
    }

    /// <summary>Whether the lock has the answer to a request.</summary>
    internal bool IsAnswer(DebianRequest request, LockedSet set) => set.Request == request.Hash(Open(request).Archive.Sources);

    private Opened Open(DebianRequest request) => Open(request.Release, request.Architecture);

    private Opened Open(DebianRelease release, string architecture) => _opened.GetOrAdd((release.Codename, architecture), _ =>
    {
        IReadOnlyList<ArchiveSource> sources = [.. ArchiveSources.Of(release, architecture, Settings.Mirror, Settings.AptDirectory),
            .. Settings.Sources];
        var snapshots = string.IsNullOrWhiteSpace(Settings.Snapshot)
            ? []
            : ArchiveSources.Of(release, architecture, Settings.Snapshot).Select(source => (source.Name, source.Address)).Distinct()
            .ToList();
        var archive = new DebianArchive(sources, snapshots, _downloader.Value, allowsMissingUpdates: Settings.AllowsMissingUpdates);
        return new Opened(archive, new LockedPackages(archive, Settings.LockFile, Settings.LockMode, Reporter));
    });

    private sealed record Opened(DebianArchive Archive, LockedPackages Packages);
}
