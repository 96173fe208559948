using Containerize.Destinations;

namespace Containerize.Copying;

/// <summary>Copies an image to its destinations, all at once. Nothing is named anywhere before everything is everywhere.</summary>
internal static class ImageCopy
{
    /// <summary>Copies an image.</summary>
    /// <param name="image">The image with what refers to it.</param>
    /// <param name="destinations">Where it goes.</param>
    /// <returns>Where it is, in the order of the destinations.</returns>
    /// <exception cref="ContainerizeException">Why it did not come to all of them, and where it has its names.</exception>
    internal static async Task<IReadOnlyList<DestinationResult>> RunAsync(
        CopiedImage image, IReadOnlyList<ICopyDestination> destinations, CancellationToken cancellationToken)
    {
        var arrivals = destinations.Select(destination => destination.BringAsync(image, cancellationToken)).ToList();
        try
        {
            await ((Task)Task.WhenAll(arrivals)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            var failures = arrivals.Select(arrival => arrival.Exception?.InnerException).OfType<ContainerizeException>().ToList();
            if (failures.Count > 0 && arrivals.Count > 1)
            {
                var all = string.Join(' ', failures.Select(failure => failure.Message).Distinct());
                throw new ContainerizeException(
                    failures[0].Code, $"{(Message)all} No name was moved at any of the {arrivals.Count} destinations.", failures[0]);
            }

            var results = new List<DestinationResult>();
            foreach (var arrival in await Task.WhenAll(arrivals))
            {
                results.Add(await NameAsync(arrival, results, cancellationToken));
            }

            return results;
        }
        finally
        {
            foreach (var arrival in arrivals.Where(arrival => arrival.IsCompletedSuccessfully))
            {
                (await arrival).Dispose();
            }
        }
    }

    private static async Task<DestinationResult> NameAsync(
        Arrival arrival, List<DestinationResult> before, CancellationToken cancellationToken)
    {
        try
        {
            return await arrival.NameAsync(cancellationToken);
        }
        catch (ContainerizeException failure) when (before.Count > 0)
        {
            throw new ContainerizeException(
                failure.Code,
                $"{(Message)failure.Message} The image is at {string.Join(", ", before.SelectMany(result => result.Locations))}.",
                failure);
        }
    }
}
