using Containerize.Oci;

namespace Containerize.Registry.Protocol;

/// <summary>A manifest or index as a registry stores it.</summary>
/// <param name="Descriptor">Its settled media type, verified digest and size.</param>
/// <param name="Content">The bytes.</param>
internal sealed record RawManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content);
