using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>
/// Which layers the image had that this project published last, by name. Empty on a fresh checkout; losing it costs only explanations
/// and time.
/// </summary>
internal sealed class PreviousBuild
{
    /// <summary>The name of the file in the project's own directory.</summary>
    public static string FileName => RecordKind.PreviousBuild.Name;

    private readonly Dictionary<string, Digest> _inputs;

    private PreviousBuild(Dictionary<string, Digest> inputs) => _inputs = inputs;

    /// <summary>No build before this one.</summary>
    public static PreviousBuild None { get; } = new([]);

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => _inputs.Count == 0;

    /// <summary>The names of its layers.</summary>
    public IReadOnlyCollection<string> Layers => _inputs.Keys;

    /// <summary>Reads what the last build left.</summary>
    public static PreviousBuild Load(string path)
    {
        var inputs = new Dictionary<string, Digest>(StringComparer.Ordinal);
        foreach (var line in SealedFile.TryRead(path, RecordKind.PreviousBuild.TitleOf(null), mustBeOwn: false)?.Split('\n') ?? [])
        {
            if (line.Split(' ', 2) is [var digest, var name] && Digest.TryParse(digest, out var parsed))
            {
                inputs[name] = parsed;
            }
        }

        return new PreviousBuild(inputs);
    }

    /// <summary>Leaves a build for the next one. Failing to is no failure.</summary>
    /// <param name="layers">The layers of the image that was published.</param>
    public static void Save(string path, IEnumerable<BuiltLayer> layers) => SealedFile.TryWrite(
        path, RecordKind.PreviousBuild.TitleOf(null), string.Concat(layers.Select(layer => $"{layer.Inputs} {layer.Name}\n")));

    /// <summary>The inputs hash of a layer.</summary>
    /// <param name="name">The layer's name.</param>
    /// <returns>The hash; null when the image had no such layer, or nothing is known.</returns>
    public Digest? InputsOf(string name) => _inputs.TryGetValue(name, out var digest) ? digest : null;
}
