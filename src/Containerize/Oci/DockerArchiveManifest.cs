using System.Text.Json.Nodes;

namespace Containerize.Oci;

/// <summary>An image in the <c>manifest.json</c> of an archive that <c>docker save</c> writes and <c>docker load</c> reads.</summary>
/// <param name="Config">The name of the config's file.</param>
/// <param name="RepoTags">The image's full names; may be empty.</param>
/// <param name="Layers">The names of the layers' files, bottom first.</param>
internal sealed record DockerArchiveManifest(string Config, IReadOnlyList<string> RepoTags, IReadOnlyList<string> Layers)
{
    /// <summary>The file's name.</summary>
    internal const string Name = "manifest.json";

    /// <summary>Reads the file.</summary>
    /// <param name="json">The raw bytes.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static IReadOnlyList<DockerArchiveManifest> Read(ReadOnlySpan<byte> json, string origin)
    {
        var images = OciJson.ReadArray(json, Name, origin);
        try
        {
            return [.. images.Select(
                image => new DockerArchiveManifest((string?)image!["Config"]
                    ?? throw new InvalidOperationException("an image has no config"), Texts(image["RepoTags"]), Texts(image["Layers"])))];
        }
        catch (Exception failure) when (failure is InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The {Name} of {origin} is no list of images: {failure.Message}", failure);
        }
    }

    /// <summary>Writes the file.</summary>
    internal static byte[] Write(IEnumerable<DockerArchiveManifest> images) =>
        OciJson.Write(new JsonArray([.. images.Select(image => new JsonObject
        {
            ["Config"] = image.Config,
            ["RepoTags"] = Array(image.RepoTags),
            ["Layers"] = Array(image.Layers),
        })]));

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static IReadOnlyList<string> Texts(JsonNode? array) =>
        array is null ? [] : [.. array.AsArray().Select(item => (string?)item ?? "")];
}
