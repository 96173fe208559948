using System.Net;
using Containerize.Http;

namespace Containerize.Registry.Transfer;

/// <content>The end of an upload: the registry takes what it got under the blob's digest.</content>
internal sealed partial class BlobUpload
{
    // Cloudflare's 504.
    private const HttpStatusCode TimeoutOfCloudflare = (HttpStatusCode)524;

    // A blob is looked for as often as these pauses allow, however small it is.
    private const int LeastPauses = 4;

    /// <summary>Commits what was sent.</summary>
    /// <param name="isBehind">Whether the registry says that it has less: some say less than they have, others take nothing and confirm
    /// it.</param>
    private async Task FinishAsync(UploadSession session, bool isBehind, CancellationToken cancellationToken)
    {
        await CommitAsync(session, content: null, cancellationToken);
        if (isBehind && !_evenIfThere && !await HasAsync(_endpoint, _access, _descriptor, cancellationToken))
        {
            throw NotTaken();
        }
    }

    /// <summary>Commits what was sent, and what is sent with it.</summary>
    private async Task CommitAsync(UploadSession session, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await PutAsync(session, content, cancellationToken);
            await RequireSuccessAsync(response, cancellationToken);
        }
        catch (TransientException failure) when (failure.Status is HttpStatusCode.GatewayTimeout or TimeoutOfCloudflare)
        {
            // A proxy waits no longer; the registry goes on hashing. Sending it again would only add to its work.
            if (_evenIfThere || !await AppearsAsync(cancellationToken))
            {
                throw;
            }
        }
    }

    /// <summary>Whether the blob is there before the time is over that its commit may take.</summary>
    private async Task<bool> AppearsAsync(CancellationToken cancellationToken)
    {
        var time = _options.TimeProvider;
        var started = time.GetTimestamp();
        var longest = WorkTimeFor(_descriptor.Size) + (LeastPauses * _options.RetryDelay);
        for (var pause = _options.RetryDelay; !await IsSeenAsync(cancellationToken); pause *= 2)
        {
            pause = pause < _options.MaxRetryDelay ? pause : _options.MaxRetryDelay;
            if (time.GetElapsedTime(started) + pause > longest)
            {
                return false;
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        return true;
    }

    private async Task<bool> IsSeenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await HasAsync(_endpoint, _access, _descriptor, cancellationToken);
        }
        catch (TransientException)
        {
            return false;
        }
    }

    private Task<HttpResponseMessage> PutAsync(UploadSession session, Func<HttpContent>? content, CancellationToken cancellationToken) =>
        _endpoint.SendOnceAsync(
            new RegistryRequest(
                HttpMethod.Put,
                VerbatimUrl.WithParameter(session.Location, "digest", _descriptor.Digest.ToString()),
                _access)
            {
                Content = content,
                AsksFirst = content is not null && AsksFirst(_descriptor.Size),
                WorkTime = WorkTimeFor(_descriptor.Size),
            }, cancellationToken);

    private UploadRefusedException NotTaken()
    {
        var failure = new ContainerizeException(
            DiagnosticCode.RegistryError,
            $"{_endpoint.Registry} confirmed the upload of the blob {_descriptor.Digest} to {_access.Repository}, but does not have it. " +
            $"The registry, or a proxy before it, is broken.");
        return new(HttpStatusCode.OK, new([], ""), failure);
    }
}
