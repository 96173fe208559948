using Containerize.Oci;

namespace Containerize.Registry;

/// <summary>The places a repository is read from: its mirrors in their order, then the registry itself.</summary>
internal sealed class RegistryRoutes(RegistryOptions options)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _mirrors =
        options.Mirrors.ToDictionary(pair => ImageReference.NormalizeRegistry(pair.Key), pair => pair.Value);

    internal IReadOnlyList<RepositoryReference> PlacesOf(RepositoryReference repository) =>
        [.. _mirrors.GetValueOrDefault(repository.Registry, []).Select(mirror => Mirrored(mirror, repository.Name)), repository];

    private static RepositoryReference Mirrored(string mirror, string name)
    {
        var place = mirror.Trim().TrimEnd('/');
        var scheme = place.IndexOf("://", StringComparison.Ordinal);
        place = scheme < 0 ? place : place[(scheme + 3)..];
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(place.ToLowerInvariant(), name) : new(place[..slash].ToLowerInvariant(), $"{place[(slash + 1)..]}/{name}");
    }
}
