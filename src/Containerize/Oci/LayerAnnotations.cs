namespace Containerize.Oci;

/// <summary>
/// What a manifest says of each layer that Containerize made, in the annotations of its descriptor, so that a machine that never made the
/// layer can recognise it. Both families of media types carry them: readers of Docker's schema pass over members that they do not know.
/// </summary>
internal static class LayerAnnotations
{
    /// <summary>The layer's name: <c>dependencies</c>.</summary>
    public const string Name = "io.containerize.layer.name";

    /// <summary>The layer's inputs hash.</summary>
    public const string Inputs = "io.containerize.layer.inputs";
}
