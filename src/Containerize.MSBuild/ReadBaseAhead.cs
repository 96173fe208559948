using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>Begins to read the base image while the project is compiled; <see cref="BuildImage"/> does the same where that was not
/// done.</summary>
public sealed class ReadBaseAhead : AheadTask
{
    /// <inheritdoc/>
    private protected override void Begin(BuildInputs inputs) => inputs.ReadBaseAhead(Platform.FromRuntimeIdentifier(RuntimeIdentifier));
}
