using System.Text;
using Containerize.Debian.Model;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>A tree from nothing: what installing Debian's essential packages would have left behind, as far as .NET needs it.</summary>
internal sealed class NewRoot : IRootTemplate
{
    /// <summary>The user that apps run as, as in .NET's own images.</summary>
    internal const int AppUser = 1654;

    private static readonly string[] s_merged = ["bin", "lib", "sbin"];

    private const UnixFileMode Shared = FileModes.Executable | (UnixFileMode)0b010_010 | UnixFileMode.StickyBit;

    private static readonly (string Path, UnixFileMode Mode, int Group)[] s_directories =
    [
        .. new[]
        {
            "etc/opt", "media", "mnt", "opt", "srv", "usr/local/bin", "usr/local/etc", "usr/local/lib", "usr/local/sbin", "usr/local/share",
            "var/opt",
        }.Select(path => (path, FileModes.Executable, 0)),
        ("run/lock", Shared, 0),
        ("tmp", Shared, 0),
        ("var/mail", FileModes.Executable | (UnixFileMode)0b010_000 | UnixFileMode.SetGroup, 8),
    ];

    /// <inheritdoc/>
    public string Kind => "debian root 2";

    /// <inheritdoc/>
    public FittedBase? Fitted { get; } = FittedBase.OfNothing();

    /// <inheritdoc/>
    public IReadOnlySet<string> Provides { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "base-files", "ca-certificates", "libc6", "libssl3", "libssl3t64", "media-types", "netbase", "tzdata",
        // Their scripts set up logs and a page of Debian's own; a site brings its configuration, and writes to neither.
        "libnginx-mod-http-brotli-static", "nginx", "nginx-common",
    };

    /// <inheritdoc/>
    public IRootTemplate FitTo(FittedBase? fitted) => this;

    /// <inheritdoc/>
    public IEnumerable<LayerEntry> Begin(RootTree tree, IReadOnlySet<string> directories)
    {
        // Programs name the loader in /lib64 (amd64); other architectures have it in /lib.
        foreach (var name in s_merged.Concat(directories.Where(IsLibraryDirectory)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal))
        {
            yield return SymbolicLink(name, $"usr/{name}");
        }

        yield return SymbolicLink("var/lock", "/run/lock");
        yield return SymbolicLink("var/run", "/run");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LayerEntry>> EndAsync(RootTree tree, CaBundle certificates, CancellationToken cancellationToken)
    {
        var entries = new List<LayerEntry>(
            s_directories.Select(
                directory =>
                    new LayerEntry
                    {
                        Path = directory.Path,
                        Type = LayerEntryType.Directory,
                        Mode = directory.Mode,
                        GroupId = directory.Group,
                    }))
        {
            Text("etc/group", $"root:x:0:\ntty:x:5:\nmail:x:8:\nstaff:x:50:\nnogroup:x:65534:\napp:x:{AppUser}:\n"),
            Text(
                "etc/nsswitch.conf",
                "passwd:     files\ngroup:      files\nshadow:     files\n\nhosts:      files dns\nnetworks:   files\n\nprotocols:  db " +
                "files\nservices:   db files\nethers:     db files\nrpc:        db files\n"),
            Text(
                "etc/passwd",
                $"root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n" +
                $"app:x:{AppUser}:{AppUser}::/home/app:/usr/sbin/nologin\n"),
            new() { Path = "home/app", Type = LayerEntryType.Directory, Mode = FileModes.Executable, UserId = AppUser, GroupId = AppUser },
            // Where OpenSSL looks; the package openssl, which has the link, is not needed otherwise.
            SymbolicLink("usr/lib/ssl/certs", "/etc/ssl/certs"),
        };
        if (!certificates.IsEmpty)
        {
            entries.AddRange(certificates.ToEntries(tree, below: null, []));
        }

        if (tree.Contains("usr/share/zoneinfo/Etc/UTC"))
        {
            entries.Add(SymbolicLink("etc/localtime", "/usr/share/zoneinfo/Etc/UTC"));
            entries.Add(Text("etc/timezone", "Etc/UTC\n"));
        }

        return Task.FromResult<IReadOnlyList<LayerEntry>>(entries);
    }

    /// <summary>Whether a name in the root directory is one of those that belong below <c>/usr</c>.</summary>
    internal static bool IsLibraryDirectory(string name) => name.StartsWith("lib", StringComparison.Ordinal);

    internal static LayerEntry SymbolicLink(string path, string target) =>
        new() { Path = path, Type = LayerEntryType.SymbolicLink, Mode = FileModes.Link, LinkTarget = target };

    private static LayerEntry Text(string path, string content) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = Encoding.ASCII.GetBytes(content) };
}
