using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>
/// Begins to read the base image while the project is compiled, and to prepare what is done with the image afterwards;
/// <see cref="BuildImage"/> does the same where that was not done.
/// </summary>
public sealed class ReadBaseAhead : AheadTask
{
    /// <summary>Whether the image is delivered, so that its destinations may be asked for the last one.</summary>
    public bool IsDelivered { get; set; }

    /// <inheritdoc/>
    private protected override void Begin(BuildInputs inputs)
    {
        var platform = Platform.FromRuntimeIdentifier(RuntimeIdentifier);
        inputs.ReadBaseAhead(platform);
        if (IsDelivered)
        {
            inputs.PrepareImage(platform);
        }
    }
}
