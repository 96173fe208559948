using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>A published file, as an image has it.</summary>
/// <param name="RelativePath">Its path below the directory of the app, with <c>/</c>.</param>
/// <param name="Size">Its size, in bytes.</param>
/// <param name="PackedSize">What it adds to the size of a compressed layer, in bytes.</param>
/// <param name="State">Everything that decides its bytes in a layer: where two images have the same, the file did not change.</param>
/// <param name="Origin">Where it comes from, as the image says.</param>
internal sealed record PastFile(string RelativePath, long Size, long PackedSize, string State, FileOrigin Origin) : IPlannedFile;

/// <summary>An image of a history.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Files">The published files, each path once.</param>
/// <param name="Layers">The layers that hold them, as they were pushed.</param>
internal sealed record PastImage(string Name, IReadOnlyList<PastFile> Files, IReadOnlyList<Oci.Descriptor> Layers);
