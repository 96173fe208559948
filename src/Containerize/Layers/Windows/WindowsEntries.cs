using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Layers.Windows;

/// <summary>
/// Writes entries in the PAX format, which has room for what Windows wants to know of a file. The extended header has a fixed name, where
/// the framework's writer would put the id of its process.
/// </summary>
/// <remarks>POSIX.1-2001, "pax Extended Header"; OCI image specification, <i>layer.md</i>, "Platform-specific attributes".</remarks>
internal static class WindowsEntries
{
    /// <summary>
    /// Who may do what with an entry that says nothing else: it belongs to <c>BUILTIN\Users</c>, in which every account of a container is,
    /// and has no access list, so that all may read, start and change it. Without a descriptor the app's user could not start its files.
    /// The .NET SDK's images and ko's have the same one.
    /// </summary>
    internal const string Descriptor = "AQAAgBQAAAAkAAAAAAAAAAAAAAABAgAAAAAABSAAAAAhAgAAAQIAAAAAAAUgAAAAIQIAAA==";

    /// <summary>The key of the security descriptor.</summary>
    internal const string DescriptorKey = "MSWINDOWS.rawsd";

    private const string HeaderName = "PaxHeaders/entry";
    private const char HeaderType = 'x';
    private const char FileType = '0';
    private const char DirectoryType = '5';

    internal static async Task WriteAsync(Stream output, LayerEntry entry, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var seconds = time.ToUnixTimeSeconds();
        var records = Records(entry);
        await output.WriteAsync(TarHeader.Create(HeaderName, records.Length, HeaderType, FileModes.Data, seconds), cancellationToken);
        await output.WriteAsync(records, cancellationToken);
        await PadAsync(output, records.Length, cancellationToken);

        // What does not fit here stands in the records. A directory has no slash at its end, as in layers that Windows itself writes.
        var name = entry.Path.Length <= TarHeader.MaxName ? entry.Path : entry.Path[..TarHeader.MaxName];
        var size = Math.Min(entry.ContentSize, TarHeader.MaxOctalSize);
        await output.WriteAsync(
            TarHeader.Create(name, size, entry.Type == LayerEntryType.Directory ? DirectoryType : FileType, entry.Mode, seconds),
            cancellationToken);
        if (TarEntries.OpenContent(entry) is { } content)
        {
            await using (content.ConfigureAwait(false))
            {
                await content.CopyToAsync(output, cancellationToken);
                if (content.Position != entry.ContentSize)
                {
                    throw new EndOfStreamException(
                        $"The content of '{entry.Path}' has {content.Position} bytes instead of {entry.ContentSize}.");
                }
            }

            await PadAsync(output, entry.ContentSize, cancellationToken);
        }
    }

    private static byte[] Records(LayerEntry entry)
    {
        var records = new StringBuilder(Record(DescriptorKey, entry.SecurityDescriptor ?? Descriptor));
        if (entry.Path.Length > TarHeader.MaxName || !Ascii.IsValid(entry.Path))
        {
            records.Append(Record("path", entry.Path));
        }

        if (entry.ContentSize > TarHeader.MaxOctalSize)
        {
            records.Append(Record("size", entry.ContentSize.ToString(CultureInfo.InvariantCulture)));
        }

        return Encoding.UTF8.GetBytes(records.ToString());
    }

    /// <summary>A record: its own length in bytes, a space, <c>key=value</c> and the end of the line.</summary>
    private static string Record(string key, string value)
    {
        var rest = $" {key}={value}\n";
        var bytes = Encoding.UTF8.GetByteCount(rest);
        var length = bytes + Digits(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes + Digits(length)}{rest}");

        static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
    }

    private static ValueTask PadAsync(Stream output, long size, CancellationToken cancellationToken) =>
        output.WriteAsync(new byte[TarHeader.Padding(size)], cancellationToken);
}
