using Containerize.Ahead;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Rebasing;
using Containerize.Registry;
using Containerize.Settings;
using Containerize.Storage;
using Containerize.SupplyChain.Trust;
using Containerize.Verification;

namespace Containerize.MSBuild;

/// <summary>What a build works with: the cache, registries, and the base image.</summary>
internal sealed class BuildInputs : IDisposable
{
    private readonly ProjectSettings _project;
    private readonly string _outputDirectory;
    private readonly SavedImages _saved;
    private readonly IReporter _reporter;
    private readonly BuildObjects _shared;
    private readonly IDisposable _reporting;

    /// <param name="task">The task, whose settings say what is used.</param>
    /// <param name="outputDirectory">The project's own directory, for a cache where the shared one is unusable.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="warn">Takes the reason when the shared cache is unusable.</param>
    /// <param name="cacheIsFull">Whether the shared cache was found to be full, so that it is not used.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidReference"/> or
    /// <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    private BuildInputs(
        ContainerizeTask task, string outputDirectory, IReporter reporter, Action<Message> warn, bool cacheIsFull = false)
    {
        _project = task.Project;
        _outputDirectory = outputDirectory;
        _saved = new SavedImages(Path.Combine(outputDirectory, "base"));
        _reporter = reporter;
        Switches.Check(_project);
        Base = BaseSettings.Read(_project);
        var cache = CacheSettings.Read(_project, UserHome.Variable);
        var options = RegistrySettings.Read(_project, Base);
        Cache = SharedCache.Open(cache.Directory, OwnCache, warn, reporter.Detail, cacheIsFull, cache.IsChosen);
        options = options with { Memory = Cache };
        _shared = new BuildObjects(task.BuildEngine);
        var identity = ClientIdentity.Of(options, ContainerizeTask.Variables()).ToString();
        var registries = _shared.Get(identity, () => new SharedRegistries(options, Cache))!;
        _reporting = registries.ReportTo(reporter);
        Registries = registries.Client;
    }

    /// <summary>The blobs that all projects of this user share.</summary>
    internal BlobStore Cache { get; }

    internal RegistryClient Registries { get; }

    /// <summary>What the project demands of signatures of base images; null when it demands none.</summary>
    internal BaseTrust? Trust => field ??= CreateTrust();

    internal BaseSettings Base { get; }

    /// <summary>What this project's files were when they were read last.</summary>
    internal FileHashes Hashes => FileHashes.Load(Path.Combine(_outputDirectory, FileHashes.FileName));

    /// <summary>Waits for the layer of a name that is made ahead; null when none is.</summary>
    internal Func<string, CancellationToken, Task<AheadLayer?>> Ahead => (name, cancellationToken) =>
        _shared.Get<LayersAhead>(_outputDirectory, () => null) is { } ahead
            ? ahead.WaitAsync(name, _reporter, cancellationToken)
            : LayerContext.NoneAhead(name, cancellationToken);

    /// <summary>Gives the file of this project's archive, if that was begun.</summary>
    internal BegunArchive BegunArchive => (archive, path, cancellationToken) =>
        _shared.Get<ArchiveAhead>(_outputDirectory, () => null) is { } ahead
            ? ahead.TakeAsync(archive, path, cancellationToken)
            : Task.FromResult<AtomicFile?>(null);

    private string OwnCache => Path.Combine(_outputDirectory, "cache");

    /// <summary>
    /// Does the work of a task. When the disk of the shared cache turns out to be full, the work is done again with a cache in the project.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="outputDirectory">The project's own directory.</param>
    /// <param name="cacheIsFull">Whether an earlier task of this build found the disk full.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="warn">Takes the reason when the shared cache is unusable.</param>
    /// <param name="work">The work.</param>
    /// <returns>Whether the disk is full.</returns>
    internal static async Task<bool> UseAsync(
        ContainerizeTask task,
        string outputDirectory,
        bool cacheIsFull,
        IReporter reporter,
        Action<Message> warn,
        Func<BuildInputs, Task> work)
    {
        if (!cacheIsFull)
        {
            using var inputs = new BuildInputs(task, outputDirectory, reporter, warn);
            try
            {
                await work(inputs);
                return false;
            }
            catch (Exception failure) when (SharedCache.IsFull(inputs.Cache, outputDirectory, failure))
            {
                reporter.Warning(
                    DiagnosticCode.CacheUnusable,
                    $"The disk with the cache '{inputs.Cache.Root}' is full, or your quota on it is used up; "
                        + $"this project's own directory is used instead, and shares nothing with others. "
                        + $"Make room ('dotnet build -t:ContainerizePrune'), or set ContainerizeCacheDirectory.");
            }
        }

        using var own = new BuildInputs(task, outputDirectory, reporter, reporter.Detail, cacheIsFull: true);
        await work(own);
        return true;
    }

    /// <summary>The same for a task of a command by itself, before which none has found the disk full.</summary>
    internal static Task UseAsync(ContainerizeTask task, string outputDirectory, IReporter reporter, Func<BuildInputs, Task> work) =>
        UseAsync(task, outputDirectory, cacheIsFull: false, reporter, reporter.Detail, work);

    /// <summary>Opens them for work that is begun and not waited for: it says nothing, and a full disk ends it.</summary>
    internal static BuildInputs OpenAhead(AheadTask task) => new(task, task.OutputDirectory, SilentReporter.Instance, _ => { });

    public void Dispose()
    {
        _reporting.Dispose();
        _shared.Dispose();
    }

    /// <summary>Keeps what the cache holds from being pruned until MSBuild's build ends.</summary>
    internal void Announce() => _shared.Get(Cache.Root, () => BuildLease.Take(Cache));

    /// <summary>
    /// Begins to read a base in a registry into the cache, or to make one of packages, and packages upon it. Other bases are at hand.
    /// </summary>
    internal void ReadBaseAhead(Platform platform)
    {
        if (Base.Image is not null || Base.Reference is DebianReference)
        {
            _shared.Get(AheadOf(platform), () => HasPackages ? MakeBaseAhead(platform) : OpenBaseAhead(platform));
        }
    }

    private BaseAhead? OpenBaseAhead(Platform platform) => Base.Image is { } image
        ? new BaseAhead(new RegistrySource(Registries, image, Tags(), Cache, prefetch: false, Verify), platform, Cache)
        : null;

    // It chooses the packages that the build will choose, and leaves the lock to that.
    private BaseAhead MakeBaseAhead(Platform platform)
    {
        var packages = new DebianPackages(DebianItems.Read(_project).ForReading, Cache, _reporter);
        var options = LayerWriting.Read(_project).Options(ImageRequests.Format(_project), platform);
        var source = Base.Reference.Open(ContextOf(suite => new DebianBaseSource(
            suite, packages, new LayerCache(Cache), new LayerOptions { ModificationTime = options.ModificationTime })));
        return new BaseAhead(source, platform, Cache, packages, options);
    }

    /// <summary>Begins to ask destinations for the last image, and to put that together again, where one was built.</summary>
    internal void PrepareImage(Platform platform)
    {
        if (File.Exists(Path.Combine(_outputDirectory, BuiltImageFile.FileName)))
        {
            _shared.Get(_outputDirectory, () => new ImageAhead(new ImageAheadRequest
            {
                Store = new BlobStore(_outputDirectory),
                Cache = Cache,
                Client = Registries,
                Base = _shared.Get<BaseAhead>(AheadOf(platform), () => null),
                Destinations = DestinationsToAsk,
                Image = (source, layers) => ImageRequests.Read(_project, platform, source, layers),
            }));
        }
    }

    // Asking an engine starts a program, which does the same work each time.
    private IEnumerable<IImageDestination> DestinationsToAsk()
    {
        var destinations = DestinationSettings.Read(_project, SilentReporter.Instance).WithoutEngine;
        var intact = IntactFiles.Load(Path.Combine(_outputDirectory, IntactFiles.FileName));
        return destinations.Create(Registries, Cache, destinations.Name, SilentReporter.Instance, intact);
    }

    /// <summary>Begins to make the layers of what packages bring, unless they are in the cache.</summary>
    /// <param name="key">What the layers depend on.</param>
    /// <param name="request">Reads what is expected; null for nothing.</param>
    internal void MakeLayersAhead(Digest key, Func<AheadRequest?> request)
    {
        var layers = new LayerCache(Cache);
        if (LayersAhead.AreThere(key, layers, _outputDirectory) || request() is not { } expected)
        {
            return;
        }

        Announce();
        var scheduler = _shared.Get(Cache.Root, () => new BackgroundScheduler())!;
        _shared.Get(_outputDirectory, () => new LayersAhead(expected, layers, _outputDirectory, scheduler));
    }

    /// <summary>Begins the archive, where files can get their name later, and it is known how it will begin.</summary>
    internal void WriteArchiveAhead(Platform platform)
    {
        var known = File.Exists(Path.Combine(_outputDirectory, BuiltImageFile.FileName)) ? LastLayers : LayersOfBase(platform);
        if (OperatingSystem.IsLinux() && known is { } layers)
        {
            Announce();
            _shared.Get(_outputDirectory, () => new ArchiveAhead(layers, Registries, Cache, _outputDirectory));
        }
    }

    // The app's own layer is the uppermost.
    private Func<CancellationToken, Task<IReadOnlyList<Layer>>> LastLayers => _ => Task.FromResult<IReadOnlyList<Layer>>(
        [.. BuiltImageFile.Load(new BlobStore(_outputDirectory), Registries.CreateBlob).Image.Layers.SkipLast(1)]);

    private Func<CancellationToken, Task<IReadOnlyList<Layer>>>? LayersOfBase(Platform platform) =>
        _shared.Get<BaseAhead>(AheadOf(platform), () => null) is { } ahead
            ? async cancellationToken => (await ahead.WaitAsync(cancellationToken))?.Image.Layers ?? []
            : null;

    private bool HasPackages => Base.Reference is DebianReference || DebianItems.AreAny(_project);

    // Targets may still change which packages there are: the work is found all the same.
    private string AheadOf(Platform platform) => $"{Base.Reference} {platform} {Cache.Root} {(HasPackages ? _outputDirectory : "")}";

    /// <summary>The base image's source.</summary>
    /// <param name="platform">What the image is for.</param>
    /// <param name="prefetch">Whether its layers are needed in any case, and may be fetched while other layers are written.</param>
    /// <param name="packages">The packages of Debian, for a base that is made of them.</param>
    /// <param name="options">How layers are written, for such a base.</param>
    internal IImageSource OpenBase(Platform platform, bool prefetch, DebianPackages packages, LayerOptions options)
    {
        var source = Base.Reference.Open(ContextOf(suite => new DebianBaseSource(suite, packages, new LayerCache(Cache), options)) with
        {
            Prefetch = prefetch,
        });
        source = Base.MaxImageAge is { } age ? new DatedSource(source, age, _reporter, TimeProvider.System) : source;
        return Base.Tags.Pinned is null && _shared.Get<BaseAhead>(AheadOf(platform), () => null) is { } ahead
            ? ahead.Before(source)
            : source;
    }

    /// <summary>Makes what opens a base that exists, for an image that is not built.</summary>
    /// <param name="reference">Where it is.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.OtherKindOfBase"/>.</exception>
    internal BaseOpening OpenExisting(BaseImageReference reference) => reference.Open(ContextOf(suite =>
        throw new ContainerizeException(
            DiagnosticCode.OtherKindOfBase,
            $"The base image {DebianReference.Prefix}{suite} is made of packages while an image is built. Build the image again.")))
        .OpenAsync;

    private BaseContext ContextOf(Func<string, IImageSource> packages) => new()
    {
        Registries = Registries,
        Tags = Tags(),
        Cache = Cache,
        Saved = _saved,
        Environment = Environment.GetEnvironmentVariable,
        Packages = packages,
        Verify = Verify,
    };

    // The base of an image that exists was trusted when it was built; its index, which may be what is signed, is not known here.
    private SignatureCheck? Verify => Base.Tags.Pinned is null && Trust is { } trust ? trust.VerifyAsync : null;

    private BaseTrust? CreateTrust()
    {
        if (_project.Find(ItemKind.BaseTrust) is null)
        {
            return null;
        }

        var locked = Base.Tags is { IsOffline: true, LockFile: { } file }
            ? BaseImageLock.Read(file).VerifiedSignatures : [];
        return new(TrustItems.Read(_project), Registries, Cache, locked, Base.Tags.IsOffline, TimeProvider.System, _reporter);
    }

    /// <summary>Images in registries whose layers may be reused.</summary>
    /// <param name="destinations">Where the image goes; null for an image that is compared with one there, and takes nothing of it.</param>
    /// <param name="platform">What the image is for.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal PreviousImages OpenPreviousImages(DestinationSettings? destinations, Platform platform) =>
        new(
            Registries,
            destinations is null ? ReuseRequest.None : ReuseSettings.Read(_project, destinations),
            platform,
            Cache,
            _reporter);

    /// <summary>What the base's tag means now, for a platform; null where that cannot be found out.</summary>
    internal async Task<Digest?> TryResolveBaseAsync(Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            return Base.Image is { } image
                ? (await new RegistrySource(Registries, image, Tags(), Cache, prefetch: false).OpenAsync(platform, cancellationToken))
                    .Image.Manifest.Descriptor.Digest
                : null;
        }
        catch (ContainerizeException failure)
        {
            _reporter.Detail($"What the base's tag means now could not be found out: {failure.Message}");
            return null;
        }
    }

    /// <summary>Finds the image that a rebuild is compared with.</summary>
    internal Task<VerifiedImage> FindVerifiedAsync(VerifySettings settings, CancellationToken cancellationToken) =>
        VerifiedImage.FindAsync(
            settings.Place,
            settings.Name,
            Registries,
            Cache,
            Path.Combine(_outputDirectory, "verified"),
            Environment.GetEnvironmentVariable,
            cancellationToken);

    /// <summary>Finds out what tags of base images mean.</summary>
    internal BaseTags Tags() =>
        new(
            Registries,
            Base.Tags with { BuildStarted = Base.Tags.BuildStarted ?? _shared.Get(nameof(BuildStart), () => new BuildStart())?.Time },
            new TagMemory(Cache),
            Cache,
            _reporter,
            TimeProvider.System);
}
