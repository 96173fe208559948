using Containerize.Building;
using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Sites;

/// <summary>A site of files that a web server in the image hands out: a Blazor WebAssembly app, or any published wwwroot.</summary>
internal sealed record StaticSite
{
    /// <summary>The page of an app that routes in the browser.</summary>
    internal const string DefaultFallback = "index.html";

    /// <summary>The directory below the publish directory that holds the site; nothing else of it goes into the image.</summary>
    private const string WebRoot = "wwwroot/";

    /// <summary>The directory of the image that published files go to: absolute, with <c>/</c>.</summary>
    internal required string Directory { get; init; }

    /// <summary>The TCP ports to listen on.</summary>
    internal required IReadOnlyList<int> Ports { get; init; }

    /// <summary>What answers for a path without a file, as a path below the web root; null for nothing, which is "not found".</summary>
    internal string? Fallback { get; init; } = DefaultFallback;

    /// <summary>The web root in the image: absolute, without a slash at its end.</summary>
    internal string Root => $"{Directory.TrimEnd('/')}/{WebRoot.TrimEnd('/')}";

    /// <summary>The published files that the server hands out.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoSite"/>.</exception>
    internal IReadOnlyList<PublishedFile> Select(IReadOnlyList<PublishedFile> published)
    {
        var files = published.Where(file => file.RelativePath.StartsWith(WebRoot, StringComparison.Ordinal)
            && !MountedSettings.IsEncoding(file.RelativePath)).ToList();
        if (files.Count == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoSite,
                "The publish output has no wwwroot, so there is no site to hand out. Choose a project whose files are published there, "
                    + $"or remove ContainerizeStaticSite.");
        }

        return Fallback is null || files.Exists(file => file.RelativePath == WebRoot + Fallback) ? files : throw new ContainerizeException(
            DiagnosticCode.NoSite,
            $"The publish output has no wwwroot/{Fallback}, which is to answer for paths without a file. "
                + $"Set ContainerizeStaticSiteFallback to a page that there is, or to None.");
    }

    /// <summary>The layers with what makes a server hand out their files. The topmost holds the configuration.</summary>
    /// <param name="layers">The layers of the site, bottom first; at least one.</param>
    /// <param name="published">All published files, among them the manifest of the site's endpoints.</param>
    internal IReadOnlyList<ILayerSource> Serve(IReadOnlyList<EntriesLayer> layers, IReadOnlyList<PublishedFile> published) =>
    [
        .. layers.SkipLast(1),
        new SiteLayer(layers[^1], this, [.. layers.SelectMany(layer => layer.Entries)], AssetEndpoints.Read(published)),
    ];

    /// <summary>The path below the web root of an entry; null for what lies elsewhere.</summary>
    internal string? PathOf(LayerEntry entry) =>
        $"/{entry.Path}" is var path && path.StartsWith($"{Root}/", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : null;
}
