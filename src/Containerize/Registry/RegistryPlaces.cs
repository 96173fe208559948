using System.Collections.Concurrent;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Registry.Transfer;

namespace Containerize.Registry;

/// <summary>
/// The places of repositories: mirrors first, the registry itself last, or the one place that is pushed to. A place that fails is passed
/// over while there is another one, and a failure of the last one is explained.
/// </summary>
internal sealed class RegistryPlaces : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _down = new();
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly Lazy<EndpointDirectory> _endpoints;
    private readonly Lazy<RegistryRoutes> _routes;

    /// <summary>Nothing is contacted, and nothing of the machine is read before it is needed.</summary>
    /// <param name="options">How registries are reached.</param>
    /// <param name="reporter">Hears which places are passed over.</param>
    internal RegistryPlaces(RegistryOptions options, IReporter reporter)
    {
        _options = options;
        _reporter = reporter;
        // Most builds change nothing and talk to no registry; they need not wait for what that takes.
        var machine = new Lazy<MachineConfiguration>(() => MachineConfiguration.Read(options, reporter));
        _endpoints = new(
            () => new EndpointDirectory(
                options,
                reporter,
                new InsecureRegistries(InsecureEntries(options).Concat(machine.Value.Insecure)),
                new CredentialStore(options, reporter, machine.Value.CredentialHelpers)));
        _routes = new(() => new RegistryRoutes(options, machine.Value));
    }

    /// <summary>Which places a repository has.</summary>
    internal RegistryRoutes Routes => _routes.Value;

    /// <summary>Repeats what may pass.</summary>
    internal Retrier Retrier => _endpoints.Value.Retrier;

    /// <summary>How a registry is reached.</summary>
    /// <exception cref="TransientException">It does not answer.</exception>
    internal Task<RegistryEndpoint> ReachAsync(string registry, CancellationToken cancellationToken) =>
        _endpoints.Value.GetAsync(registry, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        if (_endpoints.IsValueCreated)
        {
            _endpoints.Value.Dispose();
        }
    }

    /// <summary>Reads from the first place that has it: a mirror that fails or lacks it is passed over.</summary>
    /// <param name="read">Reads from one place.</param>
    internal async Task<T?> ReadAsync<T>(
        RepositoryReference repository,
        string tagOrDigest,
        string what,
        Func<RegistryEndpoint, string, CancellationToken, Task<T?>> read,
        CancellationToken cancellationToken)
        where T : class
    {
        RequireNetwork(what);
        var places = _routes.Value.PlacesOf(repository, byDigest: Digest.TryParse(tagOrDigest, out _));
        foreach (var place in places.SkipLast(1).Where(place => !_down.ContainsKey(place.Registry)))
        {
            try
            {
                if (await read(await _endpoints.Value.GetAsync(place.Registry, cancellationToken), place.Name, cancellationToken)
                    is { } found)
                {
                    return found;
                }
            }
            catch (Exception failure) when (failure is TransientException or ContainerizeException)
            {
                PassOver(place.ToString(), place.Registry, failure);
            }
        }

        var own = places[^1];
        return await ExplainAsync(
            own.Registry,
            what,
            async () => await read(await _endpoints.Value.GetAsync(own.Registry, cancellationToken), own.Name, cancellationToken),
            hasMirrors: true);
    }

    /// <summary>Does something at one place.</summary>
    /// <param name="route">Chooses the place.</param>
    internal async Task<T> UseAsync<T>(
        Func<RegistryRoutes, RepositoryReference> route,
        string what,
        Func<RegistryEndpoint, string, Task<T>> action,
        CancellationToken cancellationToken)
    {
        RequireNetwork(what);
        var place = route(_routes.Value);
        return await ExplainAsync(
            place.Registry, what, async () => await action(await _endpoints.Value.GetAsync(place.Registry, cancellationToken), place.Name));
    }

    /// <summary>The download of a blob, from the first place that has it.</summary>
    internal Download DownloadOf(RepositoryReference repository, Descriptor descriptor)
    {
        RequireNetwork(BlobFetch.What(repository, descriptor));
        return new(
            $"{descriptor.Digest}", descriptor.Size, [.. DownloadPlaces(repository, descriptor)], _endpoints.Value.Retrier, PassOver);
    }

    private void PassOver(DownloadPlace place, Exception failure) => PassOver(place.Name, place.Host, failure);

    /// <summary>A mirror that did not answer in all its repetitions is not asked again: waiting for it once is enough.</summary>
    private void PassOver(string place, string registry, Exception failure)
    {
        Message text = $"{place} was passed over: {failure.Message.TrimEnd('.')}.";
        // Damage is worth a look at the mirror even though the build gets its bytes elsewhere.
        if (failure is ContainerizeException { Code: DiagnosticCode.DigestMismatch })
        {
            _reporter.Message(text);
        }
        else
        {
            _reporter.Detail(text);
        }

        if (failure is TransientException)
        {
            _down[registry] = true;
        }
    }

    private async Task<T> ExplainAsync<T>(string registry, string what, Func<Task<T>> action, bool hasMirrors = false)
    {
        if (_endpoints.Value.SilenceOf(registry) is { } silence)
        {
            throw RegistryFailure.Of(registry, what, silence, hasMirrors);
        }

        try
        {
            return await action();
        }
        catch (TransientException failure)
        {
            _endpoints.Value.NoteFailure(registry, failure);
            throw RegistryFailure.Of(registry, what, failure, hasMirrors);
        }
    }

    private void RequireNetwork(string what)
    {
        if (_options.IsOffline)
        {
            throw new ContainerizeException(
                DiagnosticCode.Offline,
                $"Could not {what}: ContainerizeOffline is set, and this is not in the cache of this machine. Build once without it, or " +
                $"choose what is here.");
        }
    }

    /// <summary>Mirrors, the registry itself, and for foreign layers the URLs they name.</summary>
    private IEnumerable<DownloadPlace> DownloadPlaces(RepositoryReference repository, Descriptor descriptor)
    {
        var places = _routes.Value.PlacesOf(repository, byDigest: true);
        foreach (var place in places.SkipLast(1).Where(place => !_down.ContainsKey(place.Registry)).Append(places[^1]))
        {
            yield return new(place.ToString(), place.Registry, async (offset, token) =>
            {
                var endpoint = await _endpoints.Value.GetAsync(place.Registry, token);
                return await BlobSource.In(endpoint, place.Name, descriptor, _options).OpenAsync(offset, token);
            });
        }

        foreach (var url in (descriptor.Urls ?? []).Select(VerbatimUrl.TryCreate).OfType<Uri>())
        {
            yield return new(VerbatimUrl.Public(url), url.Authority, async (offset, token) =>
            {
                var registry = await _endpoints.Value.GetAsync(places[^1].Registry, token);
                var endpoint = await _endpoints.Value.TryCreateForeignAsync(url, registry.Origin, token)
                    ?? throw new ContainerizeException(
                        DiagnosticCode.UnsafeLocation,
                        $"The layer {descriptor.Digest} of {repository} names {VerbatimUrl.Public(url)}, which is less protected than " +
                        $"the registry itself.");
                return await new BlobSource(endpoint, url, new Access("", ""), descriptor, _options).OpenAsync(offset, token);
            });
        }
    }

    private static IEnumerable<string> InsecureEntries(RegistryOptions options) =>
        options.InsecureRegistries.Concat((options.Environment("DOTNET_CONTAINER_INSECURE_REGISTRIES") ?? "").Split(',', ';'));
}
