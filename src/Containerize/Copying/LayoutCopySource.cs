using Containerize.Bases;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>An image in an OCI layout, a directory or an archive.</summary>
internal sealed class LayoutCopySource : ICopySource
{
    private readonly ImageFiles _files;
    private readonly IReadOnlyList<Descriptor> _entries;
    private readonly ILookup<Digest, Descriptor> _referrers;
    private readonly RawDocument _root;

    private LayoutCopySource(
        ImageFiles files, IReadOnlyList<Descriptor> entries, ILookup<Digest, Descriptor> referrers, RawDocument root, CopyName name)
    {
        (_files, _entries, _referrers, _root) = (files, entries, referrers, root);
        Name = name;
    }

    /// <inheritdoc/>
    public string Origin => _files.Origin;

    /// <inheritdoc/>
    public CopyName Name { get; }

    /// <summary>Opens a layout and finds the image in it.</summary>
    /// <param name="files">The files of the layout.</param>
    /// <param name="names">The tags or names to look for, the best one first; none for the only image.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidArchive"/>,
    /// <see cref="DiagnosticCode.BaseImageNotFound"/>, <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task<LayoutCopySource> OpenAsync(
        ImageFiles files, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var json = await files.ReadAsync(Layout.Index, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidArchive, $"{files.Origin} is no OCI layout: it has no {Layout.Index}.");
        if (await files.ReadAsync(Layout.Marker, cancellationToken) is { } marker)
        {
            Layout.CheckMarker(marker, files.Origin);
        }

        var index = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, json), files.Origin);
        IReadOnlyList<Descriptor> entries = [.. index.Manifests
            .Where(entry => MediaTypes.IsManifest(entry.MediaType) || MediaTypes.IsIndex(entry.MediaType))];
        var referrers = new List<(Digest Subject, Descriptor Entry)>();
        foreach (var entry in entries.Where(entry => files.Find(Layout.PathOf(entry.Digest)) is not null).DistinctBy(entry => entry.Digest))
        {
            if (Reference.SubjectOf(await files.ReadAsync(entry, cancellationToken), files.Origin) is { } subject)
            {
                referrers.Add((subject, entry));
            }
        }

        var picked = await LayoutReader.OneImageAsync(
            files, Pick(entries, [.. referrers.Select(referrer => referrer.Entry.Digest)], names, files.Origin), cancellationToken);
        var root = picked is [var only] ? await files.ReadAsync(only, cancellationToken) : IndexOf(picked, index, json);
        return new(files, entries, referrers.ToLookup(each => each.Subject, each => each.Entry), root, CopyName.Of(picked[0]));
    }

    /// <inheritdoc/>
    public Task<RawDocument> ReadRootAsync(CancellationToken cancellationToken) => Task.FromResult(_root);

    /// <inheritdoc/>
    public async Task<RawDocument?> TryReadAsync(Descriptor document, CancellationToken cancellationToken) =>
        _files.Find(Layout.PathOf(document.Digest)) is null ? null : await _files.ReadAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Blob OpenBlob(Descriptor blob) => _files.OpenBlob(blob);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        // A layout that was filled from a registry without the API has its list.
        var listed = await TryReadTagAsync(EvidenceTag.Of(subject), cancellationToken) is { } list
            && MediaTypes.IsIndex(list.Descriptor.MediaType) ? OciJson.ReadIndex(list, Origin).Manifests : [];
        return [.. _referrers[subject].Concat(listed).DistinctBy(entry => entry.Digest)];
    }

    /// <inheritdoc/>
    public async Task<RawDocument?> TryReadTagAsync(string tag, CancellationToken cancellationToken) =>
        _entries.FirstOrDefault(entry => Layout.NamesOf(entry).Any(name =>
            name == tag || name.EndsWith(":" + tag, StringComparison.Ordinal))) is { } found
            ? await TryReadAsync(found, cancellationToken)
            : null;

    // Tools that write an index as index.json sign it by the digest of that; where others stand in it, the index has to be made.
    private static RawDocument IndexOf(IReadOnlyList<Descriptor> images, ImageIndex index, byte[] json) =>
        images.SequenceEqual(index.Manifests)
            ? RawDocument.Of(index.MediaType ?? MediaTypes.OciIndex, json)
            : RawDocument.Of(MediaTypes.OciIndex, OciJson.Write(new ImageIndex
            {
                MediaType = MediaTypes.OciIndex,
                Manifests = [.. images.Select(image => new Descriptor
                {
                    MediaType = image.MediaType, Digest = image.Digest, Size = image.Size, Platform = image.Platform,
                })],
            }));

    private static IReadOnlyList<Descriptor> Pick(
        IReadOnlyList<Descriptor> entries, HashSet<Digest> referrers, IReadOnlyList<string> names, string origin)
    {
        IReadOnlyList<Descriptor> images = [.. entries.Where(entry => !entry.IsArtifact && !referrers.Contains(entry.Digest)
            && !Layout.NamesOf(entry).Any(name => EvidenceTag.IsOne(name[(name.LastIndexOf(':') + 1)..])))];
        var fitting = names.Count == 0 ? images : Named(entries, images, names, origin);
        return fitting.Count > 0
            ? fitting : throw new ContainerizeException(DiagnosticCode.BaseImageNotFound, $"{origin} holds no image.");
    }

    // The names are tried in their order; the failure is that of the best one. Several projects have one layout, and share tags in it.
    private static IReadOnlyList<Descriptor> Named(
        IReadOnlyList<Descriptor> entries, IReadOnlyList<Descriptor> images, IReadOnlyList<string> names, string origin)
    {
        ContainerizeException? best = null;
        foreach (var name in names)
        {
            try
            {
                return NamePicker.Pick(names.Count == 1 ? entries : images, Layout.NamesOf, name, origin);
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.BaseImageNotFound)
            {
                best ??= failure;
            }
        }

        throw best!;
    }
}
