using System.Runtime.InteropServices;
using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Tool;

/// <summary>Opens images wherever they are, with the cache, the logins and the registries' configuration of this machine.</summary>
internal sealed class ImageAccess : IDisposable
{
    private readonly IReporter _reporter;
    private readonly Lazy<string> _temporary = new(() => Directory.CreateTempSubdirectory("containerize-").FullName);
    private readonly Lazy<BlobStore> _cache;
    private readonly Lazy<RegistryClient> _registries;

    internal ImageAccess(IReporter reporter)
    {
        _reporter = reporter;
        _cache = new(() => CacheLocation.Resolve(null, Environment.CurrentDirectory, Environment.GetEnvironmentVariable) is { } shared
            ? SharedCache.Open(shared, Path.Combine(_temporary.Value, "cache"), reporter.Detail, reporter.Detail)
            : new BlobStore(Path.Combine(_temporary.Value, "cache")));
        _registries = new(() => new RegistryClient(new RegistryOptions { Memory = Cache }, reporter, Cache));
    }

    /// <summary>Takes what is fetched; the one that builds use, where it can be used.</summary>
    internal BlobStore Cache => _cache.Value;

    /// <summary>Talks to registries.</summary>
    internal RegistryClient Registries => _registries.Value;

    /// <summary>Takes what the library has to say.</summary>
    internal IReporter Reporter => _reporter;

    /// <summary>Opens an image. Only its documents are read.</summary>
    /// <param name="reference">Where it is.</param>
    /// <param name="platform">Which one of several; null for this machine's or, where there is none for it, another one.</param>
    /// <exception cref="ContainerizeException">It is not there, damaged, or out of reach.</exception>
    internal async Task<BaseImage> OpenAsync(BaseImageReference reference, Platform? platform, CancellationToken cancellationToken)
    {
        var source = reference.Open(new BaseContext
        {
            Registries = _registries.Value,
            Tags = new BaseTags(
                _registries.Value, new BaseTagPolicy(), new TagMemory(Cache), Cache, _reporter, TimeProvider.System),
            Cache = Cache,
            EngineDirectory = Path.Combine(_temporary.Value, "engine"),
            Environment = Environment.GetEnvironmentVariable,
            Packages = suite => throw new ContainerizeException(
                DiagnosticCode.InvalidReference, $"'{DebianReference.Prefix}{suite}' names a base image for a build, not an image."),
        });
        IReadOnlyList<Platform> wanted = platform is not null ? [platform] : Preferred();
        for (var index = 0; ; index++)
        {
            try
            {
                return await source.OpenAsync(wanted[index], cancellationToken);
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.PlatformNotFound && index < wanted.Count - 1)
            {
                // The next one.
            }
        }
    }

    /// <summary>Asks the registry what a tag means now.</summary>
    /// <returns>The digest; null when the registry has none of this name.</returns>
    internal async Task<Digest?> ResolveAsync(ImageReference image, CancellationToken cancellationToken) =>
        (await _registries.Value.TryResolveAsync(image.Repository, image.Target, cancellationToken))?.Digest;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_registries.IsValueCreated)
        {
            _registries.Value.Dispose();
        }

        if (_temporary.IsValueCreated)
        {
            Directory.Delete(_temporary.Value, recursive: true);
        }
    }

    private static IReadOnlyList<Platform> Preferred()
    {
        var own = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.X86 => "x86",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm",
            var other => other.ToString().ToLowerInvariant(),
        };
        string[] names = ["linux-" + own, "linux-x64", "linux-arm64", "linux-arm", "linux-x86", "linux-s390x", "linux-ppc64le", "win-x64"];
        return [.. names.Distinct().Select(Platform.FromRuntimeIdentifier)];
    }
}
