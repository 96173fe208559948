using System.Net;
using System.Reflection;

namespace Containerize.Registry;

/// <summary>How registries are reached and how patient the client is. Every default is meant to be kept.</summary>
public sealed record RegistryOptions
{
    /// <summary>The <c>User-Agent</c> header.</summary>
    public string UserAgent { get; init; } = "containerize/" + typeof(RegistryOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    /// <summary>The registries (host and optional port) that images are pushed to: the only ones that get the .NET SDK's push credentials.</summary>
    public IReadOnlyList<string> PushRegistries { get; init; } = [];

    /// <summary>The registry (host and optional port) that base images are pulled from: the only one that gets the .NET SDK's pull credentials.</summary>
    public string? PullRegistry { get; init; }

    /// <summary>
    /// Registries (host and optional port, or a network as <c>10.0.0.0/8</c>) that may have an untrusted certificate or speak plain HTTP.
    /// They add to those of <c>DOTNET_CONTAINER_INSECURE_REGISTRIES</c>, Docker's <c>daemon.json</c> and Podman's <c>registries.conf</c>.
    /// </summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>Mirrors to pull from first, by registry; each is a host with an optional port and path. They come before those of the machine's configuration.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Mirrors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>PEM files with certificates of authorities that are trusted besides the system's.</summary>
    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>After how long without a single byte a connection counts as dead. There is no limit on a whole transfer.</summary>
    public TimeSpan NoProgressTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many blobs are transferred at once.</summary>
    public int MaxParallelTransfers { get; init; } = 4;

    /// <summary>
    /// How often a failed request or transfer is repeated before giving up; a transfer that progresses starts counting anew.
    /// The default is about 15 seconds. A registry that served before and is away (it is being restarted) gets three repetitions more, about two minutes in all.
    /// </summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The wait before the first repetition; it doubles each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait before a repetition, also when the registry asks for more.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The size of the pieces of a blob when a registry does not take it in one, in bytes.</summary>
    public int ChunkSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>A directory for small records of what was pushed where, so that blobs are mounted instead of uploaded again. Null: nothing is remembered.</summary>
    public string? MemoryDirectory { get; init; }

    /// <summary>The proxy; null is the system's. Loopback addresses are always reached directly.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Whether no connection may be made at all; what would need one fails with <see cref="DiagnosticCode.Offline"/>.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Looks up environment variables: credentials, insecure registries and the places of configuration files.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>How often a request to a registry that served before and is away is repeated: work was done that would be lost.</summary>
    internal int MaxRetriesWhenAway => MaxRetries == 0 ? 0 : MaxRetries + 3;

    /// <summary>How long a credential helper may take; one that waits for input that nobody sees would take for ever.</summary>
    internal TimeSpan HelperTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The directory of the machine's configuration; tests have their own.</summary>
    internal string SystemConfigDirectory { get; init; } = "/etc";
}
