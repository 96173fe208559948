using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Brings a project's lock file up to date: what the tags of its base images name now.</summary>
public sealed class LockBaseImages : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken) =>
        BuildInputs.UseAsync(this, OutputDirectory, reporter, inputs => RunAsync(inputs, cancellationToken));

    private async Task RunAsync(BuildInputs inputs, CancellationToken cancellationToken)
    {
        var file = inputs.Base.Tags.LockFile
            ?? throw new ContainerizeException(DiagnosticCode.InvalidProperty, "ContainerizeLockFile is empty; name the file to write.");
        var before = BaseImageLock.Read(file).Entries;
        var current = inputs.Base.Image is { Digest: null } tagged ? tagged.ToString() : null;
        var names = before.Keys.Concat(current is null ? [] : [current]).Distinct(StringComparer.Ordinal);
        var tags = inputs.Tags();
        var after = new Dictionary<string, Digest?>(StringComparer.Ordinal);
        var lines = new List<Message>();
        foreach (var name in names)
        {
            after[name] = await tags.AskAsync(ImageReference.Parse(name), cancellationToken);
            if (after[name] is null && name == current)
            {
                throw new ContainerizeException(
                    DiagnosticCode.BaseImageNotFound,
                    $"The base image {name} does not exist. Check ContainerBaseImage, and whether you are logged in.");
            }

            lines.Add((before.TryGetValue(name, out var old), after[name]) switch
            {
                (_, null) => (Message)$"  {name} does not exist any more; it is no longer locked.",
                (true, { } same) when same == old => $"  {name} is still {same}.",
                (true, { } other) => $"  {name} was {old} and is now {other}.",
                (false, { } first) => $"  {name} is {first}.",
            });
        }

        if (after.Count > 0)
        {
            var signed = current is not null && after[current] is { } digest
                ? await VerifyAsync(inputs, digest, after, lines, cancellationToken) : null;
            await BaseImageLock.UpdateAsync(file, after, cancellationToken, signed);
            ShowResult([$"locked in '{file}'", .. lines]);
        }
        else
        {
            ShowResult(["nothing to lock: the base image is not one that a tag in a registry names"]);
        }
    }

    // What is verified is what a build for the platform verifies: the index, or a manifest that leads from it to the platform's.
    private async Task<IReadOnlyList<VerifiedSignature>?> VerifyAsync(
        BuildInputs inputs, Digest digest, Dictionary<string, Digest?> after, List<Message> lines, CancellationToken cancellationToken)
    {
        if (inputs.Trust is not { } trust || inputs.Base.Image is not { } image
            || trust.RuleFor(image.Repository) is not { AllowsUnsigned: false })
        {
            return null;
        }

        var named = image with { Digest = digest };
        var source = new RegistrySource(inputs.Registries, named, tags: null, inputs.Cache, prefetch: false, trust.VerifyAsync);
        if ((await source.OpenAsync(Platform.FromRuntimeIdentifier(RuntimeIdentifier), cancellationToken)).Signature is not { } verified)
        {
            return null;
        }

        lines.Add($"  {verified.Image} is signed by {verified.Signer}.");
        var before = BaseImageLock.Read(inputs.Base.Tags.LockFile!);
        // Other platforms may have other bases, whose signatures stay: all where no tag moved. Those of images that are locked no longer
        // go; the builds of the other platforms add theirs again, and find the tags moved already.
        var isSame = before.Entries.All(entry => after.GetValueOrDefault(entry.Key) == entry.Value);
        return
        [
            .. before.VerifiedSignatures.Where(each => each.Image != verified.Image && (isSame || after.ContainsValue(each.Image))),
            verified,
        ];
    }
}
