using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// Brings an image to its destinations. Each is asked once whether it has the image: when the image is built, because then nothing needs
/// bytes that are everywhere already, or when it is written. What one step of a build was told, it leaves for the next one.
/// </summary>
/// <param name="destinations">The destinations.</param>
internal sealed class Delivery(IReadOnlyList<IImageDestination> destinations)
{
    /// <summary>The name of the file in the project's own directory that hands answers on.</summary>
    internal const string FileName = "destinations.json";

    private readonly ConcurrentDictionary<string, DestinationResult?> _answers = new(StringComparer.Ordinal);
    private Digest? _asked;

    /// <summary>Whether all destinations have the image. The first one that does not ends the asking.</summary>
    internal async Task<bool> IsEverywhereAsync(ImageSet images, CancellationToken cancellationToken)
    {
        foreach (var destination in destinations)
        {
            if (await AskAsync(destination, images, cancellationToken) is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the image where it is missing: on this machine first, which fails sooner, then to all registries at once.</summary>
    /// <param name="images">The image, or the index with its images.</param>
    /// <param name="localize">Brings the bytes of all layers into files of this machine; called once, if a destination needs that.</param>
    /// <param name="evidence">What goes with the image; null for none.</param>
    /// <returns>Where the image is now.</returns>
    /// <exception cref="ContainerizeException"> What the first local destination throws that fails; or why registries do not have the
    /// image, and which ones have.
    /// </exception>
    internal async Task<IReadOnlyList<DestinationResult>> WriteAsync(
        ImageSet images,
        Func<CancellationToken, Task<ImageSet>> localize,
        CancellationToken cancellationToken,
        Evidence? evidence = null)
    {
        evidence = evidence is { IsEmpty: false } ? evidence : null;
        var results = new List<DestinationResult>();
        ImageSet? local = null;
        foreach (var destination in destinations.Where(destination => destination is not RegistryDestination))
        {
            if (await AskAsync(destination, images, cancellationToken) is { } found)
            {
                if (evidence is not null)
                {
                    await destination.AttachAsync(images, evidence, cancellationToken);
                }

                results.Add(found);
                continue;
            }

            // An engine reads the bytes of those layers only that it lacks.
            var source = destination.NeedsFiles ? local ??= await localize(cancellationToken) : local ?? images;
            results.Add(await destination.WriteAsync(source, cancellationToken, evidence));
        }

        // A push keeps the remote blobs: they can be mounted where their bytes need not go.
        results.AddRange(await PushAsync([.. destinations.OfType<RegistryDestination>()], images, evidence, cancellationToken));
        return results;
    }

    /// <summary>Leaves what destinations said for the step that writes the image. Without an answer nothing is left.</summary>
    /// <param name="path">The file; an older one is replaced or removed.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Save(string path)
    {
        if (_asked is { } image)
        {
            var state = new State(image, _answers.ToDictionary());
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(state, DeliveryJson.Default.State), isOurs: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>Takes over what destinations said of this image when it was built. The file is removed: no later step may use it.</summary>
    /// <param name="images">The image that is going to be written; answers about another one mean nothing.</param>
    internal void Load(string path, ImageSet images)
    {
        try
        {
            var state = RegularFile.IsThere(path)
                ? JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), DeliveryJson.Default.State)
                : null;
            File.Delete(path);
            foreach (var (destination, answer) in state?.Image == images.Root.Descriptor.Digest ? state.Answers : [])
            {
                _answers[destination] = answer;
            }
        }
        catch (Exception failure) when (failure is JsonException || FileFailure.IsOne(failure))
        {
            // Then the destinations are asked again.
        }
    }

    private async Task<IReadOnlyList<DestinationResult>> PushAsync(
        IReadOnlyList<RegistryDestination> registries, ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        var pushes = registries.Select(PushOneAsync).ToList();
        await ((Task)Task.WhenAll(pushes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = pushes.Select(push => push.Exception?.InnerException).OfType<ContainerizeException>().ToList();
        var arrived = pushes.Where(push => push.IsCompletedSuccessfully).SelectMany(push => push.Result.Locations).ToList();
        if (failures.Count == 0 || registries.Count == 1)
        {
            return await Task.WhenAll(pushes);
        }

        var rest = arrived.Count == 0 ? "No other registry has the image." : $"The image is at {string.Join(", ", arrived)}.";
        var all = string.Join(' ', failures.Select(failure => failure.Message).Append(rest));
        throw new ContainerizeException(failures[0].Code, all, failures[0]);

        async Task<DestinationResult> PushOneAsync(RegistryDestination registry)
        {
            if (await AskAsync(registry, images, cancellationToken) is not { } found)
            {
                return await registry.WriteAsync(images, cancellationToken, evidence);
            }

            if (evidence is not null)
            {
                await registry.AttachAsync(images, evidence, cancellationToken);
            }

            return found;
        }
    }

    private async Task<DestinationResult?> AskAsync(IImageDestination destination, ImageSet images, CancellationToken cancellationToken)
    {
        if (!_answers.TryGetValue(destination.Id, out var answer))
        {
            _answers[destination.Id] = answer = await destination.FindAsync(images, cancellationToken);
            _asked = images.Root.Descriptor.Digest;
        }

        return answer;
    }

    internal sealed record State(Digest Image, Dictionary<string, DestinationResult?> Answers);
}

/// <summary>Serialization code for what destinations said, made by the compiler.</summary>
[JsonSerializable(typeof(Delivery.State))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
