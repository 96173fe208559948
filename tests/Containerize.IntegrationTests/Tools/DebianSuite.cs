using System.Security.Cryptography;
using System.Text;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// Programs of a suite of Debian that is newer than this machine's, with all that they need, in a tree of their own. They come from the
/// machine's own mirror, and apt verifies them as it does for the machine. Root runs them, with that tree as their root directory.
/// </summary>
internal sealed class DebianSuite
{
    /// <summary>What this class puts into a tree; another number makes new trees.</summary>
    private const int Version = 2;

    // Mounts end with the program: the namespace is its own. What it writes to /run is in memory. Podman unpacks layers in a namespace
    // of its own, for which the root directory has to be a mount.
    private const string Enter = """
        root=$1; folders=$2; shift 2
        mount --bind "$root" "$root" || exit 125
        for folder in /proc /sys /dev "$folders"; do mount --rbind "$folder" "$root$folder" || exit 125; done
        mount -t tmpfs none "$root/run" || exit 125
        exec chroot "$root" "$@"
        """;

    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private readonly string _name;
    private readonly string[] _packages;
    private readonly Lazy<Task<string>> _root;

    private DebianSuite(string name, params string[] packages)
    {
        (_name, _packages) = (name, packages);
        _root = new(CreateAsync);
    }

    /// <summary>Debian 13: skopeo and Podman that read Sigstore's signatures, and cosign 2.</summary>
    internal static DebianSuite Trixie { get; } = new("trixie", "skopeo", "podman", "cosign");

    /// <summary>Debian 14: cosign 3, which reads bundles, and Notation.</summary>
    internal static DebianSuite Forky { get; } = new("forky", "cosign", "notation");

    /// <summary>Runs a program of the suite. It sees the temporary directory of this machine, and nothing else of its files.</summary>
    /// <param name="home">Where it keeps its configuration.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="environment">Set on top of this process's variables.</param>
    internal async Task<ProcessResult> RunAsync(
        TemporaryDirectory home,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null) => await ProcessRunner.RunAsync(
            "unshare",
            ["--mount", "sh", "-c", Enter, "sh", await RootAsync(), Folders, program, .. arguments],
            environment: new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
            {
                ["HOME"] = home.FullName,
                ["TMPDIR"] = home.FullName,
            });

    private static string Folders => Path.GetTempPath().TrimEnd('/');

    /// <summary>The tree. Where it cannot be made, the test is skipped and says why; in strict mode it fails.</summary>
    private async Task<string> RootAsync()
    {
        try
        {
            return await _root.Value;
        }
        catch (Exception failure) when (failure is ProcessFailedException or InvalidOperationException or IOException)
        {
            var message = $"The programs {string.Join(", ", _packages)} of Debian's {_name} cannot be had from this machine's mirror: "
                + failure.Message;
            if (RequiresAttribute.IsStrict)
            {
                throw new InvalidOperationException(message, failure);
            }

            Assert.Inconclusive(message);
            throw;
        }
    }

    private async Task<string> CreateAsync()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var content = Encoding.UTF8.GetBytes(string.Join(' ', [$"{Version}", Folders, .. _packages]));
        var root = Path.Combine(
            home, ".cache", "containerize-tests", $"debian-{_name}-{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}");
        if (!Directory.Exists(root))
        {
            // Only a whole tree gets the name. Whichever of two runs is first has it.
            var parent = Path.GetDirectoryName(root)!;
            Directory.CreateDirectory(parent);
            using var work = new TemporaryDirectory(parent);
            await DownloadAsync(work);
            await UnpackAsync(work);
            try
            {
                Directory.Move(work["root"], root);
            }
            catch (IOException) when (Directory.Exists(root))
            {
            }
        }

        return root;
    }

    private async Task DownloadAsync(TemporaryDirectory work)
    {
        var mirror = await AptMirror.FindAsync();
        Directory.CreateDirectory(work["cache/archives/partial"]);
        Directory.CreateDirectory(work["state/lists/partial"]);
        var configuration = work.Write("apt.conf", $"""
            Dir::State "{work["state"]}";
            Dir::State::Lists "{work["state/lists"]}";
            Dir::State::status "/dev/null";
            Dir::Cache "{work["cache"]}";
            Dir::Etc::sourcelist "{work.Write(
                "sources.list", $"deb [signed-by={Keyring} target=Packages lang=none] {mirror.Uri} {_name} main\n")}";
            Dir::Etc::sourceparts "/dev/null";
            Dir::Etc::preferencesparts "/dev/null";
            APT::Install-Recommends "false";
            APT::Sandbox::User "root";
            """);
        await AptAsync("update", "--error-on=any");
        await AptAsync(["install", "-y", "--download-only", .. _packages]);

        async Task AptAsync(params IEnumerable<string> arguments) => (await ProcessRunner.RunAsync(
            "apt-get",
            ["-q", .. arguments],
            environment: new Dictionary<string, string?> { ["APT_CONFIG"] = configuration, ["LC_ALL"] = "C" },
            timeout: TimeSpan.FromMinutes(10))).EnsureSuccess();
    }

    private static async Task UnpackAsync(TemporaryDirectory work)
    {
        var root = work["root"];
        foreach (var folder in new[] { "bin", "sbin", "lib", "lib64" })
        {
            Directory.CreateDirectory(Path.Combine(root, "usr", folder));
            Directory.CreateSymbolicLink(Path.Combine(root, folder), $"usr/{folder}");
        }

        foreach (var package in Directory.GetFiles(work["cache/archives"], "*.deb").Order(StringComparer.Ordinal))
        {
            (await ProcessRunner.RunAsync("dpkg-deb", ["-x", package, root])).EnsureSuccess();
        }

        foreach (var unused in new[] { "doc", "locale", "man" }.Select(name => Path.Combine(root, "usr/share", name)))
        {
            if (Directory.Exists(unused))
            {
                Directory.Delete(unused, recursive: true);
            }
        }

        foreach (var folder in new[] { "proc", "sys", "dev", "run", Folders.TrimStart('/') })
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        // Scripts of packages, which would have made these, are not run.
        work.Write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        work.Write("root/etc/group", "root:x:0:\n");
        // Without it, skopeo and Podman look for no signatures of Sigstore.
        work.Write("root/etc/containers/registries.d/default.yaml", "default-docker:\n  use-sigstore-attachments: true\n");
    }
}
