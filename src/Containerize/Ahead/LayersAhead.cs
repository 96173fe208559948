using Containerize.Building;
using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Ahead;

/// <summary>
/// Makes the layers that packages will fill, beside the compiler, from the files in the packages' folders. It decides nothing: a build
/// plans its layers from what was published as ever, and finds one of these in the cache if it has the same inputs hash.
/// </summary>
internal sealed class LayersAhead : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BackgroundScheduler _scheduler;
    private readonly Task<AheadResult> _work;

    /// <summary>Begins the work.</summary>
    /// <param name="request">What is expected.</param>
    /// <param name="cache">Gets the layers.</param>
    /// <param name="directory">The project's own directory, which remembers for what they were made.</param>
    /// <param name="scheduler">Does the work.</param>
    internal LayersAhead(
        AheadRequest request, LayerCache cache, string directory, BackgroundScheduler scheduler)
    {
        _scheduler = scheduler;
        var stop = _stop.Token;
        _work = Task.Factory.StartNew(
            () => WorkAsync(request, cache, directory, stop), stop, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
    }

    /// <summary>Whether the layers that the project wants are there: then nothing has to be begun.</summary>
    /// <param name="key">What they depend on.</param>
    /// <param name="cache">Has them.</param>
    /// <param name="directory">The project's own directory.</param>
    internal static bool AreThere(Digest key, LayerCache cache, string directory) =>
        SealedFile.TryRead(PathIn(directory), RecordKind.Ahead.TitleOf(null), mustBeOwn: false)?.Split('\n') is [var known, .. var layers]
        && known == key.ToString()
        && layers.All(layer => Digest.TryParse(layer, out var inputs)
            && cache.Find(inputs) is { } record && cache.Store.Has(record.Blob.Descriptor.Digest));

    /// <summary>Waits for the layers, which nothing else is done for any more.</summary>
    /// <param name="name">The layer that is wanted.</param>
    /// <param name="reporter">Is told why none is there.</param>
    /// <returns>The layer; null when none of that name was made.</returns>
    internal async Task<AheadLayer?> WaitAsync(string name, IReporter reporter, CancellationToken cancellationToken)
    {
        using var hurry = _scheduler.Hurry();
        try
        {
            var result = await _work.WaitAsync(cancellationToken);
            if (result.Failure is { } failure)
            {
                reporter.Detail($"Layers could not be made ahead: {failure}");
            }

            return result.Layers.GetValueOrDefault(name);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Stops the work. Layers that are complete stay in the cache.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static string PathIn(string directory) => Path.Combine(directory, RecordKind.Ahead.Name);

    private static async Task<AheadResult> WorkAsync(
        AheadRequest request, LayerCache cache, string directory, CancellationToken cancellationToken)
    {
        var made = new Dictionary<string, AheadLayer>(StringComparer.Ordinal);
        try
        {
            var hashes = FileHashes.Load(path: null);
            var previous = PreviousBuild.Load(Path.Combine(directory, PreviousBuild.FileName));
            List<PublishedFile> files = [.. request.Files.Select(file => file.Publish())];
            // Merged layers would have to be known as a whole.
            IReadOnlyList<EntriesLayer> layers = request.Layers.MaxLayers < LayerOrder.Of(request.Layers.Rules).Count
                ? []
                : LayerStack.Plan(files, request.Layers, SecretMemory.Load(path: null), SilentReporter.Instance);
            foreach (var layer in layers)
            {
                var content = await EntriesContent.ReadAsync(layer.Entries, request.Options, hashes, cancellationToken);
                var (record, isNew) = await cache.MakeOnceAsync(
                    () => content.Content,
                    () => WriteAsync(content, cache, previous.InputsOf(layer.Name), request.Options, cancellationToken),
                    cancellationToken);
                made[layer.Name] = new AheadLayer(content.Content.Hash, isNew ? record : null);
            }

            SealedFile.TryWrite(
                PathIn(directory),
                RecordKind.Ahead.TitleOf(null),
                string.Join('\n', made.Values.Select(layer => layer.Inputs.ToString()).Prepend(request.Key.ToString())));
            return new AheadResult(made, null);
        }
#pragma warning disable CA1031 // The build does the same again, and says what is wrong.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new AheadResult(made, failure.Message);
        }
    }

    private static async Task<LayerRecord> WriteAsync(
        EntriesContent content, LayerCache cache, Digest? similar, LayerOptions options, CancellationToken cancellationToken)
    {
        using var earlier = similar is { } inputs ? cache.OpenSegments(inputs) : null;
        return await LayerWriter.WriteAsync(content, cache.Store, options, earlier, cancellationToken);
    }

    private sealed record AheadResult(IReadOnlyDictionary<string, AheadLayer> Layers, string? Failure);
}

/// <summary>Which layers a build is expected to want.</summary>
/// <param name="Key">Everything that the expectation depends on; the same one needs the same layers.</param>
/// <param name="Files">What packages bring.</param>
/// <param name="Layers">What the project wants of its layers.</param>
/// <param name="Options">How they are written.</param>
internal sealed record AheadRequest(Digest Key, IReadOnlyList<PackageFile> Files, LayerRequest Layers, LayerOptions Options);
