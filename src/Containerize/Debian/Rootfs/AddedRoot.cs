using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>The tree of a base image, to which packages and certificate authorities are added.</summary>
internal sealed class AddedRoot : IRootTemplate
{
    private const string Merged = "usr/";

    /// <summary>The base's links to directories, by their paths.</summary>
    internal IReadOnlyDictionary<string, string> BaseLinks { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Where the base has files of packages put, by where those have them.</summary>
    internal IReadOnlyDictionary<string, string> Diverted { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Certificate authorities of the project's own.</summary>
    internal IReadOnlyList<CaCertificate> Certificates { get; init; } = [];

    /// <summary>Reads the base's bundle of certificate authorities; asked only when the packages bring none.</summary>
    internal Func<CancellationToken, Task<ReadOnlyMemory<byte>>>? BaseBundle { get; init; }

    /// <inheritdoc/>
    public IReadOnlySet<string> Provides { get; } = new HashSet<string>(StringComparer.Ordinal) { "ca-certificates" };

    /// <inheritdoc/>
    public IEnumerable<LayerEntry> Begin(RootTree tree, IReadOnlySet<string> directories)
    {
        foreach (var (path, target) in BaseLinks)
        {
            tree.AddBaseLink(path, target);
        }

        foreach (var (path, target) in Diverted)
        {
            tree.AddBaseDiversion(path, target);
        }

        var isMerged = BaseLinks.TryGetValue("lib", out var lib) && lib.TrimStart('/').StartsWith(Merged, StringComparison.Ordinal);
        return isMerged
            ? directories.Where(name => NewRoot.IsLibraryDirectory(name) && !BaseLinks.ContainsKey(name)).Order(StringComparer.Ordinal)
            .Select(name => NewRoot.SymbolicLink(name, Merged + name))
            : [];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LayerEntry>> EndAsync(RootTree tree, CaBundle certificates, CancellationToken cancellationToken)
    {
        if (certificates.IsEmpty && Certificates.Count == 0)
        {
            return [];
        }

        var own = Certificates.Select(certificate => certificate.Pem);
        var bundle = !certificates.IsEmpty || BaseBundle is null
            ? certificates.ToEntry(own)
            : CaBundle.Entry(own.Prepend(await BaseBundle(cancellationToken)));
        // Where update-ca-certificates looks, so that they stay when it is run in an image on top.
        return [bundle,
            .. Certificates.Select(
                certificate =>
                    new LayerEntry
                    {
                        Path = $"usr/local/share/ca-certificates/{certificate.Name}.crt",
                        Type = LayerEntryType.File,
                        Mode = FileModes.Data,
                        Content = certificate.Pem,
                    })];
    }
}
