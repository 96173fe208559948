namespace Containerize.Destinations;

/// <summary>An image that is at all its destinations, and has no tags in registries yet.</summary>
/// <param name="local">Where on this machine it is; it has its names there.</param>
/// <param name="registries">What moves the tags of each registry.</param>
internal sealed class BroughtImage(
    IReadOnlyList<DestinationResult> local, IReadOnlyList<RegistryDestination.NamingStep> registries)
{
    /// <summary>Moves the tags, in all registries at once.</summary>
    /// <returns>Where the image is now.</returns>
    /// <exception cref="ContainerizeException">Why tags were not moved, and where they were.</exception>
    internal async Task<IReadOnlyList<DestinationResult>> NameAsync(CancellationToken cancellationToken)
    {
        var named = registries.Select(name => name(cancellationToken)).ToList();
        await ((Task)Task.WhenAll(named)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = named.Select(one => one.Exception?.InnerException).OfType<ContainerizeException>().ToList();
        var arrived = named.Where(one => one.IsCompletedSuccessfully).SelectMany(one => one.Result.Locations).ToList();
        return failures.Count == 0 || registries.Count == 1
            ? [.. local, .. await Task.WhenAll(named)]
            : throw Failure(
                failures, arrived.Count == 0 ? $"No other registry has the image." : $"The image is at {string.Join(", ", arrived)}.");
    }

    /// <summary>The failure of several registries: what each says, and what that came to.</summary>
    internal static ContainerizeException Failure(IReadOnlyList<ContainerizeException> failures, Message rest) => new(
        failures[0].Code,
        $"{(Message)string.Join(' ', failures.Select(failure => failure.Message).Distinct())} {rest}",
        failures[0]);
}
