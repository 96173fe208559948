using Containerize.Images;

namespace Containerize.Building;

/// <summary>
/// The debug image of an image: its own layers, config and annotations, and one more layer with symbols. What is debugged is what runs.
/// </summary>
internal static class DebugImage
{
    /// <summary>Makes the debug image.</summary>
    /// <param name="built">The image; what its layers have in the cache was verified.</param>
    /// <param name="layers">Its own layers, bottom first.</param>
    /// <param name="symbols">The layer to put on it. It is fitted to all that the image has.</param>
    /// <param name="context">What layers are made with.</param>
    /// <param name="maker">Reuses or writes the layer.</param>
    /// <param name="request">What the image was made from.</param>
    /// <exception cref="ContainerizeException">What the layer has to say.</exception>
    internal static async Task<BuiltImage> OfAsync(
        BuiltImage built,
        IReadOnlyList<IPreparedLayer> layers,
        ILayerSource symbols,
        LayerContext context,
        LayerMaker maker,
        ImageRequest request,
        CancellationToken cancellationToken)
    {
        var unknown = IPreparedLayer.CountUnknown(layers);
        var above = context with
        {
            Below = _ => Task.FromResult<IReadOnlyList<Layer>>([.. built.Layers.Take(unknown).Select(ImageBuilder.LayerOf)]),
            Entries = [.. layers.Skip(unknown).SelectMany(layer => layer.Entries!)],
        };
        var prepared = await symbols.PrepareAsync(above, cancellationToken);
        prepared = await symbols.FitAsync(above, cancellationToken) ?? prepared;
        var layer = await maker.MakeAsync(symbols.Name, prepared, cancellationToken);
        layer = await maker.VerifyAsync(layer, prepared, cancellationToken);
        var image = Image.Create(
            request.Format,
            built.Image.Config.Append([ImageBuilder.History(layer)], request.Created),
            [.. built.Image.Layers, ImageBuilder.LayerOf(layer)],
            built.Image.Document.Annotations ?? new Dictionary<string, string>());
        return new BuiltImage(image, [.. built.Layers, layer], built.BaseName, built.BaseDigest);
    }
}
