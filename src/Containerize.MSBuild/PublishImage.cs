using System.Text;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Writes what <see cref="BuildImage"/> built to its destinations, several images as one index, and says what it did.</summary>
public sealed class PublishImage : ContainerizeTask
{
    /// <summary>The directories that <see cref="BuildImage"/> wrote, full paths; each with its <c>RuntimeIdentifier</c>.</summary>
    [Required]
    public required ITaskItem[] BuiltImages { get; set; }

    /// <summary>The repository, with <c>Tag</c>, <c>Tags</c> and <c>IsDefault</c>.</summary>
    [Required]
    public required ITaskItem ImageName { get; set; }

    /// <summary>Annotations, each with a <c>Value</c> and a <c>Scope</c>.</summary>
    public ITaskItem[] Annotations { get; set; } = [];

    /// <summary>Where the image goes; each with a <c>Kind</c>.</summary>
    [Required]
    public required ITaskItem[] Destinations { get; set; }

    /// <summary>Whether each image of an index gets tags of its own as well, which end in its runtime identifier.</summary>
    public bool PlatformTags { get; set; }

    /// <summary>How much a push may send: a number and a unit; empty for as much as it takes.</summary>
    public string? UploadBudget { get; set; }

    /// <summary>Whether exceeding the budget is an error.</summary>
    public bool FailOverBudget { get; set; }

    /// <summary>One item, the project's directory, whose metadata say which base, cache and registries there are.</summary>
    [Required]
    public required ITaskItem BuildEnvironment { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>Where to write what was done, as JSON.</summary>
    [Required]
    public required string ImageInfoFile { get; set; }

    /// <summary>Where to write the digest of the image or index.</summary>
    [Required]
    public required string DigestFile { get; set; }

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
        var destinations = new DestinationList(Destinations, ImageName, BuildEnvironment.ItemSpec, BuiltImages.Length > 1 ? reporter : new QuietReporter(reporter));
        var limits = new CacheSettings(BuildEnvironment).Limits;
        using var environment = new BuildEnvironment(BuildEnvironment, OutputDirectory, reporter, reporter.Detail);
        environment.Announce(BuildEngine4);
        IReadOnlyList<BuiltImage> built = [.. BuiltImages.Select(image => BuiltImageFile.Load(new BlobStore(image.ItemSpec), environment.Registries.CreateBlob))];
        var images = ImageSet.Of(
            [.. built.Select(image => image.Image)],
            AnnotationItems.Read(Annotations, AnnotationScope.Index),
            AnnotationItems.Read(Annotations, AnnotationScope.Descriptor));
        var budget = string.IsNullOrWhiteSpace(UploadBudget) ? null : new UploadBudget(ByteSize.Parse("ContainerizeUploadBudget", UploadBudget), FailOverBudget, reporter);
        IReadOnlyList<DestinationResult> results;
        try
        {
            results = await WriteAsync(destinations, environment, images, budget, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch)
        {
            // A blob of the cache, most likely; the next build reads all of them again and replaces what is damaged.
            environment.Cache.ForgetVerified();
            throw;
        }

        var info = new ImageInfo(built, images, destinations.Name, results);
        AtomicFile.Write(Full(ImageInfoFile), info.ToJson());
        AtomicFile.Write(Full(DigestFile), Encoding.UTF8.GetBytes(images.Root.Descriptor.Digest + "\n"));
        foreach (var line in info.ToLines())
        {
            reporter.Message(line);
        }

        foreach (var (image, item) in built.Zip(BuiltImages))
        {
            PreviousBuild.Save(Path.Combine(item.ItemSpec, PreviousBuild.FileName), image.Layers);
        }

        if (new CachePruner(environment.Cache, limits).PruneIfDue(cancellationToken) is { Files: > 0 } pruned)
        {
            reporter.Detail($"Removed {pruned.Files} files ({ByteSize.Format(pruned.Bytes)}) from the cache; the blobs that are left have {ByteSize.Format(pruned.BytesLeft)}.");
        }

        Digest = images.Root.Descriptor.Digest.ToString();
        MediaType = images.Root.Descriptor.MediaType;
        Index = images.IsIndex ? Encoding.UTF8.GetString(images.Root.Content) : null;
        ArchivePath = destinations.Archive;
        ImageNames = [.. destinations.References.Select(name => new Microsoft.Build.Utilities.TaskItem(name))];
        WrittenOutputs = [.. new[] { destinations.Archive, Full(ImageInfoFile), Full(DigestFile) }.OfType<string>().Concat(BuiltImages.Select(image => Path.Combine(image.ItemSpec, PreviousBuild.FileName))).Select(path => new Microsoft.Build.Utilities.TaskItem(path))];
    }

    private async Task<IReadOnlyList<DestinationResult>> WriteAsync(DestinationList destinations, BuildEnvironment environment, ImageSet images, UploadBudget? budget, CancellationToken cancellationToken)
    {
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(environment.Registries, destinations.Name, intact, budget)]);
        delivery.Load(Path.Combine(OutputDirectory, Delivery.FileName), images);
        var results = new List<DestinationResult>(
            await delivery.WriteAsync(images, token => LocalLayers.FetchAsync(images, environment.Registries, environment.Cache, token), cancellationToken));

        if (PlatformTags && images.IsIndex)
        {
            results.AddRange(await WriteImagesAsync(destinations, environment, images, cancellationToken));
        }

        return results;
    }

    // The index went first: its images are there, and only the tags are new.
    private async Task<IEnumerable<DestinationResult>> WriteImagesAsync(DestinationList destinations, BuildEnvironment environment, ImageSet images, CancellationToken cancellationToken)
    {
        var results = new List<DestinationResult>();
        foreach (var (image, item) in images.Images.Zip(BuiltImages))
        {
            var name = destinations.Name with { Tags = [.. destinations.Name.Tags.Select(tag => $"{tag}-{item.GetMetadata("RuntimeIdentifier")}")] };
            var tagged = new ImageSet(image);
            var delivery = new Delivery([.. destinations.Create(environment.Registries, name).OfType<RegistryDestination>()]);
            results.AddRange(await delivery.WriteAsync(tagged, _ => System.Threading.Tasks.Task.FromResult(tagged), cancellationToken));
        }

        return results;
    }

    private string Full(string path) => Path.GetFullPath(path, BuildEnvironment.ItemSpec);

    private sealed class QuietReporter(IReporter inner) : IReporter
    {
        public void Message(Message text) => inner.Detail(text);

        public void Detail(Message text) => inner.Detail(text);

        public void Warning(DiagnosticCode code, Message text) => inner.Detail(text);
    }
}
