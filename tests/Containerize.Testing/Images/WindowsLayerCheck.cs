using System.Buffers;
using System.Formats.Tar;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>
/// Checks what Windows wants of a layer besides: its two directories, a security descriptor for each entry, names that it can create.
/// </summary>
/// <remarks>OCI image specification, <i>layer.md</i>, "Platform-specific attributes"; the rest is what hcsshim imports.</remarks>
internal static class WindowsLayerCheck
{
    private const string Descriptor = "MSWINDOWS.rawsd";

    // Revision, padding, control flags, and the offsets of owner, group and two lists.
    private const int DescriptorHeader = 20;

    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("<>:\"|?*\\");

    internal static void Check(BlobSource source, Descriptor layer, string where)
    {
        var paths = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var reader = new TarReader(LayerCheck.OpenTar(source, layer));
        while (reader.GetNextEntry() is { } entry)
        {
            var path = entry.Name.TrimEnd('/');
            ImageValidator.Require(path is "Files" or "Hives"
                || path.StartsWith("Files/", StringComparison.Ordinal), source, $"{where} has '{path}', which is in neither Files nor " +
                $"Hives");
            ImageValidator.Require(paths.TryAdd(path, path), source, $"{where} has '{path}' and '{paths[path]}', which are one to Windows");
            ImageValidator.Require(!path.AsSpan().ContainsAny(s_forbidden)
                && !path.Split('/').Any(part => part.EndsWith('.') || part.EndsWith(' ')), source, $"{where} has '{path}', which Windows " +
                $"cannot create");
            ImageValidator.Require(entry.EntryType is TarEntryType.RegularFile
                or TarEntryType.Directory, source, $"{where} has '{path}' of the type {entry.EntryType}");
            ImageValidator.Require(
                entry is PaxTarEntry pax && pax.ExtendedAttributes.TryGetValue(Descriptor, out var text) && IsDescriptor(text),
                source,
                $"'{path}' in {where} has no security descriptor");
        }

        ImageValidator.Require(paths.ContainsKey("Files") && paths.ContainsKey("Hives"), source, $"{where} lacks Files or Hives");
    }

    /// <summary>Whether it is a self-relative descriptor of revision 1 whose owner and group are in it.</summary>
    private static bool IsDescriptor(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > DescriptorHeader
            && bytes[0] == 1 && (bytes[3] & 0x80) != 0
            && BitConverter.ToInt32(bytes, 4) is >= DescriptorHeader and var owner && owner < length
            && BitConverter.ToInt32(bytes, 8) is >= DescriptorHeader and var group && group < length;
    }
}
