using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>A file, link or directory (one that is empty, or gets an owner) that goes into the image besides the published ones.</summary>
/// <param name="SourcePath">It on this machine.</param>
/// <param name="Path">Where it lies in the image, without a slash at the start.</param>
/// <param name="Mode">Its permissions; null for 0755 if it is a program, else 0644.</param>
/// <param name="Owner">Who owns it; null for root, or the owner that a directory above it names.</param>
internal sealed record AddedFile(string SourcePath, string Path, UnixFileMode? Mode, Owner? Owner)
{
    /// <summary>What it is.</summary>
    public LayerEntryType Type { get; init; } = LayerEntryType.File;

    /// <summary>Where a link points to.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>What the file system said when it was listed; null when it has not been looked at, or is a link to what counts.</summary>
    internal FileStatus? Status { get; init; }
}

/// <summary>A directory that the app may write to.</summary>
/// <param name="Path">Where it lies in the image, without a slash at the start.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Owner">Who owns it and what the image brings in it; null for the user that the image runs as.</param>
internal sealed record WritableDirectory(string Path, UnixFileMode Mode, Owner? Owner);
