using System.Text.Json.Serialization;
using System.Text.Json;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Starting;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>
/// Hands a built image from the step that makes it to the step that publishes it: manifest, config and layers as blobs of a directory,
/// and <c>build.json</c>, which says where the base's layers are to be had. Written only by this version for this version.
/// </summary>
internal static class BuiltImageFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "build.json";

    /// <summary>The store of an image's debug image.</summary>
    /// <param name="directory">The directory of the image's own store.</param>
    internal static BlobStore DebugStore(string directory) => new(Path.Combine(directory, "debug"));

    /// <summary>The store of an image that is built only to be compared with one that exists.</summary>
    /// <param name="directory">The directory of the image's own store.</param>
    internal static BlobStore RebuildStore(string directory) => new(Path.Combine(directory, "rebuild"));

    /// <summary>Writes the image. What earlier builds left in the store and this image does not have is removed.</summary>
    /// <param name="store">The store that has its layers.</param>
    /// <param name="debugOf">The manifest of the image that it is the debug image of.</param>
    public static void Save(BuiltImage built, BlobStore store, Digest? debugOf = null)
    {
        foreach (var blob in new[] { built.Image.Manifest, built.Image.Config.Blob })
        {
            store.WriteFile(Path.GetRelativePath(store.Root, store.PathOf(blob.Descriptor.Digest)), blob.Content);
        }

        store.WriteFile(FileName, Write(built, debugOf));
        store.RemoveAllExcept(new HashSet<Digest>(
            [built.Image.Manifest.Descriptor.Digest, built.Image.Config.Blob.Descriptor.Digest]));
    }

    /// <summary>What the file says of an image, as JSON.</summary>
    internal static byte[] Write(BuiltImage built, Digest? debugOf = null) => JsonSerializer.SerializeToUtf8Bytes(
        new State(
            built.Image.Manifest.Descriptor,
            built.Image.Config.Blob.Descriptor,
            built.BaseName,
            built.BaseDigest,
            [.. built.Image.Layers.Select(layer => Locate(layer.Blob))],
            built.Layers,
            [.. built.Layers.Select(layer => layer.Origin.ToString())],
            built.StartFindings?.Select(finding => new Finding((int)finding.Code, finding.IsCertain ? 1 : 0, finding.Text)).ToList(),
            built.BaseSignature,
            debugOf),
        BuiltImageJson.Default.State);

    /// <summary>Reads the image back.</summary>
    /// <param name="store">The store it was written to.</param>
    /// <param name="remote">Makes the blob of a base layer that lies in a registry.</param>
    /// <param name="expected">The manifest of the image that was written, or of which the debug image was; null for any.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidArchive"/>: no image was built there, or another build
    /// has put its own there since.</exception>
    public static BuiltImage Load(BlobStore store, Func<RepositoryReference, Descriptor, Blob> remote, Digest? expected = null)
    {
        try
        {
            var json = RegularFile.ReadAllBytes(Path.Combine(store.Root, FileName));
            var state = JsonSerializer.Deserialize(json, BuiltImageJson.Default.State) ?? throw new JsonException();
            if (expected is not null && (state.DebugOf ?? state.Manifest.Digest) != expected)
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidArchive,
                    $"Another build of the project has put its image into '{store.Root}' while this one was at work. Builds of one project "
                    + $"at the same time need an IntermediateOutputPath and a PublishDir each.");
            }

            var document = RegularFile.ReadAllBytes(store.PathOf(state.Manifest.Digest));
            var manifest = new MemoryBlob(RawDocument.Verify(state.Manifest, document, $"'{store.Root}'"));
            var places = new Queue<BlobPlace>(state.Blobs);
            var image = Image.Read(
                manifest,
                RegularFile.ReadAllBytes(store.PathOf(state.Config.Digest)),
                descriptor => places.TryDequeue(out var place)
                    ? Open(place, descriptor with { Annotations = null }, remote)
                    : throw new JsonException(),
                store.Root);
            var own = image.Layers.Skip(image.Layers.Count - state.Layers.Count).Select(layer => layer.Blob);
            var layers = state.Layers.Zip(own, (layer, blob) => layer with { Record = layer.Record with { Blob = blob } })
                .Zip(state.Origins, (layer, origin) => layer with { Origin = Enum.Parse<LayerOrigin>(origin) });
            return new BuiltImage(image, [.. layers], state.BaseName, state.BaseDigest)
            {
                StartFindings = state.Findings?.Select(
                    finding => new StartFinding((DiagnosticCode)finding.Code, finding.IsCertain != 0, finding.Text)).ToList(),
                BaseSignature = state.BaseSignature,
            };
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is JsonException)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidArchive, $"No whole image lies in '{store.Root}': {failure.Message} Build it again.", failure);
        }
    }

    private static BlobPlace Locate(Blob blob) => blob switch
    {
        FileBlob file => new(file.Path, file.Offset, null),
        Registry.RegistryBlob remote => new(null, 0, remote.Repository),
        var other => throw new InvalidOperationException($"A layer cannot be handed on as {other.GetType().Name}."),
    };

    private static Blob Open(BlobPlace place, Descriptor descriptor, Func<RepositoryReference, Descriptor, Blob> remote) =>
        place.Path is not null
            ? new FileBlob(descriptor, place.Path, place.Offset)
            : remote(place.Repository ?? throw new JsonException(), descriptor);

    // Enumerations and booleans are text or numbers here: the serializer for one is compiled in every build, which takes longer than all
    // else here.
    internal sealed record State(
        Descriptor Manifest,
        Descriptor Config,
        string? BaseName,
        Digest? BaseDigest,
        IReadOnlyList<BlobPlace> Blobs,
        IReadOnlyList<BuiltLayer> Layers,
        IReadOnlyList<string> Origins,
        IReadOnlyList<Finding>? Findings,
        VerifiedSignature? BaseSignature,
        Digest? DebugOf);

    /// <summary>What the start check found, with the number of its code.</summary>
    internal sealed record Finding(int Code, int IsCertain, string Text);

    /// <summary>Where the bytes of a layer are; what they are stands in manifest and config.</summary>
    internal sealed record BlobPlace(string? Path, long Offset, RepositoryReference? Repository);
}

/// <summary>Serialization code for <c>build.json</c>, made by the compiler.</summary>
[JsonSerializable(typeof(BuiltImageFile.State))]
[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BuiltImageJson : JsonSerializerContext;
