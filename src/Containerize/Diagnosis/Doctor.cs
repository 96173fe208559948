using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;

namespace Containerize.Diagnosis;

/// <summary>
/// Finds out what of this machine and of a registry works as builds need it, and says how to fix what does not. The registry is asked by
/// the client of builds, with the same logins, mirrors, certificates and proxies: what is seen is what a build sees.
/// </summary>
internal sealed class Doctor
{
    /// <summary>How registries are reached.</summary>
    internal required RegistryOptions Options { get; init; }

    /// <summary>The registry, its host and optional port; null asks none.</summary>
    internal string? Registry { get; init; }

    /// <summary>The image whose reading is tried; null tries none.</summary>
    internal ImageReference? Image { get; init; }

    /// <summary>
    /// The repositories of the registry that may be written to; what is written is removed. With two of them, mounts between them are
    /// tried.
    /// </summary>
    internal IReadOnlyList<RepositoryReference> Writable { get; init; } = [];

    /// <summary>The cache of builds; null for none.</summary>
    internal string? CacheDirectory { get; init; }

    /// <summary>apt's configuration.</summary>
    internal string AptDirectory { get; init; } = "/etc/apt";

    /// <summary>Looks at all.</summary>
    internal async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new FindingList(UserHome.Of(Options.Environment));
        var machine = new MachineDiagnosis(Options.Environment, findings);
        machine.System(Options.UserAgent);
        if (Registry is not null)
        {
            // Once is enough to see how it is; only what a build repeats hides it.
            using var client = new RegistryClient(Options with { MaxRetries = 0 }, findings);
            await AskAsync(client, Registry, findings, cancellationToken);
        }

        await machine.EnginesAsync(cancellationToken);
        machine.Cache(CacheDirectory);
        machine.PackageSources(AptDirectory);
        return findings.All;
    }

    private async Task AskAsync(RegistryClient client, string registry, FindingList findings, CancellationToken cancellationToken)
    {
        if (await new ConnectionDiagnosis(client, Options, findings).RunAsync(registry, cancellationToken) is not { } connection)
        {
            return;
        }

        var repository = Writable.Count > 0 ? Writable[0] : Image?.Repository;
        if (!await new LoginDiagnosis(connection, findings).RunAsync(repository, Writable.Count > 0, cancellationToken))
        {
            return;
        }

        if (Image is not null)
        {
            await new ReadDiagnosis(client, connection.Endpoint, findings).RunAsync(Image, cancellationToken);
        }

        if (Writable.Count > 0)
        {
            await new WriteDiagnosis(client, connection.Endpoint, findings).RunAsync(Writable, cancellationToken);
        }
    }
}
