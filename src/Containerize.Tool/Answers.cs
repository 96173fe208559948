using System.Text.Json.Serialization;

namespace Containerize.Tool;

/// <summary>What <c>inspect</c> says.</summary>
/// <param name="Index">The digest of the index that the name leads to; null where it leads to the image itself.</param>
/// <param name="Platforms">The images of that index.</param>
/// <param name="Evidence">Signatures, bills of materials and the like.</param>
/// <param name="Packages">The packages; null when they were not asked for.</param>
internal sealed record InspectAnswer(
    string Name,
    string Digest,
    string MediaType,
    string Platform,
    long Size,
    string? Index,
    IReadOnlyList<PlatformAnswer> Platforms,
    IReadOnlyList<EvidenceAnswer> Evidence,
    IReadOnlyDictionary<string, string> Annotations,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Settings,
    IReadOnlyList<LayerAnswer> Layers,
    IReadOnlyList<PackageAnswer>? Packages)
{
    /// <summary>The file that the report was written to; null when none was asked for.</summary>
    public string? Report { get; init; }
}

/// <summary>An image of an index.</summary>
/// <param name="IsChosen">Whether it is the one that is shown.</param>
internal sealed record PlatformAnswer(string Platform, string Digest, bool IsChosen);

/// <summary>Something that is said of an image.</summary>
/// <param name="Type">What it is: a media type, or how its tag ends.</param>
/// <param name="Subject">The digest of the index or image that it is about.</param>
/// <param name="Place">How it was found: <c>referrers</c>, <c>tag</c> or <c>index</c>.</param>
internal sealed record EvidenceAnswer(string Type, string Digest, string Subject, string Place);

/// <summary>A layer.</summary>
/// <param name="Name">The name that Containerize gave it; null for a layer of another tool.</param>
/// <param name="CreatedBy">What its history says made it.</param>
internal sealed record LayerAnswer(int Number, string Digest, string DiffId, string MediaType, long Size, string? Name, string? CreatedBy);

/// <summary>A package.</summary>
internal sealed record PackageAnswer(string Kind, string Name, string Version);

/// <summary>A step of an image's history.</summary>
/// <param name="Layer">The number of the layer that it made, from the bottom; null for none.</param>
/// <param name="Size">The size of that layer in bytes, compressed.</param>
internal sealed record HistoryAnswer(int? Layer, string? Digest, long? Size, string CreatedBy, string Comment);

/// <summary>A file.</summary>
/// <param name="IsVisible">Whether a container sees this one: no layer above replaces or removes it.</param>
/// <param name="Package">Whose it is, if a package says so.</param>
internal sealed record FileAnswer(
    string Path,
    string Kind,
    long Size,
    string Mode,
    string Owner,
    string? Target,
    string? Digest,
    int Layer,
    string? LayerName,
    bool IsVisible,
    PackageAnswer? Package);

/// <summary>What <c>diff</c> says.</summary>
internal sealed record DiffAnswer(
    string Before,
    string After,
    bool AreEqual,
    bool OtherConfig,
    IReadOnlyList<LayerChangeAnswer> Layers,
    IReadOnlyList<PackageChangeAnswer> Packages,
    IReadOnlyList<SettingChangeAnswer> Settings,
    IReadOnlyList<FileChangeAnswer> Files);

/// <summary>A layer that one of two images has.</summary>
internal sealed record LayerChangeAnswer(string Change, string Digest, string DiffId, long Size, string? Name);

/// <summary>A package that differs.</summary>
internal sealed record PackageChangeAnswer(
    string Change, string Kind, string Name, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>A setting that differs.</summary>
internal sealed record SettingChangeAnswer(string Name, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>A file that differs.</summary>
/// <param name="What">What of it differs.</param>
internal sealed record FileChangeAnswer(string Change, string Path, IReadOnlyList<string> What, long? SizeBefore, long? SizeAfter);

/// <summary>What the cache holds.</summary>
internal sealed record CacheAnswer(string? Directory, bool Exists, int RunningBuilds, IReadOnlyList<CacheKindAnswer> Kinds);

/// <summary>One kind of what the cache holds.</summary>
internal sealed record CacheKindAnswer(string Name, int Files, long Bytes, DateTime OldestUse);

/// <summary>What was removed from the cache.</summary>
internal sealed record PruneAnswer(string? Directory, int Files, long Bytes, long BytesLeft, int InUse);

/// <summary>An image name in a file.</summary>
/// <param name="State">
/// What became of it: <c>pinned</c>, <c>resolved</c>, <c>notPinned</c>, <c>moved</c>, <c>left</c> or <c>failed</c>.
/// </param>
/// <param name="Result">What the file has, or should have, instead.</param>
/// <param name="Why">Why it is left, or how it failed.</param>
internal sealed record ResolveAnswer(
    string File, int Line, int Column, string Image, string State, string? Result, string? Why);

/// <summary>What replaces a Dockerfile.</summary>
/// <param name="Project">The project that it publishes, relative to its context; null where it does not say.</param>
/// <param name="Xml">The elements for the project.</param>
internal sealed record ImportAnswer(
    string? Project,
    string Xml,
    IReadOnlyList<ImportPropertyAnswer> Properties,
    IReadOnlyList<ImportItemAnswer> Items,
    IReadOnlyList<ImportNoteAnswer> Notes);

/// <summary>A property that replaces an instruction.</summary>
internal sealed record ImportPropertyAnswer(int Line, string Name, string Value);

/// <summary>An item that replaces an instruction.</summary>
internal sealed record ImportItemAnswer(int Line, string Name, string Include, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What there is to say of an instruction.</summary>
/// <param name="Kind"><c>notNeeded</c>, <c>check</c> or <c>noCounterpart</c>.</param>
internal sealed record ImportNoteAnswer(int Line, string Instruction, string Kind, string Text);

/// <summary>What <c>doctor</c> says.</summary>
/// <param name="IsHealthy">Whether no finding is a problem.</param>
internal sealed record DoctorAnswer(string? Registry, bool IsHealthy, IReadOnlyList<FindingAnswer> Findings);

/// <summary>What a check found.</summary>
/// <param name="Result"><c>works</c>, <c>note</c> or <c>problem</c>.</param>
internal sealed record FindingAnswer(string Check, string Result, string Text, string? Fix);

/// <summary>What verifying the cache found.</summary>
internal sealed record VerifyAnswer(string? Directory, int Blobs, long Bytes, IReadOnlyList<DamagedAnswer> Damaged);

/// <summary>A blob whose bytes are not its digest's.</summary>
internal sealed record DamagedAnswer(string Digest, long Size, bool IsRemoved);

/// <summary>How answers are written; compiled, so that no time goes into looking at types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InspectAnswer))]
[JsonSerializable(typeof(IReadOnlyList<HistoryAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<FileAnswer>))]
[JsonSerializable(typeof(DiffAnswer))]
[JsonSerializable(typeof(CacheAnswer))]
[JsonSerializable(typeof(PruneAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ResolveAnswer>))]
[JsonSerializable(typeof(ImportAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(DoctorAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
