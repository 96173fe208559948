using System.Globalization;
using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>What an image runs on.</summary>
/// <remarks>OCI image specification, <i>image-index.md</i>, "platform".</remarks>
internal sealed record Platform
{
    // The last part of a runtime identifier, and the CPU that it means. Of what suits a platform alike, the first one counts.
    private static readonly (string Name, string Architecture, string? Variant)[] s_cpus =
    [
        ("x64", "amd64", null), ("x86", "386", null), ("arm64", "arm64", null), ("arm", "arm", "v7"), ("armv6", "arm", "v6"),
        ("ppc64le", "ppc64le", null), ("s390x", "s390x", null), ("riscv64", "riscv64", null), ("loongarch64", "loong64", null),
    ];

    /// <summary>The CPU architecture in Go's words: <c>amd64</c>, <c>arm64</c> …</summary>
    [JsonPropertyName("architecture")]
    public required string Architecture { get; init; }

    /// <summary>The operating system in Go's words: <c>linux</c>, <c>windows</c>.</summary>
    [JsonPropertyName("os")]
    public required string Os { get; init; }

    /// <summary>The version of the operating system; Windows images have it.</summary>
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    /// <summary>Features of the operating system that the image needs.</summary>
    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>The variant of the CPU: <c>v7</c> of arm, <c>v8</c> of arm64.</summary>
    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    /// <summary>Whether it is Windows, whose images have another kind of layers and paths.</summary>
    [JsonIgnore]
    public bool IsWindows => Os == "windows";

    /// <summary>Any platform, for what is looked at and not run: of several images, the first one.</summary>
    [JsonIgnore]
    public static Platform Any { get; } = new() { Os = "any", Architecture = "any" };

    /// <summary>The platform that a .NET runtime identifier means.</summary>
    /// <param name="runtimeIdentifier">For example <c>linux-musl-x64</c>.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>: no image can have this platform.</exception>
    public static Platform FromRuntimeIdentifier(string runtimeIdentifier)
    {
        var parts = runtimeIdentifier.Split('-');
        // Distribution RIDs of old (debian.12-x64, alpine.3.20-x64, win10-x64) name the family first; all but Windows and the Apples are
        // Linux.
        var os = parts[0] switch
        {
            var name when name.StartsWith("win", StringComparison.Ordinal) => "windows",
            var name when name.StartsWith("osx", StringComparison.Ordinal) || name.StartsWith("ios", StringComparison.Ordinal)
                || name.StartsWith("tvos", StringComparison.Ordinal) || name.StartsWith("maccatalyst", StringComparison.Ordinal)
                || name is "android" or "browser" or "wasi" or "any" or "" => null,
            "freebsd" => "freebsd",
            _ => "linux",
        };
        var cpu = Array.Find(s_cpus, cpu => cpu.Name == parts[^1]);
        return os is null || cpu.Architecture is null || parts.Length < 2
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidProperty,
                $"There are no images for the runtime identifier '{runtimeIdentifier}'. Set ContainerRuntimeIdentifier (or " +
                $"RuntimeIdentifier) to one like linux-x64, linux-musl-arm64 or win-x64.")
            : new Platform { Os = os, Architecture = cpu.Architecture, Variant = cpu.Variant };
    }

    /// <summary>Reads <c>OS/ARCHITECTURE[/VARIANT]</c>; null for another form.</summary>
    internal static Platform? TryParse(string text) => text.Split('/') switch
    {
        [{ Length: > 0 } os, { Length: > 0 } architecture] => new() { Os = os, Architecture = architecture },
        [{ Length: > 0 } os, { Length: > 0 } architecture, { Length: > 0 } variant] =>
            new() { Os = os, Architecture = architecture, Variant = variant },
        _ => null,
    };

    /// <summary>The .NET runtime identifier whose apps run here; null where there is none.</summary>
    /// <param name="isMusl">Whether the C library is musl.</param>
    internal string? RuntimeIdentifier(bool isMusl = false)
    {
        var name = s_cpus.Where(cpu => Suits(Of(cpu)) is not null).OrderByDescending(cpu => Suits(Of(cpu))).FirstOrDefault().Name;
        return (Os.ToLowerInvariant(), name) switch
        {
            (_, null) => null,
            ("linux", _) => (isMusl ? "linux-musl-" : "linux-") + name,
            ("windows", "x64" or "x86" or "arm64" or "arm") => "win-" + name,
            ("freebsd", "x64" or "arm64") => "freebsd-" + name,
            _ => null,
        };

        Platform Of((string Name, string Architecture, string? Variant) cpu) =>
            new() { Os = Os, Architecture = cpu.Architecture, Variant = cpu.Variant };
    }

    /// <summary>Whether an image for a platform surely runs where this platform is wanted.</summary>
    public bool Accepts(Platform offered) => Suits(offered) is not null;

    /// <summary>
    /// How well an image for a platform suits this one: the higher, the better; null when it does not surely run. Variants of a CPU are
    /// ordered:
    /// each runs what is made for those below it. Where one of the two names no variant, and its architecture has none by default, nothing
    /// is known;
    /// that suits least.
    /// </summary>
    /// <param name="offered">The platform of an image.</param>
    internal int? Suits(Platform offered)
    {
        if (this == Any)
        {
            // What BuildKit notes beside images is for an unknown one.
            return offered.Os == "unknown" ? null : 0;
        }

        var (wanted, there) = (Cpu.Of(this), Cpu.Of(offered));
        return offered.Os != Os || there.Architecture != wanted.Architecture
            || (OsVersion is not null && offered.OsVersion is not null
            && !offered.OsVersion.StartsWith(OsVersion, StringComparison.Ordinal)) ? null
            : there.Variant == wanted.Variant ? int.MaxValue
            : there.Level is { } level && wanted.Level is { } limit ? level <= limit ? level : null
            : there.Variant is null || wanted.Variant is null ? 0
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', new[] { Os, Architecture, Variant }.Where(part => !string.IsNullOrEmpty(part)));
}

/// <summary>An architecture with its variant, in one spelling.</summary>
/// <param name="Architecture">The architecture in Go's words.</param>
/// <param name="Variant">The variant; where an architecture has one by default, that is it.</param>
internal sealed record Cpu(string Architecture, string? Variant)
{
    private const int Minor = 100;

    /// <summary>Its place among the variants of its architecture; null where they are not ordered.</summary>
    internal int? Level => (Architecture, LevelOf(Variant)) switch
    {
        ("amd64" or "arm64", { } level) => level,
        // Below v6 there are other registers, and with them other C libraries.
        ("arm", >= 6 * Minor and var level) => level,
        _ => null,
    };

    /// <summary>The CPU of a platform. Some tools write the words of other systems, and variants without the <c>v</c>.</summary>
    internal static Cpu Of(Platform platform)
    {
        var (architecture, implied) = platform.Architecture.ToLowerInvariant() switch
        {
            "amd64" or "x86_64" or "x86-64" => ("amd64", "v1"),
            "arm64" or "aarch64" => ("arm64", "v8"),
            "armhf" => ("arm", "v7"),
            "armel" => ("arm", "v6"),
            "i386" => ("386", null),
            var other => (other, (string?)null),
        };
        var variant = string.IsNullOrEmpty(platform.Variant) ? implied : platform.Variant.ToLowerInvariant();
        return new(architecture, variant is [>= '0' and <= '9', ..] ? "v" + variant : variant);
    }

    // "v8" and "v8.2".
    private static int? LevelOf(string? variant) => variant is ['v', .. var number]
        && number.Split('.') is [var major, ..] and { Length: <= 2 } parts
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
        && int.TryParse(parts.Length == 2 ? parts[1] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
        && minor < Minor && level < Minor
            ? (level * Minor) + minor
            : null;
}
