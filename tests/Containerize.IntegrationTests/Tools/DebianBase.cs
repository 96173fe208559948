using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// A Debian base image with a .NET runtime in a second layer, like the ones the .NET SDK infers: user app (1654), port 8080, a healthcheck.
/// Made with debootstrap from the machine's own apt mirror and written by tar and gzip, so none of our code is in it.
/// </summary>
internal sealed class DebianBase
{
    private static readonly Lazy<Task<DebianBase>> s_shared = new(CreateAsync);

    private DebianBase(string layout) => Layout = layout;

    /// <summary>The base as an OCI layout with the tag <c>base</c>.</summary>
    internal string Layout { get; }

    /// <summary>The same image as an index for amd64 and arm64. Both have amd64's files: only the first can be run.</summary>
    internal string TwoPlatformLayout => Layout + "-two";

    internal static Task<DebianBase> SharedAsync() => s_shared.Value;

    private static async Task<DebianBase> CreateAsync()
    {
        // debootstrap takes most of a minute, so its result is kept from run to run.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var layout = Path.Combine(home, ".cache", "containerize-tests", $"debian-base-{Environment.Version}-1");
        if (!File.Exists(Path.Combine(layout, "index.json")))
        {
            using var work = new TemporaryDirectory();
            await BootstrapAsync(work["root"]);
            Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
            var system = await LayerAsync(
                layout,
                work["root"],
                ["--exclude=./dev/*", "--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./var/cache/apt/*",
                    "--exclude=./var/lib/apt/lists/*", "."]);
            var runtime = await LayerAsync(
                layout,
                "/",
                ["--exclude=usr/share/dotnet/sdk*", "--exclude=usr/share/dotnet/packs", "--exclude=usr/share/dotnet/templates",
                    "usr/share/dotnet"],
                DotnetRoot);
            await WriteImageAsync(layout, [system, runtime]);
        }

        var shared = new DebianBase(layout);
        if (!File.Exists(Path.Combine(shared.TwoPlatformLayout, "index.json")))
        {
            await WriteTwoPlatformsAsync(layout, shared.TwoPlatformLayout);
        }

        return shared;
    }

    private static async Task WriteTwoPlatformsAsync(string source, string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "blobs", "sha256"));
        foreach (var blob in Directory.GetFiles(Path.Combine(source, "blobs", "sha256")))
        {
            File.Copy(blob, Path.Combine(target, "blobs", "sha256", Path.GetFileName(blob)), overwrite: true);
        }

        JsonNode Read(JsonNode descriptor) =>
            JsonNode.Parse(File.ReadAllText(Path.Combine(target, "blobs", ((string)descriptor["digest"]!).Replace(':', '/'))))!;
        var amd = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(source, "index.json")))!["manifests"]![0]!.DeepClone().AsObject();
        amd.Remove("annotations");
        var manifest = Read(amd).AsObject();
        var config = Read(manifest["config"]!).AsObject();
        config["architecture"] = "arm64";
        config["variant"] = "v8";
        manifest["config"] = Descriptor((string)manifest["config"]!["mediaType"]!, await BlobAsync(target, config));
        var arm = Descriptor((string)manifest["mediaType"]!, await BlobAsync(target, manifest));
        arm["platform"] = new JsonObject { ["architecture"] = "arm64", ["os"] = "linux", ["variant"] = "v8" };
        var index = Descriptor("application/vnd.oci.image.index.v1+json", await BlobAsync(target, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = new JsonArray(amd, arm),
        }));
        index["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "base" };
        await File.WriteAllTextAsync(Path.Combine(target, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync(
            Path.Combine(target, "index.json"),
            new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(index) }.ToJsonString());
    }

    private static string DotnetRoot =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private static async Task BootstrapAsync(string root)
    {
        var (mirror, release) = await AptMirror.FindAsync();
        var icu = (await ProcessRunner.RunAsync("apt-cache", ["search", "--names-only", "^libicu[0-9]+$"]))
            .EnsureSuccess().Output.Split(' ')[0];
        var ssl = release == "bookworm" ? "libssl3" : "libssl3t64";
        (
            await ProcessRunner.RunAsync(
                "debootstrap",
                ["--variant=minbase", $"--include=ca-certificates,tzdata,libstdc++6,{ssl},{icu}", release, root, mirror],
                timeout: TimeSpan.FromMinutes(15))).EnsureSuccess();
        await File.AppendAllTextAsync(Path.Combine(root, "etc/passwd"), "app:x:1654:1654::/home/app:/bin/sh\n");
        await File.AppendAllTextAsync(Path.Combine(root, "etc/group"), "app:x:1654:\n");
    }

    private static async Task<(string Digest, string DiffId, long Size)> LayerAsync(
        string layout, string root, IEnumerable<string> what, string? dotnetRoot = null)
    {
        var temporary = Path.Combine(layout, "layer.tar");
        // Wherever this machine has .NET, the image has it where Debian's packages would put it.
        string[] rename = dotnetRoot is null ? [] : [$"--transform=s|^{dotnetRoot.Trim('/')}|usr/share/dotnet|"];
        var paths = dotnetRoot is null
            ? what
            : what.Select(path => path.Replace("usr/share/dotnet", dotnetRoot.Trim('/'), StringComparison.Ordinal));
        (
            await ProcessRunner.RunAsync(
                "tar",
                ["--sort=name", "--numeric-owner", "-C", root, "-cf", temporary, .. rename, .. paths],
                timeout: TimeSpan.FromMinutes(5))).EnsureSuccess();
        var diffId = await HashAsync(temporary);
        var compressed = temporary + ".gz";
        await using (var source = File.OpenRead(temporary))
        await using (var target = File.Create(compressed))
        await using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            await source.CopyToAsync(gzip);
        }

        File.Delete(temporary);
        var digest = await HashAsync(compressed);
        File.Move(compressed, Path.Combine(layout, "blobs", "sha256", digest), overwrite: true);
        return (digest, diffId, new FileInfo(Path.Combine(layout, "blobs", "sha256", digest)).Length);
    }

    private static async Task WriteImageAsync(string layout, IReadOnlyList<(string Digest, string DiffId, long Size)> layers)
    {
        var config = await BlobAsync(layout, new JsonObject
        {
            ["created"] = "2026-01-01T00:00:00Z",
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Env"] = new JsonArray(
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/share/dotnet",
                    "APP_UID=1654",
                    "ASPNETCORE_HTTP_PORTS=8080",
                    "DOTNET_RUNNING_IN_CONTAINER=true"),
                ["Cmd"] = new JsonArray("/bin/sh"),
                ["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("CMD", "true") },
                ["Labels"] = new JsonObject { ["base.label"] = "kept" },
            },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)$"sha256:{layer.DiffId}")]),
            },
            ["history"] = new JsonArray(
                new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = "debootstrap" },
                new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = "dotnet" },
                new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = "ENV APP_UID=1654", ["empty_layer"] = true }),
        });
        var manifest = await BlobAsync(layout, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(
                [.. layers.Select(layer => Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", (layer.Digest, layer.Size)))]),
        });
        var descriptor = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest);
        descriptor["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "base" };
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync(
            Path.Combine(layout, "index.json"),
            new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(descriptor) }.ToJsonString());
    }

    private static JsonObject Descriptor(string mediaType, (string Digest, long Size) blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = $"sha256:{blob.Digest}", ["size"] = blob.Size };

    private static async Task<(string Digest, long Size)> BlobAsync(string layout, JsonObject content)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString());
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await File.WriteAllBytesAsync(Path.Combine(layout, "blobs", "sha256", digest), bytes);
        return (digest, bytes.Length);
    }

    private static async Task<string> HashAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }
}
