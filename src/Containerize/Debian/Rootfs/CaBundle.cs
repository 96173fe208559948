using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// The file with all certificate authorities that programs trust. <c>update-ca-certificates</c> would write it when the package is
/// installed; this gives the same bytes: the certificates one after the other, those of the machine behind those of the distribution, in
/// the order of their paths, each ending with a line feed.
/// </summary>
internal sealed class CaBundle
{
    /// <summary>Where the bundle lies.</summary>
    internal const string Path = KeptFiles.CertificateBundle;

    /// <summary>Where <c>update-ca-certificates</c> finds those of the machine, all of which count.</summary>
    internal const string Local = "usr/local/share/ca-certificates/";

    private const string Source = "usr/share/ca-certificates/";
    private const string OpenSslFile = "usr/lib/ssl/cert.pem";
    private const string Authorities = "ca-certificates";
    private const int MaxCertificateSize = 1024 * 1024;
    private const int MaxSize = 64 * 1024 * 1024;

    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _certificates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _packages = new(StringComparer.Ordinal);
    private int _size;

    /// <summary>Whether packages brought certificates.</summary>
    internal bool IsEmpty => _certificates.Count == 0;

    /// <summary>Whether the packages have all authorities of the distribution: the base's are no part of the bundle then.</summary>
    internal bool IsWhole => IsOf(Authorities);

    /// <summary>Whether a package brought certificates, by its name.</summary>
    internal bool IsOf(string package) => _packages.Contains(package);

    /// <summary>Whether a file of a package is one of the certificates.</summary>
    internal static bool Wants(string path) =>
        path.EndsWith(".crt", StringComparison.Ordinal)
        && (path.StartsWith(Source, StringComparison.Ordinal) || path.StartsWith(Local, StringComparison.Ordinal));

    /// <summary>Takes a certificate on its way into the layer.</summary>
    /// <param name="path">The file as the package has it.</param>
    /// <param name="package">The package's name.</param>
    /// <returns>The file, with its content in memory.</returns>
    internal async Task<LayerEntry> AddAsync(LayerEntry entry, string path, string package, CancellationToken cancellationToken)
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
        _certificates.Add(path.StartsWith(Local, StringComparison.Ordinal) ? $"2 {path}" : $"1 {path}", content);
        _packages.Add(package);
        return entry with { Stream = null, Content = content };
    }

    /// <summary>The bundle, and the link through which OpenSSL finds it: the links by hashes that it looks for else are not made.</summary>
    /// <param name="below">The bundle of the base that stays a part of it; null for none.</param>
    /// <param name="own">Certificates of the project, behind those of the packages.</param>
    internal IEnumerable<LayerEntry> ToEntries(RootTree tree, byte[]? below, IEnumerable<CaCertificate> own)
    {
        using var bundle = new MemoryStream();
        foreach (var certificate in _certificates.Values.Concat(own.Select(each => each.Pem)).Prepend(new(below)))
        {
            bundle.Write(certificate.Span);
            if (certificate.Length > 0 && certificate.Span[^1] != (byte)'\n')
            {
                bundle.WriteByte((byte)'\n');
            }
        }

        yield return new() { Path = Path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = bundle.ToArray() };
        if (!tree.Contains(OpenSslFile))
        {
            yield return NewRoot.SymbolicLink(OpenSslFile, "/" + Path);
        }
    }
}
