using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Brings blobs into repositories of one registry in the cheapest way: it is there, it is mounted, it is uploaded. A caller that pushes the
/// same blob to the same registry on this machine waits, and then finds it there or mounts it.
/// </summary>
/// <param name="endpoint">The registry.</param>
/// <param name="memory">What this machine has pushed.</param>
/// <param name="slots">Bounds the uploads at a time.</param>
/// <param name="report">Says how they proceed.</param>
/// <param name="retrier">Repeats what may pass.</param>
/// <param name="options">How patient the client is.</param>
/// <param name="reporter">Hears what is tried.</param>
internal sealed class BlobPush(
    RegistryEndpoint endpoint,
    PushMemory memory,
    SemaphoreSlim slots,
    TransferReport report,
    Retrier retrier,
    RegistryOptions options,
    IReporter reporter)
{
    private const int MaxMounts = 2;

    /// <summary>Brings a blob into a repository.</summary>
    /// <param name="origin">The repository of the same registry that has it for sure, if there is one.</param>
    /// <param name="localize">Makes the blob one whose bytes are at hand; called only when they must be sent.</param>
    /// <param name="evenIfThere">Send it though the registry says that it has it.</param>
    internal async Task<PushOutcome> RunAsync(
        RepositoryReference target,
        Blob blob,
        string? origin,
        Func<Blob, CancellationToken, Task<Blob>> localize,
        bool evenIfThere,
        CancellationToken cancellationToken)
    {
        var digest = blob.Descriptor.Digest;
        if (!evenIfThere && await HasAsync(target, blob.Descriptor, cancellationToken))
        {
            // It has no turn here: what others note in theirs is not replaced.
            if (memory.Recall(target.Registry, digest) is [])
            {
                memory.Remember(target, digest);
            }

            return new(PushKind.AlreadyThere, 0);
        }

        using var turn = await memory.WaitForTurnAsync(target.Registry, digest, cancellationToken);
        var known = memory.Recall(target.Registry, digest);
        // Another build may just have pushed it.
        if (!evenIfThere && known.Contains(target.Name) && await HasAsync(target, blob.Descriptor, cancellationToken))
        {
            return new(PushKind.AlreadyThere, 0);
        }

        var upload = new BlobUpload(endpoint, target.Name, blob, retrier, options, reporter, evenIfThere);
        var candidates = known.Prepend(origin).OfType<string>().Where(name => name != target.Name).Distinct().Take(MaxMounts);
        if (!evenIfThere && await upload.TryMountAsync(candidates, cancellationToken))
        {
            memory.Remember(target, digest);
            return new(PushKind.Mounted, 0);
        }

        var sent = await SendAsync(upload, target, await localize(blob, cancellationToken), cancellationToken);
        memory.Remember(target, digest);
        return new(PushKind.Uploaded, sent);
    }

    private Task<bool> HasAsync(RepositoryReference target, Descriptor blob, CancellationToken cancellationToken) =>
        retrier.ExecuteAsync(token => BlobUpload.HasAsync(endpoint, Access.Push(target.Name), blob, token), cancellationToken);

    private async Task<long> SendAsync(BlobUpload upload, RepositoryReference target, Blob source, CancellationToken cancellationToken)
    {
        using var progress = report.Start($"Pushing to {target}", source.Descriptor.Size);
        await slots.WaitAsync(cancellationToken);
        try
        {
            await upload.SendAsync(source, progress, cancellationToken);
            return progress.Moved;
        }
        catch (SourceException failure) when (failure.InnerException is ContainerizeException explained)
        {
            throw explained;
        }
        catch (SourceException failure)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile,
                $"The blob {source.Descriptor.Digest} cannot be read to push it: {failure.Message}",
                failure);
        }
        finally
        {
            slots.Release();
        }
    }
}

/// <summary>How a blob came into a repository.</summary>
internal enum PushKind
{
    /// <summary>It was there.</summary>
    AlreadyThere,

    /// <summary>The registry linked it from another of its repositories.</summary>
    Mounted,

    /// <summary>It was uploaded.</summary>
    Uploaded,
}

/// <summary>What pushing a blob took.</summary>
/// <param name="Kind">How it came there.</param>
/// <param name="BytesSent">How many bytes of blobs were sent, repetitions included.</param>
internal readonly record struct PushOutcome(PushKind Kind, long BytesSent);
