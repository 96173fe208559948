using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>What a layout, an archive or a registry's reference holds; everything was checked.</summary>
/// <param name="Images">All images, in the order of the indexes.</param>
/// <param name="Unreferenced">Blobs that no image needs.</param>
internal sealed record ValidatedTree(IReadOnlyList<ValidatedImage> Images, IReadOnlyList<Digest> Unreferenced)
{
    /// <summary>The only image.</summary>
    public ValidatedImage Single() => Images.Count == 1
        ? Images[0]
        : throw new InvalidImageException(
            $"There are {Images.Count} images instead of one: {string.Join(", ", Images.Select(image => image.Platform))}.");

    /// <summary>The image of a platform, written like <c>linux/arm/v7</c>.</summary>
    public ValidatedImage For(string platform) => Images.FirstOrDefault(image => image.Platform == platform)
        ?? throw new InvalidImageException(
            $"There is no image for {platform}, but: {string.Join(", ", Images.Select(image => image.Platform))}.");
}

/// <summary>A valid image.</summary>
/// <param name="Descriptor">The manifest's descriptor.</param>
/// <param name="Name">The <c>org.opencontainers.image.ref.name</c> or tag that leads to it, if any.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The config.</param>
/// <param name="Layers">The layers, bottom first.</param>
internal sealed record ValidatedImage(
    Descriptor Descriptor, string? Name, JsonObject Manifest, JsonObject Config, IReadOnlyList<ValidatedLayer> Layers)
{
    /// <summary>What the config says it runs on, like <c>linux/arm/v7</c>.</summary>
    public string Platform =>
        string.Join('/', new[] { "os", "architecture", "variant" }.Select(member => (string?)Config[member])
            .Where(value => !string.IsNullOrEmpty(value)));

    /// <summary>The settings for running it: <c>Entrypoint</c>, <c>Env</c> …</summary>
    public JsonObject Settings => Config["config"] as JsonObject ?? [];

    /// <summary>The entry of a path in the highest layer that has it. Whiteouts of higher layers hide what is below.</summary>
    public ValidatedEntry? Find(string path)
    {
        foreach (var layer in Layers.Reverse())
        {
            if (layer.Entries.FirstOrDefault(entry => entry.Path == path) is { } entry)
            {
                return entry;
            }

            if (layer.Hides(path))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The entry of a path.</summary>
    /// <exception cref="InvalidImageException">There is none.</exception>
    public ValidatedEntry Get(string path) => Find(path) ?? throw new InvalidImageException($"{path} is in no layer of the image.");
}

/// <summary>A valid layer.</summary>
/// <param name="Descriptor">As in the manifest.</param>
/// <param name="DiffId">The digest of its tar.</param>
/// <param name="Entries">What is in the tar, in its order; empty for a foreign layer that is not here.</param>
internal sealed record ValidatedLayer(Descriptor Descriptor, Digest DiffId, IReadOnlyList<ValidatedEntry> Entries)
{
    /// <summary>The paths of all entries, in their order.</summary>
    public IReadOnlyList<string> Paths => [.. Entries.Select(entry => entry.Path)];

    internal bool Hides(string path)
    {
        for (var rest = path; rest.Length > 0;)
        {
            var slash = rest.LastIndexOf('/');
            var directory = slash < 0 ? "" : rest[..(slash + 1)];
            if (Entries.Any(entry => entry.Path == directory + ".wh..wh..opq" || entry.Path == directory + ".wh." + rest[(slash + 1)..]))
            {
                return true;
            }

            rest = slash < 0 ? "" : rest[..slash];
        }

        return false;
    }
}

/// <summary>An entry of a layer's tar.</summary>
internal sealed record ValidatedEntry
{
    /// <summary>The path without a leading <c>./</c> and without a trailing slash.</summary>
    public required string Path { get; init; }

    public required TarEntryType Type { get; init; }

    public required UnixFileMode Mode { get; init; }

    public required int Uid { get; init; }

    public required int Gid { get; init; }

    public required string UserName { get; init; }

    public required string GroupName { get; init; }

    public required DateTimeOffset ModificationTime { get; init; }

    /// <summary>The size of the content in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The digest of the content; that of nothing for what has none.</summary>
    public required Digest ContentDigest { get; init; }

    /// <summary>Where a symbolic or hard link points, else empty.</summary>
    public required string LinkTarget { get; init; }

    /// <summary>Reads the content out of the layer again.</summary>
    public required Func<byte[]> ReadAllBytes { get; init; }

    public bool IsDirectory => Type == TarEntryType.Directory;

    /// <summary>Reads the content as UTF-8.</summary>
    public string ReadAllText() => Encoding.UTF8.GetString(ReadAllBytes());

    public override string ToString() => $"{Type} {Path} {Convert.ToString((int)Mode, 8)} {Uid}:{Gid} {Size}";
}
