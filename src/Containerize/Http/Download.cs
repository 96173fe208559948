using System.Runtime.ExceptionServices;

namespace Containerize.Http;

/// <summary>Content whose size and digest are known, and the places that may have it, in the order in which they are tried.</summary>
/// <param name="name">What it is, for messages.</param>
/// <param name="size">Its size in bytes.</param>
/// <param name="places">Where it may be.</param>
/// <param name="retrier">Repeats what may pass.</param>
/// <param name="passOver">Is told of a place that failed while there is another.</param>
internal sealed class Download(
    string name, long size, IReadOnlyList<DownloadPlace> places, Retrier retrier, Action<DownloadPlace, Exception> passOver)
{
    private Exception? _firstFailure;

    internal string Name => name;

    internal long Size => size;

    internal IReadOnlyList<DownloadPlace> Places => places;

    internal Retrier Retrier => retrier;

    /// <summary>Opens the content for one forward read; who reads it verifies it.</summary>
    /// <exception cref="TransientException">No place serves it.</exception>
    /// <exception cref="AbsentException">No place has it.</exception>
    internal async Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
        await OpenAsync(firstPlace: 0, start: 0, cancellationToken);

    /// <summary>
    /// Takes the content in. When it turns out to be damaged the next place is tried, from the first byte on; the last place is asked once
    /// more, for the bytes may have been damaged on their way.
    /// </summary>
    /// <param name="start">
    /// The first byte that is wanted. When it turns out that the content is damaged, those before it may be what is: all of it is fetched,
    /// and no place is blamed.
    /// </param>
    /// <param name="keep">Reads the stream and verifies the content; the stream's position is that of its first byte.</param>
    /// <inheritdoc cref="OpenAsync(CancellationToken)" path="/exception"/>
    internal async Task<T> RunAsync<T>(long start, Func<Stream, CancellationToken, Task<T>> keep, CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            retrier.Report($"The download of {name} continues at byte {start} of {size}: an earlier build fetched what is before it.");
        }

        for (var (first, isRepeated) = (0, false); ;)
        {
            var stream = await OpenAsync(first, start, cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                try
                {
                    return await keep(stream, cancellationToken);
                }
                catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch && start > 0)
                {
                    start = 0;
                    first = stream.Place;
                    retrier.Report($"{failure.Message} Downloading all of it.");
                }
                catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch
                    && !(stream.IsLastPlace && isRepeated))
                {
                    isRepeated = stream.IsLastPlace;
                    first = Math.Min(stream.Place + 1, places.Count - 1);
                    if (isRepeated)
                    {
                        retrier.Report($"{failure.Message} Downloading it again.");
                    }
                    else
                    {
                        PassOver(places[stream.Place], failure);
                    }
                }
            }
        }
    }

    internal void PassOver(DownloadPlace place, Exception failure)
    {
        if (failure is not AbsentException)
        {
            _firstFailure ??= failure;
        }

        passOver(place, failure);
    }

    private async Task<ResumingStream> OpenAsync(int firstPlace, long start, CancellationToken cancellationToken)
    {
        if (places is [])
        {
            throw new AbsentException(name);
        }

        var stream = new ResumingStream(this, firstPlace, start);
        try
        {
            await stream.OpenAsync(cancellationToken);
            return stream;
        }
        catch (AbsentException) when (_firstFailure is not null)
        {
            // That the last place lacks it says less than why an earlier one did not serve it.
            ExceptionDispatchInfo.Throw(_firstFailure);
            throw;
        }
    }
}
