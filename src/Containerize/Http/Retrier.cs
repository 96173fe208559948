using System.Net;
using Polly;
using Polly.Retry;

namespace Containerize.Http;

/// <summary>
/// Repeats what failed with a <see cref="TransientException"/>: exponentially later, with jitter, as late as the server asks.
/// </summary>
internal sealed class Retrier
{
    private static readonly TimeSpan s_noticeable = TimeSpan.FromSeconds(3);

    // Most builds need none: what is repeated failed before.
    private readonly Lazy<ResiliencePipeline> _pipeline;
    private readonly HttpOptions _options;
    private readonly IReporter _reporter;

    internal Retrier(HttpOptions options, IReporter reporter)
    {
        _options = options;
        _reporter = reporter;
        _pipeline = new(CreatePipeline);
    }

    /// <summary>
    /// Whether a status may pass. 520 to 525 and 530 are Cloudflare's, for a server behind it that is away, being restarted, or slow; 526,
    /// a certificate that is not valid, stays.
    /// </summary>
    internal static bool IsTransient(HttpStatusCode status) =>
        (int)status is 408 or 429 or 499 or 500 or (>= 502 and <= 504) or (>= 520 and <= 525) or 530;

    /// <summary>Whether a status tells that the server behind a proxy is away.</summary>
    internal static bool IsAway(HttpStatusCode status) => (int)status is (>= 502 and <= 504) or (>= 521 and <= 524) or 530;

    /// <summary>
    /// Whether an exception tells of a broken connection, or of bytes that were garbled in it, rather than of a decision.
    /// </summary>
    internal static bool IsConnectionFailure(Exception failure) =>
        failure is HttpRequestException or IOException or TimeoutException or InvalidDataException;

    internal async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action(cancellationToken);
        }
        catch (TransientException failure)
        {
            return RepetitionsFor(failure) == 0
                ? throw failure.Exhausted(attempts: 1)
                : await RepeatAsync(action, failure, cancellationToken);
        }
    }

    private async Task<T> RepeatAsync<T>(
        Func<CancellationToken, Task<T>> action, TransientException first, CancellationToken cancellationToken)
    {
        var attempts = 0;
        try
        {
            return await _pipeline.Value.ExecuteAsync(
                async token => ++attempts == 1 ? throw first : await action(token), cancellationToken);
        }
        catch (TransientException failure)
        {
            throw failure.Exhausted(attempts);
        }
    }

    private ResiliencePipeline CreatePipeline() => new ResiliencePipelineBuilder { TimeProvider = _options.TimeProvider }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments =>
                ValueTask.FromResult(arguments.Outcome.Exception is TransientException failure
                    && arguments.AttemptNumber < RepetitionsFor(failure)),
            MaxRetryAttempts = _options.MaxRetriesWhenAway,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.RetryDelay,
            MaxDelay = _options.MaxRetryDelay,
            DelayGenerator = arguments => ValueTask.FromResult(Delay(arguments.Outcome.Exception, arguments.AttemptNumber)),
            OnRetry = ReportRetry,
        })
        .Build();

    /// <summary>Says why something is done once more.</summary>
    internal void Report(string text) => _reporter.Detail(text);

    /// <summary>How often anything is repeated that brings nothing new.</summary>
    internal int MaxRepetitions => _options.MaxRetries;

    /// <summary>How often what failed in this way is repeated.</summary>
    internal int RepetitionsFor(TransientException failure) =>
        failure.IsAway ? _options.MaxRetriesWhenAway : Math.Min(failure.MaxRepetitions, _options.MaxRetries);

    /// <summary>
    /// What a server asks for, which the <see cref="HostGate"/> has bounded, and a little spread so that not all come back at once. One
    /// that asks for less than it needs, or for nothing, gets what any other gets.
    /// </summary>
    private TimeSpan? Delay(Exception? failure, int repetitions)
    {
        if (failure is not TransientException { RetryAfter: { } asked })
        {
            return null;
        }

        var usual = _options.RetryDelay * Math.Pow(2, repetitions);
        var least = usual < _options.MaxRetryDelay ? usual : _options.MaxRetryDelay;
#pragma warning disable CA5394 // Spreads load; nothing secret depends on it.
        return (asked > least ? asked : least) + (_options.RetryDelay * Random.Shared.NextDouble());
#pragma warning restore CA5394
    }

    private ValueTask ReportRetry(OnRetryArguments<object> arguments)
    {
        var failure = (TransientException)arguments.Outcome.Exception!;
        var text = $"{failure.Message}; trying again in {arguments.RetryDelay.TotalSeconds:0.#} s ({arguments.AttemptNumber + 1} of " +
            $"{RepetitionsFor(failure)}).";
        // A pause that people notice is explained; a short one is not worth a line.
        if (arguments.RetryDelay >= s_noticeable)
        {
            _reporter.Message(text);
        }
        else
        {
            _reporter.Detail(text);
        }

        return ValueTask.CompletedTask;
    }
}
