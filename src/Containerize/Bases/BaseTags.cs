using System.Globalization;
using System.Text;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>
/// Finds out which digest a base image's tag means: what the lock file says, else a recent answer of the registry, else a new one.
/// When the registry cannot be reached, its last answer counts: an outage elsewhere is no reason not to build here.
/// </summary>
internal sealed class BaseTags
{
    // Who can go on without an answer does not wait through all repetitions for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly RegistryClient _client;
    private readonly BaseTagPolicy _policy;
    private readonly TagMemory _memory;
    private readonly BlobStore _cache;
    private readonly IReporter _reporter;
    private readonly TimeProvider _time;

    /// <summary>Creates it.</summary>
    /// <param name="client">Asks registries.</param>
    /// <param name="memory">The earlier answers.</param>
    /// <param name="cache">Where the manifests are; an earlier answer whose manifest is gone is of little use.</param>
    /// <param name="reporter">Is told where a digest comes from.</param>
    public BaseTags(RegistryClient client, BaseTagPolicy policy, TagMemory memory, BlobStore cache, IReporter reporter, TimeProvider time)
    {
        _client = client;
        _policy = policy;
        _memory = memory;
        _cache = cache;
        _reporter = reporter;
        _time = time;
    }

    /// <summary>Finds the digest.</summary>
    /// <param name="image">The image; one with a digest means that.</param>
    /// <returns>The digest of the manifest or index.</returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.BaseImageNotFound"/>,
    /// <see cref="DiagnosticCode.LockedImageMissing"/>, <see cref="DiagnosticCode.InvalidLockFile"/>, <see cref="DiagnosticCode.Offline"/>,
    /// or what the registry client throws.
    /// </exception>
    public async Task<Digest> ResolveAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if ((image.Digest ?? _policy.Pinned) is { } pinned)
        {
            return pinned;
        }

        if (_policy.LockFile is not { } file)
        {
            return await FindAsync(image, cancellationToken);
        }

        if (BaseImageLock.Read(file).Entries.TryGetValue(image.ToString(), out var locked))
        {
            _reporter.Detail($"{image} is {locked}, as {file} says.");
            return locked;
        }

        if (_policy.IsLocked)
        {
            throw new ContainerizeException(
                DiagnosticCode.LockedImageMissing,
                $"The lock file '{file}' {(File.Exists(file) ? $"does not name the base image {image}" : "does not exist")}, and " +
                $"ContainerizeLockedMode is set. Run 'dotnet build -t:ContainerizeLock' and commit the file.");
        }

        var digest = await FindAsync(image, cancellationToken);
        await BaseImageLock.UpdateAsync(file, new Dictionary<string, Digest?> { [image.ToString()] = digest }, cancellationToken);
        _reporter.Message($"{image} is locked to {digest} in {Path.GetFileName(file)}.");
        return digest;
    }

    /// <summary>Asks the registry, whatever is known already.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <returns>The digest; null when there is no such tag.</returns>
    public async Task<Digest?> AskAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var found = await _client.TryResolveAsync(image.Repository, image.Target, cancellationToken);
        if (found is not null)
        {
            _memory.Remember(image, found.Digest, _time.GetUtcNow());
        }

        return found?.Digest;
    }

    /// <summary>Asks again when an earlier answer names what is gone.</summary>
    /// <returns>Another digest; null when there is none, or none may be used.</returns>
    internal async Task<Digest?> RenewAsync(ImageReference image, Digest gone, CancellationToken cancellationToken) =>
        image.Digest is null && _policy is { Pinned: null, LockFile: null, IsOffline: false }
            && await AskAsync(image, cancellationToken) is { } digest && digest != gone ? digest : null;

    private async Task<Digest> FindAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (_policy is not { BuildStarted: { } started, IsOffline: false })
        {
            return await FindAloneAsync(image, cancellationToken);
        }

        // Platforms are built beside each other, in processes of their own; the first one asks.
        using var turn = !_policy.IsOneOfSeveral ? null
            : await _cache.WaitForTurnAsync(Digest.Of(Encoding.UTF8.GetBytes(image.ToString())), cancellationToken);
        // One from the future is of a clock that was wrong.
        if (_memory.Recall(image) is { } told && told.Time >= started && told.Time <= _time.GetUtcNow())
        {
            _reporter.Detail($"{image} is {told.Digest} for all of this build.");
            return told.Digest;
        }

        return await FindAloneAsync(image, cancellationToken);
    }

    private async Task<Digest> FindAloneAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var last = _memory.Recall(image) is { } recalled && _cache.Has(recalled.Digest)
            ? recalled
            : ((Digest Digest, DateTimeOffset Time)?)null;
        if (last is not { } known)
        {
            return _policy.IsOffline ? throw Unknown(image) : await RequireAsync(image, cancellationToken);
        }

        var age = _time.GetUtcNow() - known.Time;
        if (_policy.IsOffline || (age >= TimeSpan.Zero && age < _policy.MaxAge))
        {
            _reporter.Detail($"{image} is {known.Digest}, as its registry said at {Format(known.Time)}.");
            return known.Digest;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            return await RequireAsync(image, patience.Token);
        }
        catch (ContainerizeException failure) when (failure.Code is DiagnosticCode.RegistryUnavailable or DiagnosticCode.RegistryError
            or DiagnosticCode.UnsafeLocation)
        {
            return Stale(image, known, failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Stale(image, known, $"{image.Repository.Registry} has not answered within {s_patience.TotalSeconds:0} seconds.");
        }
    }

    private async Task<Digest> RequireAsync(ImageReference image, CancellationToken cancellationToken) =>
        await AskAsync(image, cancellationToken)
        ?? throw new ContainerizeException(
            DiagnosticCode.BaseImageNotFound,
            $"The base image {image} does not exist. Check ContainerBaseImage, and whether you are logged in: some registries hide what " +
            $"an account may not see.");

    private Digest Stale(ImageReference image, (Digest Digest, DateTimeOffset Time) known, string why)
    {
        _reporter.Warning(
            DiagnosticCode.StaleBaseImage,
            $"{why} The base image {image} is therefore the one of {Format(known.Time)} ({known.Digest}), which is in the cache; there " +
            $"may be a newer one. With ContainerizeOffline or a longer ContainerizeBaseImageMaxAge no registry is asked.");
        return known.Digest;
    }

    private static ContainerizeException Unknown(ImageReference image) => new(
        DiagnosticCode.Offline,
        $"ContainerizeOffline is set, but the base image {image} is not in the cache of this machine. Build once without " +
        $"ContainerizeOffline, or name a base image that is here: by its digest, or as oci: or oci-archive:.");

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
