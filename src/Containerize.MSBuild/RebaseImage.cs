using Containerize.Bases;
using Containerize.Building;
using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Rebasing;
using Containerize.Settings;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Statements;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Puts the project's published image on the current state of its base: nothing is built.</summary>
public sealed class RebaseImage : ContainerizeTask
{
    /// <summary>
    /// Whether the new base is the project's one; else it is the one that the image of each platform names, as its build called it.
    /// </summary>
    public bool HasBase { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>The digest of the image or index.</summary>
    [Output]
    public string? Digest { get; set; }

    /// <summary>The image's names, one per registry and tag.</summary>
    [Output]
    public ITaskItem[] ImageNames { get; set; } = [];

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var destinations = DestinationSettings.Read(Project, reporter);
        return BuildInputs.UseAsync(
            this, OutputDirectory, reporter, inputs => RunAsync(inputs, destinations, reporter, cancellationToken));
    }

    private async Task RunAsync(
        BuildInputs inputs, DestinationSettings destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        inputs.Announce();
        var places = new CopyPlaces(inputs.Registries, inputs.Cache, Environment.GetEnvironmentVariable, reporter);
        var image = await ReadAsync(places, destinations, inputs, reporter, cancellationToken);
        var rebase = new Rebase(
            named => inputs.OpenExisting(HasBase ? inputs.Base.Reference : new RegistryReference(named!)),
            from: null,
            old => new RegistrySource(inputs.Registries, old, tags: null, inputs.Cache, prefetch: false).OpenAsync,
            inputs.Cache,
            Path.Combine(OutputDirectory, "rebase"),
            reporter);
        var result = await rebase.RunAsync(image, cancellationToken);
        Digest = result.Digest.ToString();
        if (result.IsUnchanged)
        {
            ShowResult([(Message)$"{image.Origin} has the current base already; nothing was written"]);
            return;
        }

        var images = result.Set with { DescriptorAnnotations = AnnotationItems.Read(Project, AnnotationScope.Descriptor) };
        var push = PushSettings.Read(Project, reporter);
        var delivery = new Delivery([.. destinations.Create(
            inputs.Registries, inputs.Cache, destinations.Name, reporter, budget: push.Budget)]);
        var renewed = await RenewAsync(result, destinations, inputs, cancellationToken);
        IReadOnlyList<DestinationResult> written =
        [
            .. await delivery.WriteAsync(
                images,
                token => LocalLayers.FetchAsync(images, inputs.Registries, inputs.Cache, token),
                cancellationToken,
                await SignAsync(renewed.Evidence, images, destinations, inputs, reporter, cancellationToken)),
            .. await new PlatformTags(places, destinations, push, reporter).MoveAsync(images, image.Origin, cancellationToken),
        ];
        ImageNames = [.. written.SelectMany(each => each.Locations).Select(name => new TaskItem(name))];
        ShowResult([.. Lines(result, renewed, written)]);
    }

    private static IEnumerable<Message> Lines(
        RebasedSet result, RenewedEvidence renewed, IReadOnlyList<DestinationResult> written)
    {
        yield return $"rebased {result.Before.Origin} ({result.Before.Digest}) to {result.Digest}";
        foreach (var image in result.Images.Where(image => !image.IsUnchanged))
        {
            yield return $"{image.Image.Config.Platform}: {image.NewBase.Name}, {image.OldBase.Image.Manifest.Descriptor.Digest} to "
                + $"{image.NewBase.Image.Manifest.Descriptor.Digest}{(image.IsExact ? "" : "; check the settings of the result")}";
        }

        foreach (var document in result.LeftOut)
        {
            yield return $"stays with the old image: {document.Type} {document.Digest}";
        }

        foreach (var document in renewed.Evidence.Referrers)
        {
            yield return $"made for the new image: {document.Entry.ArtifactType} {document.Manifest.Descriptor.Digest}";
        }

        foreach (var reason in renewed.Missing)
        {
            yield return reason;
        }

        foreach (var each in written)
        {
            yield return $"written to {string.Join(", ", each.Locations)}: {ByteSize.Format(each.BytesWritten)} sent, "
                + $"{ByteSize.Format(each.BytesAvoided)} were there";
        }
    }

    private async Task<RenewedEvidence> RenewAsync(
        RebasedSet result, DestinationSettings destinations, BuildInputs inputs, CancellationToken cancellationToken)
    {
        // Where the image goes to engines only, no place takes documents.
        if (!destinations.TakeEvidence)
        {
            return new(Evidence.None, []);
        }

        var wanted = EvidenceSettings.Read(Project, Environment.GetEnvironmentVariable);
        return await new EvidenceRenewal(
            wanted,
            destinations.Name.Repository,
            wanted?.Provenance?.Origin ?? BuildOrigin.Of(Environment.GetEnvironmentVariable, builder: null),
            inputs.Cache,
            TimeProvider.System).MakeAsync(result, cancellationToken);
    }

    private async Task<Evidence?> SignAsync(
        Evidence evidence,
        ImageSet images,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        if (!destinations.TakeEvidence || SigningSettings.Read(Project, Environment.GetEnvironmentVariable) is not { } signing)
        {
            return evidence.IsEmpty ? null : evidence;
        }

        var sign = signing.Create(inputs.Cache, Environment.GetEnvironmentVariable, reporter);
        var statements = evidence.Referrers.Select(SignStatement.Of).OfType<Attestation>().ToList();
        var signatures = await sign(SigningRequest.Of(images, statements, destinations.PulledNames), cancellationToken);
        return (evidence with { IsOptional = evidence.IsOptional || signing.IsOptional }).With(signatures);
    }

    // The first place that has the image: its registries, its archive, its layout.
    private static async Task<CopiedImage> ReadAsync(
        CopyPlaces places,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        ICopySource? source = null;
        string? fromArchive = null;
        foreach (var reference in destinations.Sources)
        {
            if (await inputs.Registries.TryResolveTargetAsync(reference.Repository, reference.Target, cancellationToken) is not null)
            {
                source = new RegistryCopySource(inputs.Registries, reference);
                break;
            }
        }

        if (source is null && destinations.Archive is { } archive && RegularFile.IsThere(archive))
        {
            source = await places.OpenArchiveAsync(archive, [], cancellationToken);
            fromArchive = archive;
        }

        if (source is null && destinations.Layout is { } layout && Directory.Exists(layout))
        {
            source = await CopyPlaces.OpenLayoutAsync(layout, destinations.NamesInLayout, cancellationToken);
        }

        if (source is null)
        {
            throw new ContainerizeException(
                DiagnosticCode.NothingToRebase,
                $"There is no image of this project to put on another base: neither its registries, its archive nor its layout have it. "
                + $"Publish it first (-t:Containerize), with the same ContainerRegistry, ContainerArchiveOutputPath or "
                + $"ContainerizeLayoutDirectory.");
        }

        var image = await new CopyReader(source, inputs.Cache, reporter).ReadAsync(null, withReferrers: true, cancellationToken);
        return fromArchive is { } file
            ? await new ArchiveDocuments(file, inputs.Cache, reporter).AddToAsync(image, cancellationToken) : image;
    }
}
