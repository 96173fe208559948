using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Brings one blob into one repository: see whether it is there, mount it, send it in one piece; in chunks or as one PATCH where the
/// registry refuses that. Before anything is sent again it looks whether the blob has arrived: replies get lost, and large commits outlast
/// proxies.
/// </summary>
internal sealed partial class BlobUpload
{
    private const int BrokenBeforeChunks = 2;
    private const long SlowestCommit = 10_000_000;
    private const long SmallestChunk = 1024 * 1024;

    // What is smaller has left before an answer could come.
    private const long LargeBody = 64 * 1024;

    private readonly RegistryEndpoint _endpoint;
    private readonly Access _access;
    private readonly Descriptor _descriptor;
    private readonly RegistryOptions _options;
    private readonly Retrier _retrier;
    private readonly IReporter _reporter;
    private readonly bool _evenIfThere;
    private TransferProgress? _progress;
    private Blob _blob;
    private UploadMethod _method = UploadMethod.Monolithic;
    private UploadSession? _session;
    private int _attempts;
    private int _broken;
    private bool _mayAskFirst = true;
    private bool _isTooMuch;
    private int _failures;
    private long _furthest;
    private bool _restarted;

    /// <param name="evenIfThere">Whether the registry says that it has what it lacks: then no look replaces sending.</param>
    internal BlobUpload(
        RegistryEndpoint endpoint,
        string repository,
        Blob blob,
        Retrier retrier,
        RegistryOptions options,
        IReporter reporter,
        bool evenIfThere)
    {
        _endpoint = endpoint;
        _access = Access.Push(repository);
        _blob = blob;
        _descriptor = blob.Descriptor;
        _retrier = retrier;
        _options = options;
        _reporter = reporter;
        _evenIfThere = evenIfThere;
    }

    /// <summary>The ways to send bytes, the best first.</summary>
    private enum UploadMethod
    {
        Monolithic,
        Chunked,
        OnePatch,
    }

    /// <summary>
    /// Whether the repository has the blob. Another length tells that only a part of it is there, or another file; 0 is what some proxies
    /// say of every HEAD.
    /// </summary>
    internal static async Task<bool> HasAsync(
        RegistryEndpoint endpoint, Access access, Descriptor blob, CancellationToken cancellationToken)
    {
        using var response = await endpoint.SendOnceAsync(
            new RegistryRequest(HttpMethod.Head, endpoint.UrlOf($"{access.Repository}/blobs/{blob.Digest}"), access), cancellationToken);
        return response.StatusCode == HttpStatusCode.OK
            && (response.Content.Headers.ContentLength is null or 0
                || response.Content.Headers.ContentLength == blob.Size || ResponseBody.CodingOf(response) is not null);
    }

    /// <summary>Sends the blob.</summary>
    /// <param name="source">The same blob, or a copy of it that is nearer.</param>
    /// <param name="progress">Counts the bytes.</param>
    internal Task SendAsync(Blob source, TransferProgress progress, CancellationToken cancellationToken)
    {
        (_blob, _progress) = (source, progress);
        return _retrier.ExecuteAsync(
            async token =>
            {
                if (_attempts++ == 0 || !await HasArrivedAsync(token))
                {
                    await SendOnceAsync(token);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Whether what was sent before is there.</summary>
    private async Task<bool> HasArrivedAsync(CancellationToken cancellationToken) =>
        !_evenIfThere && await HasAsync(_endpoint, _access, _descriptor, cancellationToken);

    private async Task SendOnceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // A session that failed once is never used again.
            var session = _session ?? await StartAsync(cancellationToken);
            _session = null;
            _progress!.GoTo(0);
            try
            {
                await SendAsync(session, cancellationToken);
                return;
            }
            catch (UploadRefusedException refused)
            {
                if (await HasArrivedAsync(cancellationToken))
                {
                    return;
                }

                await ChooseNextAsync(refused, cancellationToken);
            }
            catch (TransientException failure) when (_method == UploadMethod.Monolithic && IsBroken(failure))
            {
                // The connection does not last for the whole; chunks need not start from zero each time.
                _isTooMuch = ++_broken >= BrokenBeforeChunks;
                _method = _isTooMuch && _descriptor.Size > Math.Min(_options.ChunkSize, SmallestChunk) ? UploadMethod.Chunked : _method;
                throw;
            }
        }
    }

    private async Task ChooseNextAsync(UploadRefusedException refused, CancellationToken cancellationToken)
    {
        if (refused.IsDigestMismatch)
        {
            await VerifySourceAsync(cancellationToken);
        }

        if (refused.Status == HttpStatusCode.ExpectationFailed && _mayAskFirst)
        {
            _mayAskFirst = false;
            return;
        }

        // A token may end while a proxy holds back a large body that it has not got whole: pieces arrive before that.
        var isLate = refused.Status == HttpStatusCode.Unauthorized && _method == UploadMethod.Monolithic
            && _descriptor.Size > SmallestChunk;
        _isTooMuch |= isLate || refused.Status == HttpStatusCode.RequestEntityTooLarge;
        if ((refused.IsFinal && !isLate) || (_method == UploadMethod.OnePatch && (_restarted || !refused.IsLostSession)))
        {
            throw refused.Failure;
        }

        if (refused.IsLostSession && !_restarted)
        {
            _restarted = true;
        }
        else
        {
            _method++;
            _restarted = false;
        }

        _reporter.Detail($"{refused.Message.TrimEnd('.')}; sending it again ({_method}).");
    }

    private Task SendAsync(UploadSession session, CancellationToken cancellationToken) => _method switch
    {
        UploadMethod.Monolithic => CommitAsync(session, Content(0, _descriptor.Size), cancellationToken),
        UploadMethod.Chunked => new ChunkedUpload(this, session).SendAsync(cancellationToken),
        _ => SendOnePatchAsync(session, cancellationToken),
    };

    private async Task<UploadSession> StartAsync(CancellationToken cancellationToken)
    {
        using var response = await _endpoint.SendOnceAsync(
            new RegistryRequest(HttpMethod.Post, _endpoint.UrlOf($"{_access.Repository}/blobs/uploads/"), _access), cancellationToken);
        return response.StatusCode == HttpStatusCode.Accepted && UploadSession.Of(response) is { } session
            ? session
            : response.StatusCode == HttpStatusCode.Accepted
                ? throw new ContainerizeException(
                    DiagnosticCode.RegistryError,
                    $"{_endpoint.Registry} opens an upload to {_access.Repository} without saying where (202 without a Location). The " +
                    $"registry, or a proxy before it, is broken or misconfigured.")
                : throw (await RefusedAsync(response, cancellationToken)).Failure;
    }

    private async Task SendOnePatchAsync(UploadSession session, CancellationToken cancellationToken)
    {
        using var response = await PatchAsync(session, 0, _descriptor.Size, contentRange: null, cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
        await FinishAsync(UploadSession.Of(response, session)!, UploadSession.IsBehind(response, _descriptor.Size), cancellationToken);
    }

    private Task<HttpResponseMessage> PatchAsync(
        UploadSession session, long offset, long length, string? contentRange, CancellationToken cancellationToken) =>
        _endpoint.SendOnceAsync(
            new RegistryRequest(HttpMethod.Patch, session.Location, _access)
            {
                Content = Content(offset, length),
                ContentRange = contentRange,
                AsksFirst = AsksFirst(length),
                WorkTime = WorkTimeFor(length),
            }, cancellationToken);

    /// <summary>Whether a body was broken off before, maybe by an answer that was not seen.</summary>
    private bool AsksFirst(long length) => _mayAskFirst && _broken > 0 && length > LargeBody;

    /// <summary>Whether less at a time may do: not where a registry just wants to be left alone.</summary>
    private static bool IsBroken(TransientException failure) =>
        failure.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable);

    /// <summary>A registry hashes and moves what it got before it answers: seconds for a large layer, however it was sent.</summary>
    private static TimeSpan WorkTimeFor(long bytes) => TimeSpan.FromSeconds((double)bytes / SlowestCommit);

    private Func<HttpContent> Content(long offset, long length) => () =>
    {
        _progress!.GoTo(offset);
        return new BlobContent(_blob, offset, length, _progress!.Add);
    };

    private async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!IsSuccess(response))
        {
            throw await RefusedAsync(response, cancellationToken);
        }
    }

    private async Task<UploadRefusedException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var errors = await RegistryErrors.ReadAsync(response, _options, cancellationToken);
        return new(
            response.StatusCode,
            errors,
            RegistryFailure.Of(
                _endpoint, _access, $"push the blob {_descriptor.Digest} to {_endpoint.Registry}/{_access.Repository}", response, errors));
    }

    /// <summary>
    /// Counts what is refused while the registry gets no further than ever before, over all sessions: an upload that stands still ends.
    /// </summary>
    private bool MayGoOn() => ++_failures <= _options.MaxRetries;

    /// <summary>The registry has this much; only getting further than ever is progress.</summary>
    private void Reached(long position)
    {
        if (position > _furthest)
        {
            _furthest = position;
            _failures = 0;
        }
    }

    /// <summary>Finds out who damaged the bytes.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>: they are damaged here already.</exception>
    private async Task VerifySourceAsync(CancellationToken cancellationToken)
    {
        var stream = new VerifyingStream(await _blob.OpenReadAsync(cancellationToken), _descriptor, "this build");
        await using (stream.ConfigureAwait(false))
        {
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }
    }

    private static bool IsSuccess(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.NoContent;
}
