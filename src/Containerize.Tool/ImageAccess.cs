using System.Runtime.InteropServices;
using Containerize.Bases;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Rebasing;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Tool;

/// <summary>Opens images wherever they are, with the cache, the logins and the registries' configuration of this machine.</summary>
internal sealed class ImageAccess : IDisposable
{
    private readonly IReporter _reporter;
    private readonly Lazy<SavedImages> _saved;
    private readonly Lazy<string> _temporary = new(() => Directory.CreateTempSubdirectory("containerize-").FullName);
    private readonly Lazy<BlobStore> _cache;
    private readonly Lazy<RegistryClient> _registries;

    internal ImageAccess(IReporter reporter)
    {
        _reporter = reporter;
        _cache = new(() => CacheLocation.Resolve(null, Environment.CurrentDirectory, UserHome.Variable) is { } shared
            ? SharedCache.Open(shared, Path.Combine(_temporary.Value, "cache"), reporter.Detail, reporter.Detail)
            : new BlobStore(Path.Combine(_temporary.Value, "cache")));
        _saved = new(() => new SavedImages(Path.Combine(_temporary.Value, "engine")));
        _registries = new(() => new RegistryClient(new RegistryOptions { Memory = Cache }, reporter, Cache));
    }

    /// <summary>Takes what is fetched; the one that builds use, where it can be used.</summary>
    internal BlobStore Cache => _cache.Value;

    /// <summary>Talks to registries.</summary>
    internal RegistryClient Registries => _registries.Value;

    /// <summary>Takes what the library has to say.</summary>
    internal IReporter Reporter => _reporter;

    /// <summary>What opening images needs.</summary>
    internal BaseContext Context => new()
    {
        Registries = Registries,
        Tags = null,
        Cache = Cache,
        Saved = _saved.Value,
        Environment = Environment.GetEnvironmentVariable,
        Packages = suite => throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{DebianReference.Prefix}{suite}' names a base image for a build, not an image."),
    };

    /// <summary>A directory for what is needed for a while.</summary>
    internal string Temporary => _temporary.Value;

    /// <summary>Makes what opens a base for each platform. A tag is resolved once for all of them.</summary>
    /// <param name="reference">Where it is.</param>
    /// <exception cref="ContainerizeException">A tag that does not exist.</exception>
    internal async Task<BaseOpening> OpenBaseAsync(BaseImageReference reference, CancellationToken cancellationToken)
    {
        var place = await ResolveAsync(reference, cancellationToken);
        return async (platform, stop) => (await OpenAsync(place, platform, stop)).Image is var image && reference is RegistryReference named
            ? image with { Name = named.Image.ToString() } : image;
    }

    /// <summary>Opens an image. Only its documents are read.</summary>
    /// <param name="reference">Where it is.</param>
    /// <param name="platform">Which one of several; null for this machine's or, where there is none for it, another one.</param>
    /// <exception cref="ContainerizeException">It is not there, damaged, or out of reach.</exception>
    internal async Task<OpenedImage> OpenAsync(BaseImageReference reference, Platform? platform, CancellationToken cancellationToken)
    {
        var place = await ResolveAsync(reference, cancellationToken);
        var source = place.Open(Context);
        var wanted = Platforms(platform);
        for (var index = 0; ; index++)
        {
            try
            {
                var image = await source.OpenAsync(wanted[index], cancellationToken);
                return new(place, reference is RegistryReference named ? image with { Name = named.Image.ToString() } : image);
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

    /// <summary>Lists what stands beside an image. Where that cannot be read, it is a warning: the image is there.</summary>
    internal async Task<ImageListing> ListAsync(OpenedImage opened, CancellationToken cancellationToken)
    {
        var digest = opened.Image.Image.Manifest.Descriptor.Digest;
        try
        {
            return await ImageListing.ReadAsync(opened.Place, digest, Registries, Cache, cancellationToken);
        }
        catch (ContainerizeException failure)
        {
            _reporter.Warning(
                failure.Code, $"What stands beside the image could not be listed (platforms, signatures): {failure.Message}");
            return new(digest, [], []);
        }
    }

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

    // A tag is resolved once, so that all that is said is said of one image.
    private async Task<BaseImageReference> ResolveAsync(BaseImageReference reference, CancellationToken cancellationToken) =>
        reference is not RegistryReference { Image: { Digest: null } image } ? reference
        : await Registries.TryResolveAsync(image.Repository, image.Target, cancellationToken) is { } found
            ? new RegistryReference(image with { Digest = found.Digest })
            : throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                $"The image {image} does not exist. Check its name, and whether you are logged in: some registries hide what an account " +
                $"may not see.");

    /// <summary>Which image of an index is wanted, the best first.</summary>
    /// <param name="platform">The one that was asked for; null for this machine's, or another one.</param>
    internal static IReadOnlyList<Platform> Platforms(Platform? platform) => platform is not null ? [platform] : Preferred();

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
        string[] names = ["linux-" + own, "linux-x64", "linux-arm64", "linux-arm", "linux-x86", "linux-s390x", "linux-ppc64le",
            "linux-riscv64", "linux-loongarch64", "win-x64", "win-arm64"];
        return [.. names.Distinct().Select(Platform.FromRuntimeIdentifier), Platform.Any];
    }
}

/// <summary>An image, and where it is.</summary>
/// <param name="Place">Where it is; in a registry by digest.</param>
/// <param name="Image">The image.</param>
internal sealed record OpenedImage(BaseImageReference Place, BaseImage Image);
