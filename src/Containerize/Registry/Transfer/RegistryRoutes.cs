using Containerize.Oci;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Where a repository is read from and written to: mirrors are read first, in their order, and never written; the location that a rule
/// gives a prefix
/// is for reading as well. What is pushed goes where the user said.
/// </summary>
internal sealed class RegistryRoutes
{
    private readonly IReadOnlyDictionary<string, IReadOnlyList<RegistryMirror>> _mirrors;
    private readonly IReadOnlyList<RegistryRule> _rules;

    internal RegistryRoutes(RegistryOptions options, MachineConfiguration machine)
    {
        _mirrors = options.Mirrors.ToDictionary(
            pair => ImageReference.NormalizeRegistry(pair.Key),
            pair => (IReadOnlyList<RegistryMirror>)[.. pair.Value.Select(
                location => new RegistryMirror(RegistryLocation.Parse(location).ToString()))]);
        _rules = [.. machine.Rules.OrderByDescending(rule => rule.Prefix.Length)];
    }

    /// <summary>The places to read from; the last is the repository's own.</summary>
    internal IReadOnlyList<RepositoryReference> PlacesOf(RepositoryReference repository, bool byDigest)
    {
        var rule = RuleOf(repository);
        var configured = rule?.Mirrors.Where(mirror => byDigest ? mirror.ForDigests : mirror.ForTags) ?? [];
        return
        [
            .. _mirrors.GetValueOrDefault(repository.Registry, []).Select(mirror => Below(mirror.Location, repository.Name)),
            .. configured.Select(mirror => Below(mirror.Location, Rest(rule!, repository))),
            Own(rule, repository),
        ];
    }

    /// <summary>The place to read from when no mirror is asked.</summary>
    internal RepositoryReference SourceOf(RepositoryReference repository) => Own(RuleOf(repository), repository);

    /// <summary>The place to write to: the repository itself, unless it is blocked.</summary>
    internal RepositoryReference TargetOf(RepositoryReference repository)
    {
        RuleOf(repository);
        return repository;
    }

    private RegistryRule? RuleOf(RepositoryReference repository)
    {
        var rule = _rules.FirstOrDefault(candidate => Matches(candidate.Prefix, repository));
        return rule is { IsBlocked: true }
            ? throw new ContainerizeException(
                DiagnosticCode.RegistryDenied, $"{repository} is blocked on this machine: registries.conf says so for '{rule.Prefix}'.")
            : rule;
    }

    private static bool Matches(string prefix, RepositoryReference repository)
    {
        var text = repository.ToString();
        return prefix.StartsWith("*.", StringComparison.Ordinal)
            ? repository.Registry.EndsWith(prefix[1..], StringComparison.OrdinalIgnoreCase)
            : text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (text.Length == prefix.Length || text[prefix.Length] == '/');
    }

    private static RepositoryReference Own(RegistryRule? rule, RepositoryReference repository) =>
        rule?.Location is { } location && !rule.Prefix.StartsWith("*.", StringComparison.Ordinal)
            ? Below(location, Rest(rule, repository))
            : repository;

    /// <summary>What stands behind the prefix; a wildcard stands for the host only.</summary>
    private static string Rest(RegistryRule rule, RepositoryReference repository) =>
        rule.Prefix.StartsWith("*.", StringComparison.Ordinal)
            ? repository.Name
            : repository.ToString()[rule.Prefix.Length..].TrimStart('/');

    private static RepositoryReference Below(string location, string rest)
    {
        var place = RegistryLocation.Parse(location);
        return new(ImageReference.NormalizeRegistry(place.Host), (place.Path.Length, rest.Length) switch
        {
            (0, _) => rest,
            (_, 0) => place.Path,
            _ => $"{place.Path}/{rest}",
        });
    }
}
