using System.Globalization;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>What the machine lends to a build: the cache and the way to registries.</summary>
internal sealed class BuildEnvironment : IDisposable
{
    private const string NoCache = "none";
    private const int MostRetries = 20;
    private const long RoomWorthTrying = 16 * 1024 * 1024;

    private readonly string _projectDirectory;
    private readonly string _outputDirectory;
    private readonly BaseImageReference _baseReference;
    private readonly string[] _cacheFrom;
    private readonly bool _trustsCache;
    private readonly BaseTagPolicy _tagPolicy;
    private readonly IReporter _reporter;

    /// <summary>Reads the environment from an item.</summary>
    /// <param name="item">The project's directory; its metadata name the base, the cache and registries.</param>
    /// <param name="outputDirectory">The project's own directory, for a cache where the shared one is unusable.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="warn">Is told of an unusable cache.</param>
    /// <param name="cacheIsFull">Whether the shared cache was found to be full, so that it is not used.</param>
    internal BuildEnvironment(ITaskItem item, string outputDirectory, IReporter reporter, Action<Message> warn, bool cacheIsFull = false)
    {
        _projectDirectory = item.ItemSpec;
        _reporter = reporter;
        _outputDirectory = outputDirectory;
        _baseReference = BaseImageReference.Parse(item.GetMetadata("BaseImage"), _projectDirectory);
        _cacheFrom = List(item.GetMetadata("CacheFrom"));
        _trustsCache = item.GetMetadata("VerifyCache").Trim().Equals("false", StringComparison.OrdinalIgnoreCase);
        var directory = CacheLocation.Resolve(item.GetMetadata("CacheDirectory"), _projectDirectory, Environment.GetEnvironmentVariable);
        Cache = SharedCache.Open(directory, OwnCache(outputDirectory), warn, reporter.Detail, cacheIsFull);
        _tagPolicy = new BaseTagPolicy
        {
            MaxAge = Duration.Parse("ContainerizeBaseImageMaxAge", item.GetMetadata("BaseImageMaxAge")) ?? TimeSpan.Zero,
            BuildStarted = long.TryParse(item.GetMetadata("BuildStarted"), NumberStyles.None, CultureInfo.InvariantCulture, out var started) ? DateTimeOffset.FromUnixTimeSeconds(started) : null,
            IsOffline = item.GetMetadata("Offline") == "true",
            LockFile = item.GetMetadata("LockFile") is { Length: > 0 } file ? Path.GetFullPath(file, _projectDirectory) : null,
            IsLocked = item.GetMetadata("LockedMode") == "true",
        };
        var mirrors = MirrorList.Parse(item.GetMetadata("Mirrors"));
        Registries = new RegistryClient(
            new RegistryOptions
            {
                PushRegistries = List(item.GetMetadata("PushRegistries")),
                PullRegistry = (_baseReference as RegistryReference)?.Image.Repository.Registry,
                InsecureRegistries = [.. List(item.GetMetadata("InsecureRegistries")), .. mirrors.Insecure],
                Mirrors = mirrors.ByRegistry,
                IsOffline = _tagPolicy.IsOffline,
                CertificateFiles = [.. List(item.GetMetadata("CertificateFiles")).Select(file => Path.GetFullPath(file, _projectDirectory))],
                MaxRetries = Retries(item.GetMetadata("RegistryRetries").Trim()),
                Memory = Cache,
            },
            reporter,
            Cache);
    }

    /// <summary>The blobs that all projects of this user share.</summary>
    internal BlobStore Cache { get; }

    /// <summary>Talks to registries.</summary>
    internal RegistryClient Registries { get; }

    public void Dispose() => Registries.Dispose();

    /// <summary>Whether a build that failed would find room without the shared cache: that is full, and the project lies on another disk.</summary>
    /// <param name="failure">Why it failed.</param>
    internal bool IsCacheFull(Exception failure)
    {
        if (!FileFailure.IsDiskFull(failure) && failure is not ContainerizeException { Code: DiagnosticCode.DiskFull })
        {
            return false;
        }

        try
        {
            return FreeSpace(_outputDirectory) - FreeSpace(Cache.Root) > RoomWorthTrying;
        }
        catch (Exception unknown) when (FileFailure.IsOne(unknown) || unknown is ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Keeps what the cache holds from being pruned until MSBuild's build ends.</summary>
    /// <param name="engine">Knows when it ends.</param>
    internal void Announce(IBuildEngine4 engine)
    {
        var key = $"Containerize.BuildLease {Cache.Root}";
        if (engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null && BuildLease.Take(Cache) is { } lease)
        {
            engine.RegisterTaskObject(key, lease, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>The base image's source.</summary>
    /// <param name="prefetch">Whether its layers are needed in any case, and may be fetched while other layers are written.</param>
    /// <param name="packages">The packages of Debian, for a base that is made of them.</param>
    /// <param name="options">How layers are written, for such a base.</param>
    /// <returns>The source.</returns>
    internal IImageSource OpenBase(bool prefetch, DebianPackages packages, LayerOptions options) => _baseReference.Open(new BaseContext
    {
        Registries = Registries,
        Tags = Tags(),
        Cache = Cache,
        EngineDirectory = Path.Combine(_outputDirectory, "base"),
        Environment = Environment.GetEnvironmentVariable,
        Packages = suite => new DebianBaseSource(suite, packages, new LayerCache(Cache), options),
        Prefetch = prefetch,
    });

    /// <summary>Images in registries whose layers need not be made again: those that the push is going to replace, the newest one beside them, and those that the project names.</summary>
    /// <param name="destinations">Where the image goes.</param>
    /// <param name="platform">The platform of the image.</param>
    /// <param name="reporter">Is told what could not be read.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal PreviousImages OpenPreviousImages(DestinationList destinations, Platform platform, IReporter reporter)
    {
        var isNone = _cacheFrom is [var only] && only.Equals(NoCache, StringComparison.OrdinalIgnoreCase);
        var request = new ReuseRequest
        {
            Targets = [.. destinations.Registries.Select(target => target.Of(destinations.Name).In(target.Registry))],
            Tags = destinations.Name.Tags,
            Named = isNone ? [] : [.. _cacheFrom.Select(text => ImageReference.Parse(text) is { Tag: null, Digest: null } untagged ? untagged with { Tag = "latest" } : ImageReference.Parse(text))],
            IsOff = isNone || destinations.NeedBaseLayers,
            Trusts = _trustsCache,
        };
        return new PreviousImages(Registries, request, platform, Cache, reporter);
    }

    /// <summary>The base image in a registry, if it is one whose tag may move.</summary>
    internal ImageReference? TaggedBase => (_baseReference as RegistryReference)?.Image is { Digest: null } image ? image : null;

    /// <summary>The lock file's full path; null locks nothing.</summary>
    internal string? LockFile => _tagPolicy.LockFile;

    /// <summary>Finds out what tags of base images mean.</summary>
    internal BaseTags Tags() => new(Registries, _tagPolicy, new TagMemory(Cache), Cache, _reporter, TimeProvider.System);

    private static long FreeSpace(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    private static string OwnCache(string outputDirectory) => Path.Combine(outputDirectory, "cache");

    private static int Retries(string text) =>
        text.Length == 0 ? new RegistryOptions().MaxRetries
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostRetries ? number
        : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeRegistryRetries '{text}' is not a number from 0 to {MostRetries}.");

    private static string[] List(string text) => text.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
