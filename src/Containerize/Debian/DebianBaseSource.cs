using System.Globalization;
using Containerize.Bases;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Debian.Rootfs;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Debian;

/// <summary>A base image from nothing but signed packages, for a machine without any registry: <c>debian-packages:bookworm</c>.</summary>
/// <param name="suite">The suite.</param>
/// <param name="packages">The packages.</param>
/// <param name="cache">Keeps the layer.</param>
/// <param name="options">How the layer is written.</param>
internal sealed class DebianBaseSource(string suite, DebianPackages packages, LayerCache cache, LayerOptions options) : IImageSource
{
    private const string LayerName = "packages";
    private static readonly string[] s_always = ["base-files", "ca-certificates", "libc6", "libgcc-s1", "netbase"];

    private static readonly string[] s_server = ["base-files", "libc6", "libnginx-mod-http-brotli-static", "nginx"];

    // What only scripts need; nothing of a package is run.
    private static readonly HashSet<string> s_left = new(StringComparer.Ordinal) { "awk", "debconf", "debconf-2.0", "mawk", "openssl" };
    private static readonly HashSet<string> s_leftByServer = new(s_left, StringComparer.Ordinal) { "iproute2" };

    private static readonly Dictionary<string, (string Ssl, string Icu)> s_suites = new(StringComparer.Ordinal)
    {
        ["bookworm"] = ("libssl3", "libicu72"),
        ["trixie"] = ("libssl3t64", "libicu76"),
        ["noble"] = ("libssl3t64", "libicu74"),
        ["resolute"] = ("libssl3t64", "libicu78"),
    };

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var request = Request(platform);
        var locked = packages.Of(request);
        var set = await locked.ChooseAsync(request, cancellationToken);
        var layer = await new PreparedPackages(locked, request, set, new NewRoot(), cache, options, packages.Reporter)
            .RecallAsync(cancellationToken);
        var record = await FindAsync(layer, cancellationToken) ?? await MakeAsync(layer, cancellationToken);
        var history = new HistoryEntry(
            record.DiffId,
            "Containerize",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{LayerName}: {record.FileCount} files of {layer.Content.Packages.Count} packages of " +
                $"{request.Release.Distribution.Name} {suite}"));
        var config = ImageConfig.Scratch(platform).Append([history], options.ModificationTime)
            .With(new ImageSettings { Environment = Environment() });
        return new BaseImage(
            Image.Create(ImageFormat.Oci, config, [new Layer(record.Blob, record.DiffId)], new Dictionary<string, string>()),
            DebianReference.Prefix + suite)
        {
            Identity = layer.Identity,
        };
    }

    /// <summary>The packages of the base.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnknownSuite"/>.</exception>
    internal DebianRequest Request(Platform platform)
    {
        if (DebianRelease.Find(suite) is not { } release || !s_suites.TryGetValue(suite, out var names)
            || platform is not { Os: "linux", Architecture: "amd64" or "arm64" })
        {
            throw new ContainerizeException(
                DiagnosticCode.UnknownSuite,
                $"No base can be assembled as '{DebianReference.Prefix}{suite}' for {platform}. The suites are " +
                $"{string.Join(", ", s_suites.Keys)}, the platforms linux-x64 and linux-arm64.");
        }

        var settings = packages.Settings;
        return new DebianRequest
        {
            Use = "base",
            Release = release,
            Architecture = DebianRequest.ArchitectureOf(platform),
            Packages = settings.IsForSite ? s_server : [.. s_always, names.Ssl,
                .. settings.IsInvariant ? [] : (string[])[names.Icu, "tzdata"], .. settings.IsNative ? [] : (string[])["libstdc++6"]],
            Left = settings.IsForSite ? s_leftByServer : s_left,
        };
    }

    private async Task<LayerRecord?> FindAsync(PreparedPackages layer, CancellationToken cancellationToken) =>
        cache.Find(layer.Content.Hash) is { } record
            && await cache.Store.TryGetVerifiedAsync(record.Blob.Descriptor, cancellationToken) is not null ? record : null;

    // Projects of one build, and the work ahead of one of them, may want the same base at the same time.
    private async Task<LayerRecord> MakeAsync(PreparedPackages layer, CancellationToken cancellationToken)
    {
        using var turn = await cache.Store.WaitForTurnAsync(layer.Content.Hash, cancellationToken);
        if (await FindAsync(layer, cancellationToken) is { } other)
        {
            return other;
        }

        var made = await layer.WriteAsync(similar: null, cancellationToken);
        cache.Add(layer.Content, made);
        return made;
    }

    // What .NET's own base images say; for a site, what of that is not for .NET.
    private Dictionary<string, string> Environment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["APP_UID"] = NewRoot.AppUser.ToString(CultureInfo.InvariantCulture),
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        };
        if (packages.Settings.IsForSite)
        {
            return variables;
        }

        variables["ASPNETCORE_HTTP_PORTS"] = "8080";
        variables["DOTNET_RUNNING_IN_CONTAINER"] = "true";
        if (packages.Settings.IsInvariant)
        {
            variables["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "true";
        }

        return variables;
    }
}
