using System.Globalization;
using Containerize.Layers;

namespace Containerize.Pages;

/// <summary>A file of the image.</summary>
/// <param name="Path">Where it lies, from the root, without a slash before it.</param>
/// <param name="Layer">The layer that has it.</param>
/// <param name="Package">The package that it comes from, as <c>id version</c>; null for none.</param>
/// <param name="Size">Its size in bytes, uncompressed.</param>
/// <param name="Hash">The SHA-256 of its content, in hexadecimal digits.</param>
internal sealed record ReportedFile(string Path, string Layer, string? Package, long Size, string Hash)
{
    /// <summary>Its name without directories.</summary>
    internal string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Where it lies, without its name: with a slash at the end, or empty.</summary>
    internal string Directory => Path[..^Name.Length];

    /// <summary>Takes a part of a layer.</summary>
    /// <returns>The file; null for what is none.</returns>
    internal static ReportedFile? Read(string layer, ContentItem item) =>
        item.Fingerprint.Split(' ') is ["f", _, _, var size, var hash]
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new ReportedFile(item.Path, layer, item.Package, bytes, hash)
            : null;
}
