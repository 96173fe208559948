using System.Net;
using Containerize.Http;

namespace Containerize.Registry.Transfer;

/// <content>The way that goes on where the registry is when something breaks.</content>
internal sealed partial class BlobUpload
{
    /// <summary>Sends the blob in chunks, going on where the registry is when something breaks.</summary>
    private sealed class ChunkedUpload(BlobUpload upload, UploadSession session)
    {
        // More than this would make chunks pointless, whatever a registry asks for.
        private const long MaxMinChunk = 64 * 1024 * 1024;
        private const long SmallChunk = 4 * 1024 * 1024;

        private readonly long _size = upload._descriptor.Size;
        private UploadSession _session = session;
        private long _chunk = Math.Max(
            Math.Min(
                upload._options.ChunkSize,
                upload._isTooMuch ? Math.Max(SmallerThan(upload._descriptor.Size), SmallestChunk) : long.MaxValue),
            Math.Min(session.MinChunk, MaxMinChunk));
        private long _offset;
        private bool _isBehind;
        private bool _isUnsure;
        private bool _wasBroken;
        private bool _isDone;

        internal async Task SendAsync(CancellationToken cancellationToken)
        {
            while (!_isDone)
            {
                // Each step begins to count repetitions, and to wait for them, from the first one.
                var reached = upload._furthest;
                await upload._retrier.ExecuteAsync(token => AdvanceAsync(reached, token), cancellationToken);
            }
        }

        /// <summary>Sends until the registry has more than ever before; commits when it has all.</summary>
        private async Task<bool> AdvanceAsync(long reached, CancellationToken cancellationToken)
        {
            try
            {
                if (_isUnsure)
                {
                    await FindPlaceAsync(cancellationToken);
                }

                while (_offset < _size && _offset <= reached && !_isDone)
                {
                    await SendChunkAsync(cancellationToken);
                }

                if (_offset <= reached && !_isDone)
                {
                    await upload.FinishAsync(_session, _isBehind, cancellationToken);
                    _isDone = true;
                }

                return true;
            }
            catch (TransientException failure)
            {
                _isUnsure = true;
                if (IsBroken(failure))
                {
                    _wasBroken = true;
                    upload._broken++;
                }

                throw;
            }
        }

        private async Task SendChunkAsync(CancellationToken cancellationToken)
        {
            var length = Math.Min(_chunk, _size - _offset);
            // Without "bytes": that is how the distribution specification writes it.
            using var response =
                await upload.PatchAsync(_session, _offset, length, $"{_offset}-{_offset + length - 1}", cancellationToken);
            if (IsSuccess(response))
            {
                // The answer's Range decides nothing: some registries leave it at the first chunk, others show less than they have.
                _session = UploadSession.Of(response, _session)!;
                _offset += length;
                _isBehind = UploadSession.IsBehind(response, _offset);
                upload.Reached(_offset);
                return;
            }

            await AdaptAsync(response, length, cancellationToken);
        }

        private async Task AdaptAsync(HttpResponseMessage response, long length, CancellationToken cancellationToken)
        {
            var refused = await upload.RefusedAsync(response, cancellationToken);
            var smaller = response.StatusCode switch
            {
                HttpStatusCode.RequestEntityTooLarge => SmallerThan(length),
                HttpStatusCode.RequestedRangeNotSatisfiable when length > SmallChunk => SmallChunk,
                _ => 0,
            };
            var before = _offset;
            if (!upload.MayGoOn()
                || smaller < SmallestChunk && response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable
                || !await SynchronizeAsync(cancellationToken) && !await RestartAsync(smaller, cancellationToken)
                || (_offset == before && smaller < SmallestChunk))
            {
                throw refused;
            }

            _chunk = _offset == before && smaller > 0 ? smaller : _chunk;
        }

        /// <summary>
        /// Goes on where the registry is. A session ends only by the registry's own word: one that it does not know, or of which it does
        /// not say what it has, is replaced, unless it was committed and the answer was lost.
        /// </summary>
        private async Task FindPlaceAsync(CancellationToken cancellationToken)
        {
            var before = _offset;
            if (!await SynchronizeAsync(cancellationToken))
            {
                _isDone = await upload.HasArrivedAsync(cancellationToken);
                (_session, _offset) = _isDone ? (_session, _size) : (await upload.StartAsync(cancellationToken), 0);
            }

            _chunk = _wasBroken && _offset <= before && SmallerThan(Math.Min(_chunk, _size - before)) is > 0 and var smaller
                ? smaller
                : _chunk;
            (_isUnsure, _wasBroken) = (false, false);
        }

        /// <summary>What to try where a chunk was too much; 0 when it was as small as chunks get.</summary>
        private static long SmallerThan(long length) => length <= SmallestChunk ? 0 : Math.Max(length / 4, SmallestChunk);

        /// <summary>Asks where the registry is and goes on there.</summary>
        private async Task<bool> SynchronizeAsync(CancellationToken cancellationToken)
        {
            if (await _session.QueryAsync(upload._endpoint, upload._access, cancellationToken) is not { } state || state.Offset > _size)
            {
                return false;
            }

            (_session, _offset) = state;
            upload.Reached(_offset);
            return true;
        }

        private async Task<bool> RestartAsync(long smaller, CancellationToken cancellationToken)
        {
            if (smaller < SmallestChunk)
            {
                return false;
            }

            _session = await upload.StartAsync(cancellationToken);
            _offset = 0;
            _chunk = smaller;
            return true;
        }
    }
}
