using System.Text;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Pages;
using Containerize.Reports;
using Containerize.Settings;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Writes what <see cref="BuildImage"/> built to its destinations, several images as one index, and says what it did.</summary>
public sealed class PublishImage : ContainerizeTask
{
    /// <summary>The directories that <see cref="BuildImage"/> wrote, full paths; each with its
    /// <c>RuntimeIdentifier</c> and <c>CacheIsFull</c>.</summary>
    [Required]
    public required ITaskItem[] BuiltImages { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>Whether the image was built again because a layer was damaged, so that damage is an error.</summary>
    public bool IsRepair { get; set; }

    /// <summary>Whether nothing was published because a layer is damaged or gone. Building the image again makes or fetches it.</summary>
    [Output]
    public bool IsDamaged { get; set; }

    /// <summary>The archive that was written, if any.</summary>
    [Output]
    public string? ArchivePath { get; set; }

    /// <summary>The digest of the image or index.</summary>
    [Output]
    public string? Digest { get; set; }

    /// <summary>The media type of the image's manifest or the index.</summary>
    [Output]
    public string? MediaType { get; set; }

    /// <summary>The index, as JSON; empty for a single image.</summary>
    [Output]
    public string? Index { get; set; }

    /// <summary>The image's names, one per tag.</summary>
    [Output]
    public ITaskItem[] ImageNames { get; set; } = [];

    /// <summary>The files that were written.</summary>
    [Output]
    public ITaskItem[] WrittenOutputs { get; set; } = [];

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        // The name of a single image was checked, and remarked upon, by its build.
        var destinations = DestinationSettings.Read(Project, BuiltImages.Length > 1 ? reporter : new QuietReporter(reporter));
        await BuildInputs.UseAsync(
            this,
            OutputDirectory,
            BuiltImages.Any(image => image.GetMetadata(nameof(BuildImage.CacheIsFull)).Equals("true", StringComparison.OrdinalIgnoreCase)),
            reporter,
            reporter.Detail,
            inputs => RunAsync(inputs, destinations, reporter, cancellationToken));
    }

    private async Task RunAsync(
        BuildInputs inputs, DestinationSettings destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        inputs.Announce();
        try
        {
            await PublishAsync(inputs, destinations, reporter, cancellationToken);
        }
        catch (ContainerizeException failure) when (IsDamage(failure.Code))
        {
            // A blob of the cache, most likely. The next build reads all of them again, and makes or fetches what is damaged.
            inputs.Cache.ForgetVerified();
            if (IsRepair)
            {
                throw;
            }

            IsDamaged = true;
            reporter.Message($"{failure.Message} The image is built again.");
        }
    }

    private static bool IsDamage(DiagnosticCode code) =>
        code is DiagnosticCode.DigestMismatch or DiagnosticCode.UnreadableFile or DiagnosticCode.InvalidArchive;

    private async Task PublishAsync(
        BuildInputs inputs, DestinationSettings destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        var push = PushSettings.Read(Project, reporter);
        var files = ReportFiles.Read(Project);
        var limits = CacheSettings.Read(Project, Environment.GetEnvironmentVariable).Limits;
        var wanted = EvidenceSettings.Read(Project, Environment.GetEnvironmentVariable);
        IReadOnlyList<BuiltImage> built =
            [.. BuiltImages.Select(image => BuiltImageFile.Load(new BlobStore(image.ItemSpec), inputs.Registries.CreateBlob))];
        var images = ImageSet.Of(
            [.. built.Select(image => image.Image)],
            AnnotationItems.Read(Project, AnnotationScope.Index),
            AnnotationItems.Read(Project, AnnotationScope.Descriptor));
        Describe(images, destinations, files);
        var evidence = wanted is null ? null : await MakeEvidenceAsync(wanted, destinations, inputs, built, cancellationToken);
        evidence = await SignAsync(evidence, images, destinations, inputs, reporter, cancellationToken);
        NoteEvidence(evidence, images, destinations);
        var results = await WriteAsync(destinations, push, inputs, images, evidence, reporter, cancellationToken);
        var published = new PublishedImage(built, images, destinations.Name, results);
        AtomicFile.Write(files.ImageInfo, ImageInfo.Write(published));
        AtomicFile.Write(files.Digest, Encoding.UTF8.GetBytes(images.Root.Descriptor.Digest + "\n"));
        OutputList.Add(OutputDirectory, destinations.Files);
        ShowResult(ImageLines.All(published), ImageLines.Short(published));
        if (destinations.DebugImage == true)
        {
            await PublishDebugImageAsync(destinations.OfDebugImage, push, inputs, reporter, cancellationToken);
        }

        if (files.TellCi)
        {
            Print(await CiSystems.TellAsync(published, Variables(), OutputDirectory, reporter, cancellationToken));
        }

        WriteReport(files, built, images, destinations, inputs, reporter);
        foreach (var (image, item) in built.Zip(BuiltImages))
        {
            PreviousBuild.Save(Path.Combine(item.ItemSpec, PreviousBuild.FileName), image.Layers);
        }

        if (new CachePruner(inputs.Cache, limits).PruneIfDue(cancellationToken) is { Files: > 0 } pruned)
        {
            var (removed, left) = (ByteSize.Format(pruned.Bytes), ByteSize.Format(pruned.BytesLeft));
            reporter.Detail($"Removed {pruned.Files} files ({removed}) from the cache; the blobs that are left have {left}.");
        }
    }

    private async Task PublishDebugImageAsync(
        DestinationSettings destinations, PushSettings push, BuildInputs inputs, IReporter reporter, CancellationToken cancellationToken)
    {
        IReadOnlyList<BuiltImage> built =
            [.. BuiltImages.Select(image => BuiltImageFile.Load(BuiltImageFile.DebugStore(image.ItemSpec), inputs.Registries.CreateBlob))];
        var images = ImageSet.Of(
            [.. built.Select(image => image.Image)],
            AnnotationItems.Read(Project, AnnotationScope.Index),
            AnnotationItems.Read(Project, AnnotationScope.Descriptor));
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(
            inputs.Registries, inputs.Cache, destinations.Name, reporter, intact, push.Budget)]);
        var results = await delivery.WriteAsync(
            images, token => LocalLayers.FetchAsync(images, inputs.Registries, inputs.Cache, token), cancellationToken);
        ShowResult([.. ImageLines.Short(new PublishedImage(built, images, destinations.Name, results))]);
    }

    // Before this build becomes the previous one, with which the report compares it.
    private void WriteReport(
        ReportFiles files,
        IReadOnlyList<BuiltImage> built,
        ImageSet images,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReporter reporter)
    {
        if (files.Page is not { } path)
        {
            return;
        }

        var cache = new LayerCache(inputs.Cache);
        var reported = built.Zip(BuiltImages, (image, item) => ReportedImage.Read(
            image, PreviousBuild.Load(Path.Combine(item.ItemSpec, PreviousBuild.FileName)), cache));
        ReportPage.Write(path, new ImageReport([.. destinations.References], images.Root.Descriptor.Digest, [.. reported]), reporter);
    }

    // A repair publishes the same, and does not tell this build.
    private void Describe(ImageSet images, DestinationSettings destinations, ReportFiles files)
    {
        Digest = images.Root.Descriptor.Digest.ToString();
        MediaType = images.Root.Descriptor.MediaType;
        Index = images.IsIndex ? Encoding.UTF8.GetString(images.Root.Content) : null;
        ArchivePath = destinations.Archive;
        ImageNames = [.. destinations.References.Select(name => new TaskItem(name))];
        var previous = BuiltImages.Select(image => Path.Combine(image.ItemSpec, PreviousBuild.FileName));
        var archives = destinations.Files.Where(path => path != destinations.Layout);
        IEnumerable<string?> written = [.. archives, files.ImageInfo, files.Digest, files.Page, .. previous];
        WrittenOutputs = [.. written.OfType<string>().Select(path => new TaskItem(path))];
    }

    private Task<Evidence> MakeEvidenceAsync(
        EvidenceRequest wanted,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReadOnlyList<BuiltImage> built,
        CancellationToken cancellationToken) =>
        new EvidenceMaker(wanted, destinations.Name.Repository, inputs.Cache, TimeProvider.System).MakeAsync(
            built.Zip(BuiltImages, (image, item) => (
                image, item.GetMetadata("DependencyFile") is { Length: > 0 } file ? Path.GetFullPath(file) : null)),
            cancellationToken);

    // Where the image goes to engines only, there is nothing to sign it for, and no key is needed.
    private async Task<Evidence?> SignAsync(
        Evidence? evidence,
        ImageSet images,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        if (!destinations.TakeEvidence || SigningSettings.Read(Project, Environment.GetEnvironmentVariable) is not { } signing)
        {
            return evidence;
        }

        evidence ??= Evidence.None with { IsOptional = signing.IsOptional };
        var statements = evidence.Referrers.Select(SignStatement.Of).OfType<Attestation>().ToList();
        var request = SigningRequest.Of(images, statements, destinations.PulledNames);
        var sign = signing.Create(inputs.Cache, Environment.GetEnvironmentVariable, reporter);
        return evidence.With(await sign(request, cancellationToken));
    }

    // The files beside an archive are the build's as well.
    private void NoteEvidence(Evidence? evidence, ImageSet images, DestinationSettings destinations)
    {
        if (evidence is not null)
        {
            var files = destinations.Archive is { } archive
                ? ArchiveEvidence.Files(archive, images, evidence).Select(file => file.Path) : [];
            WrittenOutputs = [.. WrittenOutputs, .. files.Append(Path.Combine(OutputDirectory, AttachedEvidence.FileName))
                .Select(path => new TaskItem(path))];
        }
    }

    private async Task<IReadOnlyList<DestinationResult>> WriteAsync(
        DestinationSettings destinations,
        PushSettings push,
        BuildInputs inputs,
        ImageSet images,
        Evidence? evidence,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var attached = evidence is null ? null : AttachedEvidence.Load(Path.Combine(OutputDirectory, AttachedEvidence.FileName));
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(
            inputs.Registries, inputs.Cache, destinations.Name, reporter, intact, push.Budget, attached)]);
        delivery.Load(Path.Combine(OutputDirectory, Delivery.FileName), images);
        var results = new List<DestinationResult>(await delivery.WriteAsync(
            images, token => LocalLayers.FetchAsync(images, inputs.Registries, inputs.Cache, token), cancellationToken, evidence));
        if (push.PlatformTags && images.IsIndex)
        {
            // The index went first: its images are there, and only the tags are new.
            foreach (var (image, item) in images.Images.Zip(BuiltImages))
            {
                IReadOnlyList<string> tags = [.. destinations.Name.Tags.Select(tag => $"{tag}-{item.GetMetadata("RuntimeIdentifier")}")];
                var named = destinations.Create(inputs.Registries, inputs.Cache, destinations.Name with { Tags = tags }, reporter);
                var tagged = new ImageSet(image);
                results.AddRange(await new Delivery([.. named.OfType<RegistryDestination>()])
                    .WriteAsync(tagged, _ => Task.FromResult(tagged), cancellationToken));
            }
        }

        return results;
    }

    private sealed class QuietReporter(IReporter inner) : IReporter
    {
        public void Message(Message text) => inner.Detail(text);

        public void Detail(Message text) => inner.Detail(text);

        public void Warning(DiagnosticCode code, Message text, SourcePosition? at) => inner.Detail(text);
    }
}
