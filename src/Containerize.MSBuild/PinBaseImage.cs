using Containerize.Oci;
using Containerize.Settings;
using Containerize.Verification;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>
/// Finds the base on which the image that is verified was built. A base's tag moves; that is no difference of the app, and it is said.
/// </summary>
public sealed class PinBaseImage : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>The digest of the base's manifest; empty where the rebuild chooses its base as each build does.</summary>
    [Output]
    public string? Digest { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken) =>
        BuildInputs.UseAsync(this, OutputDirectory, reporter, inputs => RunAsync(inputs, reporter, cancellationToken));

    private async Task RunAsync(BuildInputs inputs, IReporter reporter, CancellationToken cancellationToken)
    {
        var destinations = DestinationSettings.Read(Project, SilentReporter.Instance);
        inputs.Announce();
        var platform = Platform.FromRuntimeIdentifier(RuntimeIdentifier);
        var verified = await inputs.FindVerifiedAsync(VerifySettings.Read(Project, destinations), cancellationToken);
        var said = ImageBase.Of((await verified.OpenAsync(platform, cancellationToken)).Image);
        if (inputs.Base.PinTo(said.Name, said.Digest) is not { } pinned)
        {
            return;
        }

        Digest = pinned.ToString();
        if (await inputs.TryResolveBaseAsync(platform, cancellationToken) is { } now && now != pinned)
        {
            reporter.Message($"The base image {said.Name} has moved since {verified.Name} was built: it is {now} now. The rebuild uses "
                + $"{pinned}, on which that image was built; build again to get what the base fixes.");
        }
    }
}
