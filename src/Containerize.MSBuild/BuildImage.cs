using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Builds an image from published files and keeps it in a directory, ready for <see cref="PublishImage"/>.</summary>
public sealed class BuildImage : ContainerizeTask
{
    /// <summary>The publish directory, a full path.</summary>
    [Required]
    public required string PublishDirectory { get; set; }

    /// <summary>Where files come from: <c>RelativePath</c>, and the metadata of <c>ResolvedFileToPublish</c>.</summary>
    public ITaskItem[] PublishedFiles { get; set; } = [];

    /// <summary>Files that this build wrote (<c>FileWrites</c>); those in the publish directory are known to belong there.</summary>
    public ITaskItem[] WrittenFiles { get; set; } = [];

    /// <summary>The names of the runtime packs of a self-contained app.</summary>
    public ITaskItem[] RuntimePacks { get; set; } = [];

    /// <summary>The repository, with <c>Tag</c>, <c>Tags</c> and <c>IsDefault</c>. Checked before anything is built.</summary>
    [Required]
    public required ITaskItem ImageName { get; set; }

    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>One item whose metadata are the settings with a single value.</summary>
    [Required]
    public required ITaskItem Settings { get; set; }

    /// <summary>Parts of the commands that start the app; <c>Kind</c> says which command.</summary>
    public ITaskItem[] Arguments { get; set; } = [];

    /// <summary>Environment variables of the image, each with a <c>Value</c>.</summary>
    public ITaskItem[] EnvironmentVariables { get; set; } = [];

    /// <summary>Labels, each with a <c>Value</c>; the last one of a name counts.</summary>
    public ITaskItem[] Labels { get; set; } = [];

    /// <summary>Ports, each with an optional <c>Type</c>.</summary>
    public ITaskItem[] Ports { get; set; } = [];

    /// <summary>What else goes into the image, and what does not; <c>Kind</c> says what an item is.</summary>
    public ITaskItem[] Content { get; set; } = [];

    /// <summary>Where the image will go; each with a <c>Kind</c>.</summary>
    public ITaskItem[] Destinations { get; set; } = [];

    /// <summary>One item, the project's directory, whose metadata say which base, cache and registries there are.</summary>
    [Required]
    public required ITaskItem BuildEnvironment { get; set; }

    /// <summary>Whether the image becomes part of an index, so that this build cannot tell what its destinations hold.</summary>
    public bool IsPartOfIndex { get; set; }

    /// <summary>Whether to say in full how each layer differs from the last image's.</summary>
    public bool Explain { get; set; }

    /// <summary>Where the built image is kept, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>The manifest, as JSON.</summary>
    [Output]
    public string? Manifest { get; set; }

    /// <summary>The config, as JSON.</summary>
    [Output]
    public string? Configuration { get; set; }

    /// <summary>The manifest's digest.</summary>
    [Output]
    public string? Digest { get; set; }

    /// <summary>The manifest's media type.</summary>
    [Output]
    public string? MediaType { get; set; }

    /// <summary>The files that were written.</summary>
    [Output]
    public ITaskItem[] WrittenOutputs { get; set; } = [];

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var destinations = new DestinationList(Destinations, ImageName, BuildEnvironment.ItemSpec, reporter);
        using var environment = new BuildEnvironment(BuildEnvironment, OutputDirectory, reporter, warning => reporter.Warning(DiagnosticCode.CacheUnusable, warning));
        try
        {
            await RunAsync(environment, destinations, reporter, cancellationToken);
        }
        catch (Exception failure) when (environment.IsCacheFull(failure))
        {
            reporter.Warning(DiagnosticCode.CacheUnusable, $"The disk with the cache '{environment.Cache.Root}' is full, or your quota on it is used up; this project's own directory is used instead, and shares nothing with others. Make room ('dotnet build -t:ContainerizePrune'), or set ContainerizeCacheDirectory.");
            using var own = new BuildEnvironment(BuildEnvironment, OutputDirectory, reporter, reporter.Detail, cacheIsFull: true);
            await RunAsync(own, destinations, reporter, cancellationToken);
        }
    }

    private async Task RunAsync(BuildEnvironment environment, DestinationList destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        environment.Announce(BuildEngine4);
        LoggedSecrets.Warn(BuildEngine, Variables(), reporter);
        var store = new BlobStore(OutputDirectory);
        store.RemoveAbandoned(DateTimeOffset.UtcNow);
        environment.Cache.RemoveAbandoned(DateTimeOffset.UtcNow);
        var origins = PublishedFileItems.Origins(PublishDirectory, PublishedFiles, WrittenFiles, RuntimePacks);
        var files = Inputs.PublishDirectory.List(PublishDirectory, origins, destinations.LocalPaths);
        var layers = new LayerReader(Settings, Content, BuildEnvironment.ItemSpec);
        using var packages = new DebianReader(BuildEnvironment, Content).Open(environment.Cache, reporter);
        var time = ImageRequestReader.ModificationTime(Settings);
        var request = new ImageRequestReader(Settings, Arguments, EnvironmentVariables, Labels, Ports, new RunSettingItems(Content)).Read(
            files, layers, RuntimeIdentifier, environment.OpenBase(destinations.NeedBaseLayers || layers.NeedBaseLayers, packages, new Layers.LayerOptions { ModificationTime = time }), time, reporter);
        request = request with { Layers = [.. DebianReader.Layers(packages), .. new LayerReferenceItems(BuildEnvironment.ItemSpec, environment.Registries).Read(Content), .. request.Layers] };
        var previous = PreviousBuild.Load(Path.Combine(OutputDirectory, PreviousBuild.FileName));
        var memory = new BuildMemory(
            new Layers.LayerCache(environment.Cache),
            Layers.FileHashes.Load(Path.Combine(OutputDirectory, Layers.FileHashes.FileName)),
            previous,
            environment.OpenPreviousImages(destinations, request.Platform, reporter));
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(environment.Registries, destinations.Name, intact)]);
        var annotations = AnnotationItems.Read([.. Content.Where(item => item.GetMetadata("Kind") == "Annotation")], AnnotationScope.Descriptor);
        var built = await ImageBuilder.BuildAsync(
            request,
            memory,
            async (image, token) => IsPartOfIndex || !await delivery.IsEverywhereAsync(ImageSet.Of([image], descriptorAnnotations: annotations), token),
            reporter,
            cancellationToken);
        BuiltImageFile.Save(built, store);
        delivery.Save(Path.Combine(OutputDirectory, Delivery.FileName));
        Manifest = System.Text.Encoding.UTF8.GetString(built.Image.Manifest.Content);
        Configuration = System.Text.Encoding.UTF8.GetString(built.Image.Config.Blob.Content);
        Digest = built.Image.Manifest.Descriptor.Digest.ToString();
        MediaType = built.Image.Manifest.Descriptor.MediaType;
        WrittenOutputs = [.. new[] { BuiltImageFile.FileName, Layers.FileHashes.FileName, IntactFiles.FileName }.Select(file => new Microsoft.Build.Utilities.TaskItem(Path.Combine(OutputDirectory, file)))];
        if (Explain)
        {
            foreach (var line in LayerReport.Explain(built, previous))
            {
                reporter.Message(line);
            }
        }
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => variable.Value as string ?? "", StringComparer.OrdinalIgnoreCase);
}
