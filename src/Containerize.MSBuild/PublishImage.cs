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
    /// <c>RuntimeIdentifier</c>, <c>ManifestDigest</c> and <c>CacheIsFull</c>.</summary>
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
        var limits = CacheSettings.Read(Project, UserHome.Variable).Limits;
        var wanted = EvidenceSettings.Read(Project, Environment.GetEnvironmentVariable);
        var delivery = new PartDelivery(destinations, push, wanted, inputs, reporter);
        var brought = await BringAsync(
            item => new BlobStore(item.ItemSpec), delivery, images => Describe(images, destinations, files), cancellationToken);
        // Both are everywhere before one of them has a tag.
        var debug = destinations.DebugImage != true ? null : await BringAsync(
            item => BuiltImageFile.DebugStore(item.ItemSpec), delivery with { Destinations = destinations.OfDebugImage }, _ => { },
            cancellationToken);
        var published = await NameAsync(brought, cancellationToken);
        if (debug is not null)
        {
            published = published with { Debug = await NameAsync(debug, cancellationToken) };
        }

        var (built, images) = (published.Built, published.Images);
        AtomicFile.Write(files.ImageInfo, ImageInfo.Write(published), isOurs: IsOurs(files.ImageInfo));
        AtomicFile.Write(files.Digest, Encoding.UTF8.GetBytes(images.Root.Descriptor.Digest + "\n"), isOurs: IsOurs(files.Digest));
        OutputList.Add(OutputDirectory, WrittenBy(published, destinations, files));
        ShowResult(ImageLines.All(published), ImageLines.Short(published));
        if (published.Debug is { } shown)
        {
            ShowResult([.. ImageLines.Short(shown)]);
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

    /// <summary>Brings the image, or the debug image, to where it goes, with what is said of it.</summary>
    private async Task<BroughtPart> BringAsync(
        Func<ITaskItem, BlobStore> store, PartDelivery part, Action<ImageSet> describe, CancellationToken cancellationToken)
    {
        var (destinations, inputs) = (part.Destinations, part.Inputs);
        IReadOnlyList<BuiltImage> built = [.. BuiltImages.Select(item => BuildImage.Load(store(item), item, inputs))];
        var images = ImageSet.Of(
            [.. built.Select(image => image.Image)],
            AnnotationItems.Read(Project, AnnotationScope.Index),
            AnnotationItems.Read(Project, AnnotationScope.Descriptor));
        describe(images);
        var evidence = part.Wanted is { } wanted
            ? await MakeEvidenceAsync(wanted, destinations, inputs, built, images, cancellationToken) : null;
        evidence = await SignAsync(evidence, images, destinations, inputs, part.Reporter, cancellationToken);
        NoteEvidence(evidence, images, destinations);
        return new(
            part,
            new(built, images, destinations.Name, []) { Evidence = evidence ?? Evidence.None },
            await BringAsync(part, images, evidence, cancellationToken));
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

    // Unless the project names another place.
    private bool IsOurs(string path) => path.StartsWith(OutputDirectory, StringComparison.Ordinal);

    private static IEnumerable<string> WrittenBy(PublishedImage published, DestinationSettings destinations, ReportFiles files)
    {
        var documents = published.Debug is { } debug ? [published, debug] : new[] { published };
        return destinations.Files
            .Concat(destinations.Archives.Zip(documents).SelectMany(
                pair => ArchiveEvidence.Files(pair.First, pair.Second.Images, pair.Second.Evidence).Select(document => document.Path)))
            .Append(files.ImageInfo).Append(files.Digest).Concat(files.Page is { } page ? [page] : []);
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
        IEnumerable<string?> written = [.. destinations.Archives, files.ImageInfo, files.Digest, files.Page, .. previous];
        WrittenOutputs = [.. written.OfType<string>().Select(path => new TaskItem(path))];
    }

    private Task<Evidence> MakeEvidenceAsync(
        EvidenceRequest wanted,
        DestinationSettings destinations,
        BuildInputs inputs,
        IReadOnlyList<BuiltImage> built,
        ImageSet images,
        CancellationToken cancellationToken) =>
        new EvidenceMaker(wanted, destinations.Name.Repository, inputs.Cache, TimeProvider.System).MakeAsync(
            built.Zip(BuiltImages, (image, item) => (
                image, item.GetMetadata("DependencyFile") is { Length: > 0 } file ? Path.GetFullPath(file) : null)),
            images.IsIndex ? images.Root.Descriptor.Digest : null,
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

    private async Task<BroughtImage> BringAsync(
        PartDelivery part, ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        var (destinations, inputs) = (part.Destinations, part.Inputs);
        var attached = evidence is null || destinations.IsDebugImage
            ? null : AttachedEvidence.Load(Path.Combine(OutputDirectory, AttachedEvidence.FileName));
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(
            inputs.Registries, inputs.Cache, destinations.Name, part.Reporter, intact, part.Push.Budget, attached, inputs.BegunArchive)]);
        if (!destinations.IsDebugImage)
        {
            delivery.Load(Path.Combine(OutputDirectory, Delivery.FileName), images);
        }

        return await delivery.BringAsync(
            images, token => LocalLayers.FetchAsync(images, inputs.Registries, inputs.Cache, token), cancellationToken, evidence);
    }

    private async Task<PublishedImage> NameAsync(BroughtPart brought, CancellationToken cancellationToken)
    {
        var (part, images) = (brought.Part, brought.Published.Images);
        var results = new List<DestinationResult>(await brought.Image.NameAsync(cancellationToken));
        if (part.Push.PlatformTags && images.IsIndex)
        {
            // The index went first: its images are there, and only the tags are new.
            foreach (var (image, item) in images.Images.Zip(BuiltImages))
            {
                var name = part.Destinations.NameOf(item.GetMetadata("RuntimeIdentifier"));
                var named = part.Destinations.Create(part.Inputs.Registries, part.Inputs.Cache, name, part.Reporter);
                var tagged = new ImageSet(image);
                results.AddRange(await new Delivery([.. named.OfType<RegistryDestination>()])
                    .WriteAsync(tagged, _ => Task.FromResult(tagged), cancellationToken));
            }
        }

        return brought.Published with { Destinations = results };
    }

    /// <summary>An image that is everywhere, and has no tags in registries yet.</summary>
    /// <param name="Part">What it was delivered with.</param>
    /// <param name="Published">What there is to say of it so far.</param>
    /// <param name="Image">What moves its tags.</param>
    private sealed record BroughtPart(PartDelivery Part, PublishedImage Published, BroughtImage Image);

    /// <summary>What the image or the debug image is delivered with.</summary>
    /// <param name="Destinations">Where it goes.</param>
    /// <param name="Push">How it is pushed.</param>
    /// <param name="Wanted">What is to be said of it; null for nothing.</param>
    /// <param name="Inputs">Registries and cache.</param>
    /// <param name="Reporter">Takes messages and warnings.</param>
    private sealed record PartDelivery(
        DestinationSettings Destinations, PushSettings Push, EvidenceRequest? Wanted, BuildInputs Inputs, IReporter Reporter);

    private sealed class QuietReporter(IReporter inner) : IReporter
    {
        public void Message(Message text) => inner.Detail(text);

        public void Detail(Message text) => inner.Detail(text);

        public void Warning(DiagnosticCode code, Message text, SourcePosition? at) => inner.Detail(text);
    }
}
