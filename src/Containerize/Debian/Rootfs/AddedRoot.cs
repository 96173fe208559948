using System.Text;
using Containerize.Debian.Model;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Oci;

namespace Containerize.Debian.Rootfs;

/// <summary>The tree of a base image, to which packages and certificate authorities are added.</summary>
internal sealed record AddedRoot : IRootTemplate
{
    private const string Merged = "usr/";
    private const string Form = "debian packages 2";

    /// <summary>What the files of the base are, in a word.</summary>
    internal string Base { get; init; } = "";

    /// <summary>The base's links to directories as far as they are known before packages were fitted to it, by their paths.</summary>
    internal IReadOnlyDictionary<string, string> BaseLinks { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Where the base has files of packages put, by where those have them.</summary>
    internal IReadOnlyDictionary<string, string> Diverted { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Certificate authorities of the project's own.</summary>
    internal IReadOnlyList<CaCertificate> Certificates { get; init; } = [];

    /// <summary>
    /// Reads the base's bundle of certificate authorities, null where it has none; asked only when certificates are added to it.
    /// </summary>
    internal Func<CancellationToken, Task<byte[]?>>? BaseBundle { get; init; }

    /// <inheritdoc/>
    public FittedBase? Fitted { get; init; }

    /// <inheritdoc/>
    /// <remarks>Bases of which the same is known share a layer. One of which nothing is known yet shares none.</remarks>
    public string Kind
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (path, target) in Links.OrderBy(link => link.Key, StringComparer.Ordinal))
            {
                text.Append(path).Append('\t').Append(target).Append('\n');
            }

            foreach (var (path, target) in Diverted.OrderBy(diversion => diversion.Key, StringComparer.Ordinal))
            {
                text.Append(path).Append("\tdiverted\t").Append(target).Append('\n');
            }

            foreach (var (path, kept) in Fitted?.Directories ?? [])
            {
                text.Append(path).Append("\tkept\t").Append(kept).Append('\n');
            }

            foreach (var certificate in Certificates)
            {
                text.Append(certificate.Name).Append('\t').Append(Digest.Of(certificate.Pem.Span)).Append('\n');
            }

            text.Append(Fitted?.Bundle);
            // The base's own bundle is part of the new one.
            text.Append(Certificates.Count > 0 ? Base : "").Append(Fitted is null ? $"\tnot fitted to\t{Base}" : "");
            return $"{Form} {Digest.Of(Encoding.UTF8.GetBytes(text.ToString())).Hex}";
        }
    }

    /// <inheritdoc/>
    public IReadOnlySet<string> Provides { get; } = new HashSet<string>(StringComparer.Ordinal) { "ca-certificates" };

    private IReadOnlyDictionary<string, string> Links => Fitted?.Links ?? BaseLinks;

    /// <inheritdoc/>
    public IRootTemplate FitTo(FittedBase? fitted) => this with { Fitted = fitted };

    /// <inheritdoc/>
    public IEnumerable<LayerEntry> Begin(RootTree tree, IReadOnlySet<string> directories)
    {
        foreach (var (path, target) in Links)
        {
            tree.AddBaseLink(path, target);
        }

        foreach (var (path, kept) in Fitted?.Directories ?? [])
        {
            tree.AddBaseDirectory(path, kept);
        }

        foreach (var (path, target) in Diverted)
        {
            tree.AddBaseDiversion(path, target);
        }

        var isMerged = Links.TryGetValue("lib", out var lib) && lib.TrimStart('/').StartsWith(Merged, StringComparison.Ordinal);
        return isMerged
            ? directories.Where(name => NewRoot.IsLibraryDirectory(name) && !Links.ContainsKey(name)).Order(StringComparer.Ordinal)
            .Select(name => NewRoot.SymbolicLink(name, Merged + name))
            : [];
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoCertificateBundle"/>.</exception>
    public async Task<IReadOnlyList<LayerEntry>> EndAsync(RootTree tree, CaBundle certificates, CancellationToken cancellationToken)
    {
        if (certificates.IsEmpty && Certificates.Count == 0)
        {
            return [];
        }

        var below = certificates.IsWhole || BaseBundle is null ? null : await BaseBundle(cancellationToken);
        if (below is null && certificates.IsEmpty)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoCertificateBundle,
                "The base image has no /etc/ssl/certs/ca-certificates.crt that a certificate authority could be added to. Add " +
                "<ContainerizeDebianPackage Include=\"ca-certificates\" />, or choose a base image that has it.");
        }

        if (below is not null && !certificates.IsEmpty)
        {
            // That the packages add to it shows only when they are read.
            tree.Fitted.Bundle = Digest.Of(below).ToString();
        }

        // Where update-ca-certificates looks, so that they stay when it is run in an image on top.
        return [.. certificates.ToEntries(tree, below, Certificates),
            .. Certificates.Select(
                certificate =>
                    new LayerEntry
                    {
                        Path = $"{CaBundle.Local}{certificate.Name}.crt",
                        Type = LayerEntryType.File,
                        Mode = FileModes.Data,
                        Content = certificate.Pem,
                    })];
    }
}
