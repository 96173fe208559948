using System.IO.Hashing;
using System.Runtime.InteropServices;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>
/// Plays a history again under other layers: what each image would have added to the one before it. The layers are those of the planner
/// that builds use; the size of a layer is the sum of what its files add.
/// </summary>
internal sealed class Replay
{
    private readonly IReadOnlyList<PastImage> _images;
    private readonly LayerSplit _split;
    private readonly int _maxLayers;
    private readonly Dictionary<PastFile, int> _states;

    /// <param name="images">The images, oldest first.</param>
    /// <param name="split">How the project's files are split.</param>
    /// <param name="maxLayers">How many layers there may be; the lowest ones are merged.</param>
    internal Replay(IReadOnlyList<PastImage> images, LayerSplit split, int maxLayers)
    {
        (_images, _split, _maxLayers) = (images, split, maxLayers);
        var known = new Dictionary<(string Path, string State), int>();
        _states = new(ReferenceEqualityComparer.Instance);
        foreach (var file in images.SelectMany(image => image.Files))
        {
            var key = (file.RelativePath, file.State);
            known.TryAdd(key, known.Count);
            _states[file] = known[key];
        }
    }

    /// <summary>Plays the history with the layers that rules make.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerOrder"/>.</exception>
    internal ReplayedPlan Run(IReadOnlyList<LayerRule> rules)
    {
        var (steps, layers) = (new List<long>(), 0);
        var found = new Dictionary<string, ReplayedLayer>(StringComparer.Ordinal);
        HashSet<UInt128> before = [];
        foreach (var (number, image) in _images.Index())
        {
            var (now, bytes) = (new HashSet<UInt128>(), 0L);
            foreach (var (name, files) in Plan(image, rules))
            {
                var (content, size) = (ContentOf(files), files.Sum(file => file.PackedSize));
                now.Add(content);
                var layer = found.GetValueOrDefault(name) ?? new ReplayedLayer(name, 0, 0, 0);
                var isNew = number > 0 && !before.Contains(content);
                found[name] = layer with
                {
                    Changes = layer.Changes + (isNew ? 1 : 0),
                    Pushed = layer.Pushed + (isNew ? size : 0),
                    Size = size,
                };
                bytes += isNew ? size : 0;
                layers += number > 0 ? 1 : 0;
            }

            if (number > 0)
            {
                steps.Add(bytes);
            }

            before = now;
        }

        return new(steps, layers, [.. found.Values]);
    }

    private IEnumerable<(string Name, IReadOnlyList<PastFile> Files)> Plan(PastImage image, IReadOnlyList<LayerRule> rules)
    {
        var plan = LayerPlanner.Plan(image.Files, _split, rules);
        var merged = plan.Count - _maxLayers + 1;
        return merged < 2 ? plan : plan.Skip(merged).Prepend((
            string.Join('+', plan.Take(merged).Select(layer => layer.Name)),
            [.. plan.Take(merged).SelectMany(layer => layer.Files).OrderBy(file => file.RelativePath, StringComparer.Ordinal)]));
    }

    private UInt128 ContentOf(IReadOnlyList<PastFile> files)
    {
        var states = new int[files.Count];
        for (var index = 0; index < states.Length; index++)
        {
            states[index] = _states[files[index]];
        }

        return XxHash128.HashToUInt128(MemoryMarshal.AsBytes<int>(states));
    }
}

/// <summary>What a history costs with certain layers.</summary>
/// <param name="Steps">For each image but the first: the bytes of the layers that the one before it does not have.</param>
/// <param name="LayerCount">How many layers these images have, all together.</param>
/// <param name="Layers">The layers, by name.</param>
internal sealed record ReplayedPlan(IReadOnlyList<long> Steps, int LayerCount, IReadOnlyList<ReplayedLayer> Layers)
{
    /// <summary>All bytes.</summary>
    public long Total => Steps.Sum();

    /// <summary>The bytes of the last steps.</summary>
    internal long TotalOfLast(int steps) => Steps.Skip(Steps.Count - steps).Sum();
}

/// <summary>A layer in a replay.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Changes">In how many images it was another than in the image before.</param>
/// <param name="Pushed">The bytes of these.</param>
/// <param name="Size">Its size in the newest image that has it.</param>
internal sealed record ReplayedLayer(string Name, int Changes, long Pushed, long Size);
