using Containerize.Files;
using Containerize.Layers.Windows;

namespace Containerize.Layers.Entries;

/// <summary>One file, directory or link of a layer.</summary>
internal sealed record LayerEntry
{
    /// <summary>
    /// Where it lies in the image: parts separated by <c>/</c>, none of them empty, <c>.</c> or <c>..</c>; no slash at either end.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required LayerEntryType Type { get; init; }

    /// <summary>Its permissions in the image. Links have none of their own.</summary>
    public required UnixFileMode Mode { get; init; }

    /// <summary>The user who owns it.</summary>
    public int UserId { get; init; }

    /// <summary>The group that owns it.</summary>
    public int GroupId { get; init; }

    /// <summary>The file on this machine that holds the content. A file has this or <see cref="Content"/>.</summary>
    public string? SourcePath { get; init; }

    /// <summary>
    /// How many bytes the file at <see cref="SourcePath"/> had when it was listed. Another size while writing is an error.
    /// </summary>
    public long Size { get; init; }

    /// <summary>Its stamp when it was listed; null when it is not known.</summary>
    internal FileStamp? Stamp { get; init; }

    /// <summary>The content of a generated file, in memory.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>
    /// The content of a file that is read once, while the layer is written in the order of the entries; <see cref="Size"/> says how long it
    /// is.
    /// </summary>
    public Stream? Stream { get; init; }

    /// <summary>
    /// Where a symbolic link points to, not checked, as it is resolved inside the image; or the path of the file that a hard link names.
    /// </summary>
    public string? LinkTarget { get; init; }

    /// <summary>
    /// Who may do what with it on Windows: a self-relative security descriptor, in base64; null for
    /// <see cref="WindowsEntries.Descriptor"/>. Only layers for Windows have room for it.
    /// </summary>
    public string? SecurityDescriptor { get; init; }

    /// <summary>The package it comes from, as <c>id version</c>; it does not decide any byte.</summary>
    public string? Package { get; init; }

    /// <summary>How many bytes of content the entry has.</summary>
    internal long ContentSize => Type != LayerEntryType.File ? 0 : Content?.Length ?? Size;

    /// <summary>Where the entry comes from, for messages.</summary>
    internal string Origin => SourcePath is not null ? $"'{Printable.Clean(SourcePath)}'" : Type switch
    {
        LayerEntryType.Directory => "a directory",
        LayerEntryType.SymbolicLink or LayerEntryType.HardLink => $"a link to '{Printable.Clean(LinkTarget)}'",
        _ => "a generated file",
    };
}

/// <summary>What an entry of a layer is.</summary>
internal enum LayerEntryType
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>Another name of a file that came before it.</summary>
    HardLink,
}
