using System.Text.Json;
using Containerize.Files;
using Containerize.Inputs;

namespace Containerize.Sites;

/// <summary>A path that a file of the site answers for.</summary>
/// <param name="Route">The path, without a slash at its start. It has the fingerprint of the content, or the plain name.</param>
/// <param name="File">The file, as a path below the web root.</param>
/// <param name="CacheControl">How long browsers may keep the answer; null when the manifest does not tell.</param>
internal sealed record AssetEndpoint(string Route, string File, string? CacheControl);

/// <summary>
/// Reads the endpoints manifest of static web assets: it knows which names hold a fingerprint, and which file each is for.
/// </summary>
internal static class AssetEndpoints
{
    /// <summary>The endpoints of a publish, without those that stand for a compressed form.</summary>
    /// <param name="published">All published files.</param>
    /// <returns>The endpoints, one a route; none when there is no manifest, or something else of its name.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal static IReadOnlyList<AssetEndpoint> Read(IEnumerable<PublishedFile> published) =>
    [
        .. published.Where(StaticAssetEndpoints.IsManifest).SelectMany(file => Read(file.SourcePath))
            .DistinctBy(endpoint => endpoint.Route),
    ];

    private static IReadOnlyList<AssetEndpoint> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty("Endpoints").EnumerateArray().Select(Read).OfType<AssetEndpoint>()];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(DiagnosticCode.UnreadableFile, $"'{path}' cannot be read: {failure.Message}.", failure);
        }
    }

    private static AssetEndpoint? Read(JsonElement endpoint)
    {
        var (route, file) = (endpoint.GetProperty("Route").GetString(), endpoint.GetProperty("AssetFile").GetString());
        var headers = endpoint.GetProperty("ResponseHeaders").EnumerateArray()
            .ToLookup(header => header.GetProperty("Name").GetString(), header => header.GetProperty("Value").GetString());
        return route is not null && file is not null && !headers.Contains("Content-Encoding")
            ? new AssetEndpoint(route, file, headers["Cache-Control"].FirstOrDefault())
            : null;
    }
}
