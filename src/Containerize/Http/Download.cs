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
    private const int RepetitionsAfterDamage = 2;

    private Exception? _firstFailure;

    internal string Name => name;

    internal long Size => size;

    internal IReadOnlyList<DownloadPlace> Places => places;

    internal Retrier Retrier => retrier;

    /// <summary>Opens the content for one forward read; who reads it verifies it.</summary>
    /// <exception cref="TransientException">No place serves it.</exception>
    /// <exception cref="AbsentException">No place has it.</exception>
    internal async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        if (places is [])
        {
            throw new AbsentException(name);
        }

        var stream = new ResumingStream(this, firstPlace: 0);
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

    /// <summary>Takes the content in, again when it turns out to be damaged.</summary>
    /// <param name="keep">Reads and verifies the stream.</param>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    internal async Task<T> RunAsync<T>(Func<Stream, CancellationToken, Task<T>> keep, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var stream = await OpenAsync(cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                try
                {
                    return await keep(stream, cancellationToken);
                }
                catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch
                    && attempt < RepetitionsAfterDamage)
                {
                    retrier.Report($"{failure.Message} Downloading it again.");
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
}
