using System.Text;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Reports;
using Containerize.Settings;
using Containerize.Settings.Names;
using Containerize.Starting;
using Containerize.Storage;
using Containerize.SupplyChain.Lifetimes;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Builds an image from published files and keeps it in a directory, ready for <see cref="PublishImage"/>.</summary>
public sealed class BuildImage : ContainerizeTask
{
    private ProjectFile? _projectFile;

    /// <summary>The publish directory, a full path.</summary>
    [Required]
    public required string PublishDirectory { get; set; }

    /// <summary>Where files come from: <c>RelativePath</c>, and the metadata of <c>ResolvedFileToPublish</c>.</summary>
    public ITaskItem[] PublishedFiles { get; set; } = [];

    /// <summary>Files that this build wrote (<c>FileWrites</c>); those in the publish directory are known to belong there.</summary>
    public ITaskItem[] WrittenFiles { get; set; } = [];

    /// <summary>Where a publish lists what it will write, a full path: the file's time is when the publish began.</summary>
    public string? PublishOutputsFile { get; set; }

    /// <summary>The names of the runtime packs of a self-contained app.</summary>
    public ITaskItem[] RuntimePacks { get; set; } = [];

    /// <summary>What an app for the browser was made of (<c>ReferenceCopyLocalPaths</c>, <c>RuntimePackAsset</c>).</summary>
    public ITaskItem[] References { get; set; } = [];

    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>Whether the image becomes part of an index, so that this build cannot tell what its destinations hold.</summary>
    public bool IsPartOfIndex { get; set; }

    /// <summary>Whether to say in full how each layer differs from the last image's.</summary>
    public bool Explain { get; set; }

    /// <summary>
    /// Whether the image is only built to be compared with one that exists: then no registry is asked for its layers, nothing that later
    /// builds use is written, and the image is kept apart.
    /// </summary>
    public bool IsRebuild { get; set; }

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

    /// <summary>
    /// Whether the disk of the shared cache is full, so that the task that publishes the image must not write to that cache either.
    /// </summary>
    [Output]
    public bool CacheIsFull { get; set; }

    /// <summary>The files that were written.</summary>
    [Output]
    public ITaskItem[] WrittenOutputs { get; set; } = [];

    /// <summary>Reads an image that this task has built.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="item">The task's directory, with its <see cref="Digest"/> as <c>ManifestDigest</c>.</param>
    /// <param name="inputs">Has the registries.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidArchive"/>, also for the image of another build.
    /// </exception>
    internal static BuiltImage Load(BlobStore store, ITaskItem item, BuildInputs inputs) => BuiltImageFile.Load(
        store, inputs.Registries.CreateBlob, Oci.Digest.TryParse(item.GetMetadata("ManifestDigest"), out var digest) ? digest : null);

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        _projectFile = ProjectNames.Check(Project, CommandLineProperties, reporter);
        var destinations = DestinationSettings.Read(Project, reporter);
        CacheIsFull = await BuildInputs.UseAsync(
            this,
            OutputDirectory,
            cacheIsFull: false,
            reporter,
            warning => reporter.Warning(DiagnosticCode.CacheUnusable, warning),
            inputs => RunAsync(inputs, destinations, reporter, cancellationToken));
    }

    private async Task RunAsync(
        BuildInputs inputs, DestinationSettings destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        inputs.Announce();
        LoggedSecrets.Warn(BuildEngine, Variables(), reporter);
        inputs.Base.RequireRuntime(Project);
        var store = IsRebuild ? BuiltImageFile.RebuildStore(OutputDirectory) : new BlobStore(OutputDirectory);
        store.RemoveAbandoned(DateTimeOffset.UtcNow);
        inputs.Cache.RemoveAbandoned(DateTimeOffset.UtcNow);
        var platform = Platform.FromRuntimeIdentifier(RuntimeIdentifier);
        var layers = LayerSettings.Read(Project, platform);
        var listed = ListFiles(inputs, destinations, reporter);
        IReadOnlyList<PublishedFile> symbols = destinations.DebugImage is null ? [] : [.. listed.Where(SymbolFiles.IsOne)];
        IReadOnlyList<PublishedFile> files = symbols.Count == 0 ? listed : [.. listed.Where(file => !SymbolFiles.IsOne(file))];
        if (_projectFile is not null)
        {
            new UnmatchedItems(_projectFile, reporter).Warn(Project, layers, files);
        }

        var site = SiteSettings.Read(Project, platform);
        var secrets = SecretMemory.Load(Path.Combine(OutputDirectory, SecretMemory.FileName));
        using var packages = new DebianPackages(DebianItems.Read(Project), inputs.Cache, reporter);
        var baseOptions = new LayerOptions { ModificationTime = layers.Entries.ModificationTime };
        var request = ImageRequests.Read(
            Project,
            platform,
            inputs.OpenBase(platform, !IsRebuild && destinations.NeedBaseLayers, packages, baseOptions),
            [
                .. packages.Layers,
                .. LayerSettings.References(Project, inputs.Registries),
                .. site is null
                    ? LayerStack.Plan(files, layers, secrets, reporter)
                    : site.Serve(LayerStack.Plan(site.Select(files), layers, secrets, reporter), files),
            ]) with
        {
            FindPackages = packages.FindAsync,
            Symbols = destinations.DebugImage == true && !IsRebuild ? LayerStack.Symbols(symbols, layers, secrets, reporter) : null,
        };
        request = IsRebuild ? request with { StartCheck = StartPolicy.None } : request;
        var previous = PreviousBuild.Load(Path.Combine(OutputDirectory, PreviousBuild.FileName));
        var memory = new BuildMemory(
            new LayerCache(inputs.Cache),
            inputs.Hashes,
            previous,
            inputs.OpenPreviousImages(IsRebuild ? null : destinations, platform))
        {
            Ahead = IsRebuild ? LayerContext.NoneAhead : inputs.Ahead,
        };
        var intact = IntactFiles.Load(Path.Combine(OutputDirectory, IntactFiles.FileName));
        var delivery = new Delivery([.. destinations.Create(inputs.Registries, inputs.Cache, destinations.Name, reporter, intact)]);
        var annotations = AnnotationItems.Read(Project, AnnotationScope.Descriptor);
        var built = await ImageBuilder.BuildAsync(
            request,
            memory,
            async (image, token) =>
                IsPartOfIndex || IsRebuild
                    || !await delivery.IsEverywhereAsync(ImageSet.Of([image], descriptorAnnotations: annotations), token),
            reporter,
            cancellationToken);
        if (!IsRebuild)
        {
            await new BaseLifetime(inputs.Cache, TimeProvider.System).WarnAsync(built, reporter, cancellationToken);
        }

        BuiltImageFile.Save(built, store);
        if (built.Debug is { } debug)
        {
            BuiltImageFile.Save(debug, BuiltImageFile.DebugStore(OutputDirectory), built.Image.Manifest.Descriptor.Digest);
        }

        if (!IsRebuild)
        {
            delivery.Save(Path.Combine(OutputDirectory, Delivery.FileName));
        }

        Manifest = Encoding.UTF8.GetString(built.Image.Manifest.Content);
        Configuration = Encoding.UTF8.GetString(built.Image.Config.Blob.Content);
        Digest = built.Image.Manifest.Descriptor.Digest.ToString();
        MediaType = built.Image.Manifest.Descriptor.MediaType;
        string[] written =
        [
            BuiltImageFile.FileName, FileHashes.FileName, IntactFiles.FileName, PublishMemory.FileName, SecretMemory.FileName,
            RecordKind.Ahead.Name,
        ];
        WrittenOutputs = [.. written.Select(file => new TaskItem(Path.Combine(OutputDirectory, file)))];
        if (Explain)
        {
            ShowResult([.. LayerReport.Explain(built, previous)]);
        }
    }

    private IReadOnlyList<PublishedFile> ListFiles(BuildInputs inputs, DestinationSettings destinations, IReporter reporter)
    {
        var published = PublishedFiles.Select(Read).ToList();
        var origins = PublishedFileItems.Origins(
            PublishDirectory,
            published,
            WrittenFiles.Select(file => file.ItemSpec),
            RuntimePacks.Select(pack => pack.ItemSpec),
            References.Select(Read));
        var sources = PublishedFileItems.Sources(PublishDirectory, published);
        var outputs = OwnOutputs.Read(
            Project, destinations, inputs.Base, inputs.Cache.Root, OutputDirectory, CiSystems.Files(Variables(), OutputDirectory));
        var bits = new ExecuteBits();
        var files = Inputs.PublishDirectory.List(PublishDirectory, origins, outputs.In(PublishDirectory, sources), bits);
        var memory = PublishMemory.Load(Path.Combine(OutputDirectory, PublishMemory.FileName), PublishDirectory);
        var started = PublishOutputsFile is null ? null : FileStatus.TryOf(PublishOutputsFile, followLinks: true)?.Stamp.Modified;
        files = ItemSpelling.Apply(files, origins.Keys, FileNameCase.OfSystem);
        var span = PublishSpan.Until(DateTimeOffset.UtcNow, started);
        return new CleanPublish(PublishDirectory, sources, span, memory, bits, reporter).Take(files);
    }
}
