using Containerize.Building;
using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Sites;

/// <summary>The server in what the site's layers are put upon: nginx.</summary>
/// <param name="BrotliModule">The module that hands out files compressed with Brotli, an absolute path; null when there is none.</param>
internal sealed record SiteServer(string? BrotliModule)
{
    private const string Program = "nginx";
    private const string Module = "ngx_http_brotli_static_module.so";
    private const string Variable = "PATH=";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // Of Debian, Ubuntu and Alpine; of nginx's own images; of those with a prefix.
    private static readonly string[] s_moduleDirectories = ["/usr/lib/nginx/modules", "/etc/nginx/modules", "/usr/lib64/nginx/modules"];

    /// <summary>Looks for the server, in the directories that its name will be looked up in.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoServerInBase"/>, or what reading the base's layers
    /// throws.</exception>
    internal static async Task<SiteServer> FindAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var baseImage = await context.Base;
        var below = await context.Below(cancellationToken);
        var tree = await ImageTree.ReadAsync(baseImage.Image, below, context.Cache.Store, TreeParts.All, cancellationToken);
        var path = baseImage.Image.Config.Environment.LastOrDefault(variable => variable.StartsWith(Variable, StringComparison.Ordinal));
        return (path?[Variable.Length..] ?? DefaultPath).Split(':').Any(directory => IsFile(tree, $"{directory}/{Program}"))
            ? new SiteServer(s_moduleDirectories.Select(directory => $"{directory}/{Module}").FirstOrDefault(file => IsFile(tree, file)))
            : throw new ContainerizeException(
                DiagnosticCode.NoServerInBase,
                $"The base image {baseImage.Name ?? "scratch"} has no nginx, the web server that hands out the site. Leave "
                    + $"ContainerBaseImage unset, choose an image with nginx (debian-packages:trixie, or one of nginx's own), or add it to "
                    + $"a base of Debian or Ubuntu: <ContainerizeDebianPackage Include=\"nginx\" />.");
    }

    private static bool IsFile(ImageTree tree, string path) =>
        tree.Find(tree.Resolve(path.Trim('/'), followLast: true)) is { Type: LayerEntryType.File };
}
