using Containerize.Files;
using Containerize.Http;
using Containerize.Storage;

namespace Containerize.Registry.Protocol;

/// <summary>How registries are reached. Every default is meant to be kept.</summary>
internal sealed record RegistryOptions : HttpOptions
{
    private static readonly ServerKind s_servers = new(
        "registry",
        DiagnosticCode.RegistryError,
        DiagnosticCode.UnsafeLocation,
        "if it is your own authority's, name that authority's certificate file (ContainerizeCertificateFiles), or name the registry as "
            + "insecure (ContainerizeInsecureRegistries)",
        "if it speaks plain HTTP, name it as insecure (ContainerizeInsecureRegistries)",
        body => RegistryErrors.Parse(body.Span).Text);

    /// <summary>
    /// The registries (host and optional port) that images are pushed to: the only ones that get the .NET SDK's push credentials.
    /// </summary>
    public IReadOnlyList<string> PushRegistries { get; init; } = [];

    /// <summary>
    /// The registry (host and optional port) that base images are pulled from: the only one that gets the .NET SDK's pull credentials.
    /// </summary>
    public string? PullRegistry { get; init; }

    /// <summary>
    /// Registries (host and optional port, or a network as <c>10.0.0.0/8</c>) that may have an untrusted certificate or speak plain HTTP.
    /// They add to those of <c>DOTNET_CONTAINER_INSECURE_REGISTRIES</c>, Docker's <c>daemon.json</c> and Podman's <c>registries.conf</c>.
    /// </summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>
    /// Mirrors to pull from first, by registry; each is a host with an optional port and path. They come before those of the machine's
    /// configuration.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Mirrors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>How many blobs are transferred at once.</summary>
    public int MaxParallelTransfers { get; init; } = 4;

    /// <summary>The size of the pieces of a blob when a registry does not take it in one, in bytes.</summary>
    public int ChunkSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Has records of what was pushed where, so that blobs are mounted instead of uploaded again. Null: nothing is remembered.
    /// </summary>
    public BlobStore? Memory { get; init; }

    /// <summary>Whether no connection may be made at all; what would need one fails with <see cref="DiagnosticCode.Offline"/>.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Looks up environment variables: credentials, insecure registries and the places of configuration files.</summary>
    public Func<string, string?> Environment { get; init; } = UserHome.Variable;

    internal override ServerKind Kind => s_servers;

    /// <summary>How long a credential helper may take; one that waits for input never ends.</summary>
    internal TimeSpan HelperTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The directory of the machine's configuration; tests have their own.</summary>
    internal string SystemConfigDirectory { get; init; } = "/etc";

    /// <summary>The directory of what distributions ship; tests have their own.</summary>
    internal string SystemDataDirectory { get; init; } = "/usr/share";

    /// <summary>The directory of what lasts until the machine restarts; tests have their own.</summary>
    internal string SystemRuntimeDirectory { get; init; } = "/run";

    /// <summary>The directory of the user that a variable names; else one in the home directory, if there is one.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="inHome">The directory's usual path below the home directory.</param>
    internal string? UserDirectory(string variable, string inHome) =>
        Environment(variable) is { Length: > 0 } named ? named : InHome(inHome);

    /// <summary>A path below the home directory; null where the environment names none.</summary>
    internal string? InHome(string path) => UserHome.Of(Environment) is { } home ? Path.Combine(home, path) : null;
}
