namespace Containerize.Manifests;

/// <summary>What became of an image name.</summary>
internal enum ImageState
{
    /// <summary>It has a digest, which is the one of its tag, or is not compared.</summary>
    Pinned,

    /// <summary>It gets a digest, or another one.</summary>
    Resolved,

    /// <summary>It has no digest, which is a finding of a check.</summary>
    NotPinned,

    /// <summary>Its tag no longer means the digest beside it, which is a finding of a check.</summary>
    Moved,

    /// <summary>It is left as it is.</summary>
    Left,

    /// <summary>It could not be resolved.</summary>
    Failed,
}

/// <summary>An image name in a file, and what became of it.</summary>
/// <param name="File">What the file is called.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="Image">The name as the file has it.</param>
/// <param name="Result">What the file has, or should have, instead; null where nothing else is known.</param>
/// <param name="Why">Why it is left, or how it failed; null otherwise.</param>
/// <param name="Code">The code of the failure.</param>
internal sealed record ResolvedImage(
    string File,
    int Line,
    int Column,
    string Image,
    ImageState State,
    string? Result = null,
    string? Why = null,
    DiagnosticCode Code = DiagnosticCode.None);

/// <summary>A file with its image names.</summary>
/// <param name="Before">As it was.</param>
/// <param name="After">As it is with digests; the same where a name failed.</param>
internal sealed record ResolvedManifest(ManifestText Before, ManifestText After, IReadOnlyList<ResolvedImage> Images);

/// <summary>What is done with names.</summary>
internal enum ResolveMode
{
    /// <summary>Names without a digest get one.</summary>
    Pin,

    /// <summary>The same, and tags with a digest are resolved again.</summary>
    Update,

    /// <summary>Nothing is changed; what <see cref="Update"/> would change is a finding.</summary>
    Check,
}
