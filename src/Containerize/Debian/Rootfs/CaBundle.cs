using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// The file with all certificate authorities that programs trust. <c>update-ca-certificates</c> would write it when the package is
/// installed;
/// this gives the same bytes: the certificates one after the other, in the order of their paths, each ending with a line feed.
/// </summary>
internal sealed class CaBundle
{
    /// <summary>Where the bundle lies.</summary>
    internal const string Path = KeptFiles.CertificateBundle;

    private const string Source = "usr/share/ca-certificates/";
    private const int MaxCertificateSize = 1024 * 1024;
    private const int MaxSize = 64 * 1024 * 1024;

    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _certificates = new(StringComparer.Ordinal);
    private int _size;

    /// <summary>Whether packages brought certificates.</summary>
    internal bool IsEmpty => _certificates.Count == 0;

    /// <summary>Whether a file of a package is one of the certificates.</summary>
    internal static bool Wants(string path) =>
        path.StartsWith(Source, StringComparison.Ordinal) && path.EndsWith(".crt", StringComparison.Ordinal);

    /// <summary>Takes a certificate on its way into the layer.</summary>
    /// <returns>The file, with its content in memory.</returns>
    internal async Task<LayerEntry> AddAsync(LayerEntry entry, CancellationToken cancellationToken)
    {
        _size += (int)Math.Min(entry.Size, MaxSize);
        if (entry.Size > MaxCertificateSize || _size > MaxSize)
        {
            throw new ContainerizeException(
                DiagnosticCode.PackageTooLarge,
                $"'/{entry.Path}' is too large for a certificate ({entry.Size} bytes). Leave the package out.");
        }

        var content = new byte[entry.Size];
        await entry.Stream!.ReadExactlyAsync(content, cancellationToken);
        _certificates.Add(entry.Path, content);
        return entry with { Stream = null, Content = content };
    }

    /// <summary>The bundle.</summary>
    /// <param name="own">Certificates of the project, behind those of the packages.</param>
    internal LayerEntry ToEntry(IEnumerable<ReadOnlyMemory<byte>> own) => Entry(_certificates.Values.Concat(own));

    /// <summary>The bundle of certificates.</summary>
    /// <param name="certificates">The certificates, in their order.</param>
    internal static LayerEntry Entry(IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        using var bundle = new MemoryStream();
        foreach (var certificate in certificates)
        {
            bundle.Write(certificate.Span);
            if (certificate.Length > 0 && certificate.Span[^1] != (byte)'\n')
            {
                bundle.WriteByte((byte)'\n');
            }
        }

        return new LayerEntry { Path = Path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = bundle.ToArray() };
    }
}
