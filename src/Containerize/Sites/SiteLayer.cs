using System.Text;
using Containerize.Building;
using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Sites;

/// <summary>
/// The topmost layer of a site, with the server's configuration: that knows what all files contain, so it changes whenever one does, and
/// a layer of its own would be one more to send.
/// </summary>
/// <param name="files">The layer without it.</param>
/// <param name="site">The site.</param>
/// <param name="content">What all layers of the site hold.</param>
/// <param name="endpoints">What the manifest tells of the files.</param>
internal sealed class SiteLayer(
    EntriesLayer files, StaticSite site, IReadOnlyList<LayerEntry> content, IReadOnlyList<AssetEndpoint> endpoints) : ILayerSource
{
    private EntriesLayer? _served;

    /// <inheritdoc/>
    public string Name => files.Name;

    /// <inheritdoc/>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var server = await SiteServer.FindAsync(context, cancellationToken);
        var routes = SiteRoutes.Of(await FilesAsync(context, cancellationToken), endpoints);
        var configuration = new LayerEntry
        {
            Path = NginxConfiguration.Path.TrimStart('/'),
            Type = LayerEntryType.File,
            Mode = FileModes.Data,
            Content = Encoding.UTF8.GetBytes(NginxConfiguration.Write(site, routes, server)),
        };
        LayerEntries.CheckConflicts([.. content, configuration], isWindows: false);
        _served = files with { Entries = [.. files.Entries, configuration] };
        return await _served.PrepareAsync(context, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IPreparedLayer?> FitAsync(LayerContext context, CancellationToken cancellationToken) =>
        (_served ?? files).FitAsync(context, cancellationToken);

    private async Task<IReadOnlyList<SiteFile>> FilesAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var entries = content.Where(entry => site.PathOf(entry) is not null && entry.Type != LayerEntryType.Directory).ToList();
        var plain = entries.Where(entry => entry.SourcePath is not null).ToList();
        var hashes = await context.Hashes.HashAsync(plain, cancellationToken);
        return
        [
            .. plain.Zip(hashes, (entry, hash) => new SiteFile(site.PathOf(entry)!, hash.Digest)),
            .. entries.Where(entry => entry.SourcePath is null).Select(entry => new SiteFile(site.PathOf(entry)!, null)),
        ];
    }
}
