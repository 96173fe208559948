using System.Text.Json.Nodes;
using System.Text.Json;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Inputs;

/// <summary>
/// The endpoints manifest of static web assets holds the modification time of every asset, so two checkouts of one commit differ.
/// In the image all files have one time; the manifest then says the same. Browsers keep telling versions apart by ETag,
/// which is a hash of the content. What is left out of the image has no endpoint either.
/// </summary>
internal static class StaticAssetEndpoints
{
    private const string Suffix = ".staticwebassets.endpoints.json";

    private const string WebRoot = "wwwroot/";

    private const long MaxSize = 256 * 1024 * 1024;

    /// <summary>Whether a file is such a manifest, by its name and place.</summary>
    internal static bool IsManifest(PublishedFile file) =>
        file.RelativePath.EndsWith(Suffix, StringComparison.Ordinal) && !file.RelativePath.Contains('/', StringComparison.Ordinal)
            && file.Size < MaxSize;

    /// <summary>
    /// The manifest with the image's time in every <c>Last-Modified</c> header, and without endpoints of files that are left out.
    /// </summary>
    /// <param name="rules">The time, and what is left out.</param>
    /// <returns>The new content; null when the file is something else than its name says, and stays as it is.</returns>
    internal static ReadOnlyMemory<byte>? ForImage(string path, EntryRules rules)
    {
        try
        {
            var root = JsonNode.Parse(RegularFile.ReadAllBytes(path));
            if (root?["Endpoints"] is not JsonArray endpoints)
            {
                return null;
            }

            foreach (var endpoint in endpoints.Where(endpoint => rules.LeftOut.Contains(WebRoot + (string?)endpoint?["AssetFile"]))
                .ToList())
            {
                endpoints.Remove(endpoint);
            }

            foreach (var header in endpoints.SelectMany(endpoint => endpoint?["ResponseHeaders"] as JsonArray ?? []).OfType<JsonObject>())
            {
                if (header["Name"] is JsonValue name && name.TryGetValue<string>(out var text)
                    && text.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase))
                {
                    header["Value"] = rules.ModificationTime.UtcDateTime.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
                }
            }

            return OciJson.Write(root);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(DiagnosticCode.UnreadableFile, $"'{path}' cannot be read: {failure.Message}.", failure);
        }
    }
}
