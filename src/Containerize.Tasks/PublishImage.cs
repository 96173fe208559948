using Containerize.Destinations;
using Containerize.Images;
using Containerize.Storage;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Containerize.Tasks;

/// <summary>Writes an image that <see cref="BuildImage"/> built to its destinations, and says what it did.</summary>
public sealed class PublishImage : ContainerizeTask
{
    /// <summary>The directory that <see cref="BuildImage"/> wrote, a full path.</summary>
    [Required]
    public required string BuiltImage { get; set; }

    /// <summary>The repository, with <c>Tag</c>, <c>Tags</c> and <c>IsDefault</c>.</summary>
    [Required]
    public required ITaskItem ImageName { get; set; }

    /// <summary>Where the image goes; each with a <c>Kind</c>.</summary>
    [Required]
    public required ITaskItem[] Destinations { get; set; }

    /// <summary>One item, the project's directory, whose metadata say which base, cache and registries there are.</summary>
    [Required]
    public required ITaskItem BuildEnvironment { get; set; }

    /// <summary>Where to write what was done, as JSON.</summary>
    [Required]
    public required string ImageInfoFile { get; set; }

    /// <summary>Where to write the image's digest.</summary>
    [Required]
    public required string DigestFile { get; set; }

    /// <summary>The archive that was written, if any.</summary>
    [Output]
    public string? ArchivePath { get; set; }

    /// <summary>The image's names, one per tag.</summary>
    [Output]
    public ITaskItem[] ImageNames { get; set; } = [];

    /// <summary>The files that were written.</summary>
    [Output]
    public ITaskItem[] WrittenOutputs { get; set; } = [];

    /// <inheritdoc/>
    protected override async System.Threading.Tasks.Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        // The name was checked, and remarked upon, by the build.
        var destinations = new DestinationList(Destinations, ImageName, BuildEnvironment.ItemSpec, new QuietReporter(reporter));
        using var environment = new BuildEnvironment(BuildEnvironment, BuiltImage, reporter, reporter.Detail);
        var built = BuiltImageFile.Load(new BlobStore(BuiltImage), environment.Registries.CreateBlob);
        var images = new ImageSet(built.Image);
        if (destinations.NeedBaseLayers)
        {
            // A push keeps the remote blobs: they can be mounted where their bytes need not go.
            images = await LocalLayers.FetchAsync(images, environment.Registries, environment.Cache, cancellationToken);
        }

        var results = new List<DestinationResult>();
        foreach (var destination in destinations.Create(environment.Registries))
        {
            results.Add(await destination.WriteAsync(destination is RegistryDestination ? new ImageSet(built.Image) : images, cancellationToken));
        }

        var info = new ImageInfo(built, destinations.Name, results);
        AtomicFile.Write(Full(ImageInfoFile), info.ToJson());
        AtomicFile.Write(Full(DigestFile), System.Text.Encoding.UTF8.GetBytes(built.Image.Manifest.Descriptor.Digest + "\n"));
        foreach (var line in info.ToLines())
        {
            reporter.Message(line);
        }

        ArchivePath = destinations.Archive;
        ImageNames = [.. destinations.Name.References.Select(name => new TaskItem(name))];
        WrittenOutputs = [.. new[] { destinations.Archive, Full(ImageInfoFile), Full(DigestFile) }.OfType<string>().Select(path => new TaskItem(path))];
    }

    private string Full(string path) => Path.GetFullPath(path, BuildEnvironment.ItemSpec);

    private sealed class QuietReporter(IReporter inner) : IReporter
    {
        public void Message(string text) => inner.Detail(text);

        public void Detail(string text) => inner.Detail(text);

        public void Warning(DiagnosticCode code, string text) => inner.Detail(text);
    }
}
