using System.Text.RegularExpressions;
using Containerize.Oci;

namespace Containerize.Sites;

/// <summary>A file of the site.</summary>
/// <param name="Path">Its path below the web root.</param>
/// <param name="Content">The digest of its content; null when it is not known, as of a link.</param>
internal sealed record SiteFile(string Path, Digest? Content);

/// <summary>A path that the server has to know something of.</summary>
/// <param name="Path">The path, with a slash at its start.</param>
/// <param name="File">The file that answers, with a slash at its start.</param>
/// <param name="CacheControl">How long browsers may keep the answer.</param>
/// <param name="Tag">What tells this content from another; null where no browser is to rely on it.</param>
internal sealed record SiteRoute(string Path, string File, string CacheControl, string? Tag);

/// <summary>Finds out what paths a site answers for. A pure function.</summary>
internal static partial class SiteRoutes
{
    /// <summary>Browsers may keep the answer, and have to ask whether it still holds.</summary>
    internal const string AskAgain = "no-cache";

    private const string Forever = "immutable";
    private const string IndexPage = "index.html";
    private const int TagLength = 32;

    /// <summary>The paths, in ordinal order.</summary>
    /// <param name="files">The files of the site.</param>
    /// <param name="endpoints">What the manifest tells of them.</param>
    internal static IReadOnlyList<SiteRoute> Of(IReadOnlyList<SiteFile> files, IReadOnlyList<AssetEndpoint> endpoints)
    {
        var paths = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var content = files.Where(file => Encodings.PlainOf(file.Path) is not { } plain || !paths.Contains(plain))
            .ToDictionary(file => file.Path, StringComparer.Ordinal);
        var known = endpoints.ToDictionary(endpoint => endpoint.Route, endpoint => endpoint.CacheControl, StringComparer.Ordinal);
        IEnumerable<SiteRoute> routes =
        [
            .. content.Values.Select(file => Route(file.Path, file, known.GetValueOrDefault(file.Path))),
            .. endpoints.Where(endpoint => !paths.Contains(endpoint.Route) && content.ContainsKey(endpoint.File))
                .Select(endpoint => Route(endpoint.Route, content[endpoint.File], endpoint.CacheControl)),
            .. content.Values.Where(file => FolderOf(file.Path) is not null).Select(file => Route(FolderOf(file.Path)!, file, AskAgain)),
        ];

        // The server does not tell upper from lower case in its tables; of paths that differ in nothing else it learns nothing.
        return [.. routes.GroupBy(route => route.Path, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() == 1)
            .Select(group => group.Single()).OrderBy(route => route.Path, StringComparer.Ordinal)];
    }

    /// <summary>The directory that a page is the index of, empty or with a slash at its end; null for other files.</summary>
    internal static string? FolderOf(string path) =>
        path == IndexPage ? "" : path.EndsWith($"/{IndexPage}", StringComparison.Ordinal) ? path[..^IndexPage.Length] : null;

    private static SiteRoute Route(string path, SiteFile file, string? cacheControl)
    {
        var control = cacheControl is not null && Directives().IsMatch(cacheControl) ? cacheControl : AskAgain;
        // Browsers do not ask whether that changed which never does.
        var isTagged = !control.Contains(Forever, StringComparison.Ordinal) && !MountedSettings.IsOne(file.Path);
        return new SiteRoute($"/{path}", $"/{file.Path}", control, isTagged ? file.Content?.Hex[..TagLength] : null);
    }

    // The manifest is a file of the project; nothing of it may end a statement of the configuration.
    [GeneratedRegex(@"\A[A-Za-z0-9=, -]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Directives();
}
