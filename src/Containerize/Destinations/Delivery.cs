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
    /// <exception cref="ContainerizeException">See <see cref="BringAsync"/> and <see cref="BroughtImage.NameAsync"/>.</exception>
    internal async Task<IReadOnlyList<DestinationResult>> WriteAsync(
        ImageSet images,
        Func<CancellationToken, Task<ImageSet>> localize,
        CancellationToken cancellationToken,
        Evidence? evidence = null) =>
        await (await BringAsync(images, localize, cancellationToken, evidence)).NameAsync(cancellationToken);

    /// <summary>
    /// Writes the image as <see cref="WriteAsync"/> does, but moves no tag of a registry: all of them have everything, within the budget,
    /// before one has a name for it.
    /// </summary>
    /// <returns>What moves the tags.</returns>
    /// <exception cref="ContainerizeException"> What the first local destination throws that fails; or why registries cannot have the
    /// image.
    /// </exception>
    internal async Task<BroughtImage> BringAsync(
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
        var registries = destinations.OfType<RegistryDestination>().ToList();
        return new(results, await BringToAllAsync(registries, images, evidence, cancellationToken));
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

    private async Task<IReadOnlyList<RegistryDestination.NamingStep>> BringToAllAsync(
        List<RegistryDestination> registries, ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        var all = registries.Select(BringOneAsync).ToList();
        await ((Task)Task.WhenAll(all)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = all.Select(one => one.Exception?.InnerException).OfType<ContainerizeException>().ToList();
        return failures.Count == 0 || registries.Count == 1
            ? await Task.WhenAll(all)
            : throw BroughtImage.Failure(failures, $"No tag was moved at any of the {registries.Count} registries.");

        async Task<RegistryDestination.NamingStep> BringOneAsync(RegistryDestination registry)
        {
            if (await AskAsync(registry, images, cancellationToken) is not { } found)
            {
                return await registry.BringAsync(images, evidence, isOneOfSeveral: registries.Count > 1, cancellationToken);
            }

            if (evidence is not null)
            {
                await registry.AttachAsync(images, evidence, cancellationToken);
            }

            return _ => Task.FromResult(found);
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
