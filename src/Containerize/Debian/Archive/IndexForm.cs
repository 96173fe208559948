using System.IO.Compression;
using Containerize.Compression;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Containerize.Debian.Archive;

/// <summary>The forms in which archives offer their indexes, by the endings of their names.</summary>
internal static class IndexForm
{
    /// <summary>The endings, the smallest files first; the plain file has none.</summary>
    internal static IReadOnlyList<string> All { get; } = ["xz", "zst", "gz", ""];

    /// <summary>The name of a file in a form.</summary>
    internal static string NameOf(string name, string form) => form.Length == 0 ? name : $"{name}.{form}";

    /// <summary>Unpacks a file as it is read.</summary>
    /// <param name="content">The file, from its begin on.</param>
    /// <exception cref="InvalidDataException">Unpacking it takes too much memory.</exception>
    internal static Stream Open(FileStream content, string form)
    {
        if (form == "xz")
        {
            if (XzDictionaries.Largest(content) is var size && size > XzDictionaries.Limit)
            {
                throw new InvalidDataException($"that takes {size} bytes of memory");
            }

            content.Position = 0;
        }

        return form switch
        {
            "xz" => new XZStream(content),
            "zst" => new DecompressionStream(content),
            "gz" => new GZipStream(content, CompressionMode.Decompress),
            _ => content,
        };
    }
}
