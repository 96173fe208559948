using System.Text.Json.Nodes;

namespace Containerize.Oci;

/// <summary>The names in an OCI layout, whether it is a directory or an archive.</summary>
/// <remarks>
/// OCI image specification, <i>image-layout.md</i> and <i>annotations.md</i>; the name of containerd is a convention of its own.
/// </remarks>
internal static class Layout
{
    /// <summary>The file that marks a layout.</summary>
    internal const string Marker = "oci-layout";

    /// <summary>The file that lists what is in the layout.</summary>
    internal const string Index = "index.json";

    /// <summary>The annotation that holds an image's tag; some tools write a full name there.</summary>
    internal const string TagAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>The annotation that holds an image's full name.</summary>
    internal const string NameAnnotation = "io.containerd.image.name";

    /// <summary>The content of <see cref="Marker"/>.</summary>
    internal static ReadOnlySpan<byte> MarkerContent => """{"imageLayoutVersion":"1.0.0"}"""u8;

    /// <summary>Where a blob lies, with slashes.</summary>
    /// <returns>The path below the layout.</returns>
    internal static string PathOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    /// <summary>What an entry of an index is called.</summary>
    /// <returns>Its names, most telling first; none when it has none.</returns>
    internal static IEnumerable<string> NamesOf(Descriptor descriptor) =>
        new[] { NameAnnotation, TagAnnotation }
            .Select(annotation => descriptor.Annotations?.GetValueOrDefault(annotation))
            .OfType<string>()
            .Where(name => name.Length > 0)
            .Distinct();

    /// <summary>Refuses a layout of a version that is not 1.</summary>
    /// <param name="marker">The content of <see cref="Marker"/>.</param>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/> or
    /// <see cref="DiagnosticCode.InvalidArchive"/>.</exception>
    internal static void CheckMarker(ReadOnlySpan<byte> marker, string origin)
    {
        var version = OciJson.ReadObject(marker, Marker, origin)["imageLayoutVersion"] is JsonValue value
            && value.TryGetValue<string>(out var text) ? text : "";
        if (!version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidArchive,
                $"{origin} is an OCI layout of the version '{version}'; Containerize reads versions 1.x. Write it again with a current " +
                $"tool.");
        }
    }
}
