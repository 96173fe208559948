using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>Begins to write the archive while the project is compiled; <see cref="PublishImage"/> goes on with it, or writes all of
/// it.</summary>
public sealed class WriteArchiveAhead : AheadTask
{
    /// <inheritdoc/>
    private protected override void Begin(BuildInputs inputs) =>
        inputs.WriteArchiveAhead(Platform.FromRuntimeIdentifier(RuntimeIdentifier));
}
