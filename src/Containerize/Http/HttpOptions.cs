using System.Net;
using System.Reflection;

namespace Containerize.Http;

/// <summary>How servers are reached and how patient the client is. Every default is meant to be kept.</summary>
internal abstract record HttpOptions
{
    /// <summary>
    /// Below this rate a body counts as one that never ends. Requests' bodies have the same bound: they are sent in pieces of that size.
    /// </summary>
    internal const int MinBytesPerSecond = 1024;

    /// <summary>The <c>User-Agent</c> header.</summary>
    public string UserAgent { get; init; } =
        "containerize/" + typeof(HttpOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0];

    /// <summary>PEM files with certificates of authorities that are trusted besides the system's.</summary>
    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>
    /// After how long without a single byte a connection counts as dead, and the window over which a body must come at
    /// <see cref="MinBytesPerSecond"/>. A whole transfer has no limit; a document has twice this one.
    /// </summary>
    public TimeSpan NoProgressTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often a failed request or transfer is repeated before giving up; a transfer that progresses starts counting from zero again. The
    /// default is about 15 seconds. A server that served before and is away (it is being restarted) gets three repetitions more, about two
    /// minutes in all.
    /// </summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The wait before the first repetition; it doubles each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait before a repetition. A server that asks for a longer pause is not waited for.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The proxy; null is the system's. Loopback addresses are always reached directly.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What the servers are.</summary>
    internal abstract ServerKind Kind { get; }

    /// <summary>How often a request to a server that served before and is away is repeated: work was done that would be lost.</summary>
    internal int MaxRetriesWhenAway => MaxRetries == 0 ? 0 : MaxRetries + 3;
}
