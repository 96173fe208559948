namespace Containerize.Layers.Entries;

/// <summary>Names that mean in a layer that something of a lower layer is removed. No file of an image can have one.</summary>
/// <remarks>OCI image specification, <i>layer.md</i>, "Whiteouts".</remarks>
internal static class Whiteout
{
    /// <summary>What such a name begins with; the name of what is removed follows.</summary>
    internal const string Prefix = ".wh.";

    /// <summary>The name that removes all that lower layers have in its directory.</summary>
    internal const string Opaque = ".wh..wh..opq";

    /// <summary>Whether a part of a path is such a name.</summary>
    /// <param name="path">The path.</param>
    internal static bool IsIn(string path) =>
        path.StartsWith(Prefix, StringComparison.Ordinal) || path.Contains("/" + Prefix, StringComparison.Ordinal);

    /// <summary>Refuses an entry whose path would remove something.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPath"/>.</exception>
    internal static void Refuse(LayerEntry entry)
    {
        if (IsIn(entry.Path))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidPath,
                $"'{entry.Path}' ({entry.Origin}) cannot be in an image: names that begin with '{Prefix}' mean in a layer that a file is " +
                $"removed. "
                + $"Rename it, or keep it out of the publish output (CopyToPublishDirectory=\"Never\").");
        }
    }
}
