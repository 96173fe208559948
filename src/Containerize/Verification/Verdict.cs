using System.Text.Json;
using System.Text.Json.Serialization;

namespace Containerize.Verification;

/// <summary>What a rebuild of an image gave: all platforms together.</summary>
/// <param name="Image">What was verified, as it was named.</param>
/// <param name="Digest">The digest of what was compared: of the index, or of the image where the project builds one only.</param>
/// <param name="Index">How the index differs from that of the rebuild, in sentences.</param>
/// <param name="Platforms">One verdict per platform that the project builds.</param>
internal sealed record Verdict(string Image, string Digest, IReadOnlyList<string> Index, IReadOnlyList<ImageVerdict> Platforms)
{
    /// <summary>The platforms of the index that the project does not build, so that nothing is known of them.</summary>
    public IReadOnlyList<string> NotCompared { get; init; } = [];

    /// <summary>Whether what was compared is equal, to the byte.</summary>
    public bool IsEqual => Index.Count == 0 && Platforms.All(platform => platform.Sameness == Sameness.Equal);

    /// <summary>Reads what <see cref="VerdictWriter"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    internal static Verdict Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, VerdictJson.Default.Verdict) ?? throw new JsonException();
}

/// <summary>How much of an image a rebuild gives back.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sameness>))]
internal enum Sameness
{
    /// <summary>All: the same digest.</summary>
    [JsonStringEnumMemberName("equal")]
    Equal,

    /// <summary>All that a container gets; it is stored or annotated in another way.</summary>
    [JsonStringEnumMemberName("sameContent")]
    SameContent,

    /// <summary>A container gets something else.</summary>
    [JsonStringEnumMemberName("different")]
    Different,
}

/// <summary>What a rebuild of the image for one platform gave.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Sameness">How much is the same.</param>
/// <param name="Digest">The digest of the image that was verified.</param>
/// <param name="Rebuilt">The digest of the rebuild.</param>
/// <param name="Settings">What differs in config and annotations.</param>
/// <param name="Layers">The layers that differ, bottom first.</param>
internal sealed record ImageVerdict(
    string Platform,
    Sameness Sameness,
    string Digest,
    string Rebuilt,
    IReadOnlyList<SettingVerdict> Settings,
    IReadOnlyList<LayerVerdict> Layers)
{
    /// <summary>What the image was made of, and what it was rebuilt from; null where nothing differs.</summary>
    public SourceVerdict? Source { get; init; }
}

/// <summary>A member of the config, or an annotation, that differs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Image">The values that only the image has.</param>
/// <param name="Rebuilt">The values that only the rebuild has.</param>
internal sealed record SettingVerdict(string Name, IReadOnlyList<string> Image, IReadOnlyList<string> Rebuilt);

/// <summary>A layer that differs.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Image">The digest of the image's layer; null where only the rebuild has it.</param>
/// <param name="Rebuilt">The digest of the rebuild's layer; null where only the image has it.</param>
/// <param name="FileCount">How many files differ; none where the layer is only stored in another way, or is one of the base.</param>
/// <param name="Files">The first differing file of each cause, with the number of others; in the order in which they are found.</param>
internal sealed record LayerVerdict(string Name, string? Image, string? Rebuilt, int FileCount, IReadOnlyList<FileVerdict> Files)
{
    /// <summary>What there is to say of the layer as a whole; null for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>A file that differs, and why it probably does.</summary>
/// <param name="Path">Its path in the image.</param>
/// <param name="Origin">The package, project or tool that it comes from.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Detail">What the cause shows in.</param>
/// <param name="Others">How many more files of the layer have this cause.</param>
internal sealed record FileVerdict(string Path, string Origin, DifferenceCause Cause, string Detail, int Others);

/// <summary>Why a file of a rebuild differs, most likely.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DifferenceCause>))]
internal enum DifferenceCause
{
    /// <summary>The sources are others.</summary>
    [JsonStringEnumMemberName("source")]
    Source,

    /// <summary>A package has another version, is new, or is gone.</summary>
    [JsonStringEnumMemberName("package")]
    Package,

    /// <summary>Another .NET SDK, compiler or runtime.</summary>
    [JsonStringEnumMemberName("sdk")]
    Sdk,

    /// <summary>A time or a random number is in it.</summary>
    [JsonStringEnumMemberName("clock")]
    Clock,

    /// <summary>The path of a directory of the build is in it.</summary>
    [JsonStringEnumMemberName("path")]
    Path,

    /// <summary>Lines end in another way.</summary>
    [JsonStringEnumMemberName("lineEnds")]
    LineEnds,

    /// <summary>Mode, owner or link target; the content is the same.</summary>
    [JsonStringEnumMemberName("entry")]
    Entry,

    /// <summary>It is in another layer.</summary>
    [JsonStringEnumMemberName("layer")]
    Layer,
}

/// <summary>What an image was made of, and what it was rebuilt from.</summary>
/// <param name="Commit">The commit that the image names; null when it names none.</param>
/// <param name="RebuiltCommit">The commit of the working tree; null when it is not known.</param>
/// <param name="IsDirty">Whether the working tree has changes that are not committed.</param>
/// <param name="Sdk">The .NET SDK that the image names; null when it names none.</param>
/// <param name="RebuiltSdk">The .NET SDK of the rebuild.</param>
internal sealed record SourceVerdict(string? Commit, string? RebuiltCommit, bool IsDirty, string? Sdk, string? RebuiltSdk)
{
    /// <summary>Whether the image has a provenance; it says the commit and the properties.</summary>
    public bool HasProvenance { get; init; }

    /// <summary>The properties that the provenance names with other values than those of the rebuild.</summary>
    public IReadOnlyList<SettingVerdict> Properties { get; init; } = [];
}

/// <summary>How verdicts are read, and printed by the tool; compiled. The tasks write them with <see cref="VerdictWriter"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class VerdictJson : JsonSerializerContext;
