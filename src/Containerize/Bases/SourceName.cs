namespace Containerize.Bases;

/// <summary>What a base image from the disk is called in the images built on it.</summary>
internal static class SourceName
{
    /// <summary>The full name that the image brings along; else where it lies, without the directories of this machine.</summary>
    /// <param name="transport">The form of the place: <c>oci</c>, <c>oci-archive</c>, <c>docker-archive</c>.</param>
    /// <param name="path">The place.</param>
    /// <param name="tag">The tag that was asked for.</param>
    /// <param name="ownName">What the place calls the image.</param>
    /// <returns>The name.</returns>
    internal static string Of(string transport, string path, string? tag, string? ownName) =>
        ownName is not null && ownName.Contains(':', StringComparison.Ordinal)
            ? Printable.Clean(ownName)
            : $"{transport}:{Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}{(tag is null ? "" : ":" + tag)}";
}
