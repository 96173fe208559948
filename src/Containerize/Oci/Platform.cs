using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>What an image runs on.</summary>
/// <remarks>OCI image specification, <i>image-index.md</i>, "platform".</remarks>
internal sealed record Platform
{
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
        (string? Architecture, string? Variant) cpu = parts[^1] switch
        {
            "x64" => ("amd64", null),
            "x86" => ("386", null),
            "arm64" => ("arm64", null),
            "arm" => ("arm", "v7"),
            "armv6" => ("arm", "v6"),
            "ppc64le" or "s390x" or "riscv64" => (parts[^1], null),
            "loongarch64" => ("loong64", null),
            _ => (null, null),
        };
        return os is null || cpu.Architecture is null || parts.Length < 2
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidProperty,
                $"There are no images for the runtime identifier '{runtimeIdentifier}'. Set ContainerRuntimeIdentifier (or " +
                $"RuntimeIdentifier) to one like linux-x64, linux-musl-arm64 or win-x64.")
            : new Platform { Os = os, Architecture = cpu.Architecture, Variant = cpu.Variant };
    }

    /// <summary>
    /// Whether an image for <paramref name="offered"/> runs where this platform is wanted. A variant counts only where both name one; arm64
    /// is v8.
    /// </summary>
    /// <param name="offered">The platform of an image.</param>
    public bool Accepts(Platform offered)
    {
        return offered.Os == Os && offered.Architecture == Architecture
            && (VariantOf(this) is not { } wanted || VariantOf(offered) is not { } variant || wanted == variant)
            && (OsVersion is null || offered.OsVersion is null || offered.OsVersion.StartsWith(OsVersion, StringComparison.Ordinal));

        static string? VariantOf(Platform platform) => platform.Variant ?? (platform.Architecture == "arm64" ? "v8" : null);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', new[] { Os, Architecture, Variant }.Where(part => !string.IsNullOrEmpty(part)));
}
