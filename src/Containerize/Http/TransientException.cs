using System.Net;

namespace Containerize.Http;

/// <summary>A failure that may pass: worth another try.</summary>
/// <param name="message">What happened, without secrets, as part of a sentence.</param>
/// <param name="inner">What caused it.</param>
internal sealed class TransientException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The status, when there was an answer.</summary>
    internal HttpStatusCode? Status { get; init; }

    /// <summary>Why the server's certificate is not trusted, if that is it.</summary>
    internal string? Untrusted { get; init; }

    /// <summary>How long the server wants to be left alone.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>How often a request is repeated that took as long as it may: it has cost a minute each time.</summary>
    internal const int RepetitionsAfterTimeout = 2;

    /// <summary>The same for a request that may take several minutes.</summary>
    internal const int RepetitionsAfterWork = 1;

    /// <summary>How many repetitions make sense, when fewer than usual.</summary>
    internal int MaxRepetitions { get; init; } = int.MaxValue;

    /// <summary>
    /// Whether a host that served before is away; it mostly comes back, so this is repeated longer than <see cref="MaxRepetitions"/>.
    /// </summary>
    internal bool IsAway { get; init; }

    /// <summary>The same failure where something else can be tried, so that no one waits for a host that does not answer.</summary>
    internal TransientException WithoutPatience() =>
        !IsAway ? this : new(Message, InnerException)
        {
            Status = Status,
            Untrusted = Untrusted,
            RetryAfter = RetryAfter,
            MaxRepetitions = MaxRepetitions,
        };

    /// <summary>Whether this is a quota, which waiting a little does not restore.</summary>
    internal bool IsQuota { get; init; }

    /// <summary>How often it was tried; 0 as long as the repetitions are not used up.</summary>
    internal int Attempts { get; init; }

    /// <summary>What to tell the user when it does not pass, when more than the message is known.</summary>
    internal ContainerizeException? Explained { get; init; }

    /// <summary>The same failure after its last repetition: no caller repeats it, or attempts would multiply.</summary>
    internal TransientException Exhausted(int attempts) => Attempts > 0 ? this : new(Message, InnerException)
    {
        Status = Status,
        Untrusted = Untrusted,
        RetryAfter = RetryAfter,
        MaxRepetitions = 0,
        IsQuota = IsQuota,
        Attempts = attempts,
        Explained = Explained,
    };
}
