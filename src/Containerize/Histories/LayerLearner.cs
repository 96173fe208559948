using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>
/// Learns from a history which layers would have spared most bytes. A layer is proposed only when it spares more than it costs, and
/// nothing is proposed that a part of the history which was not learned from speaks against.
/// </summary>
internal sealed class LayerLearner
{
    /// <summary>
    /// What each layer of an image costs besides its bytes: a request for each push and pull, said as what is sent in that time.
    /// </summary>
    internal const long LayerCost = 64 * 1024;

    /// <summary>How many images are the least that a proposal is learned from.</summary>
    internal const int LeastImages = 4;

    private const int MostMoreLayers = 5;
    private const int DefaultLayers = 4;

    // From here on, a third of the images is enough to check with.
    private const int LeastToCheck = 9;

    // What an item has to spare in each image to be worth a place in a project; and all of them together, in parts of what is pushed.
    private const long ItemCost = 32 * 1024;
    private const int LeastGain = 50;

    private readonly IReadOnlyList<PastImage> _images;
    private readonly LayerSplit _split;
    private readonly int _maxLayers;
    private readonly IReadOnlyList<LayerRule> _own;

    /// <param name="images">The images, oldest first.</param>
    /// <param name="split">How the project's files are split.</param>
    /// <param name="maxLayers">How many layers the project allows.</param>
    /// <param name="own">Layers of the project that stay.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TooFewImages"/>.</exception>
    internal LayerLearner(IReadOnlyList<PastImage> images, LayerSplit split, int maxLayers, IReadOnlyList<LayerRule> own)
    {
        (_images, _split, _maxLayers, _own) = (images, split, maxLayers, own);
        if (images.Count < LeastImages)
        {
            throw new ContainerizeException(
                DiagnosticCode.TooFewImages,
                $"There are {images.Count} images to learn from, and fewer than {LeastImages} say nothing about what changes how often. " +
                $"Publish images with different tags first, or name more of them (in a project: ContainerizeLayoutImages).");
        }
    }

    /// <summary>Proposes layers.</summary>
    /// <param name="learned">Layers that an earlier proposal made; a new one replaces them.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerOrder"/>: of the project's layers.</exception>
    internal LayerProposal Learn(IReadOnlyList<LayerRule> learned)
    {
        var replay = new Replay(_images, _split, _maxLayers);
        IReadOnlyList<LayerRule> had = [.. _own, .. learned];
        var (byDefault, current) = (replay.Run([]), replay.Run(had));
        var found = Find(_images, replay);
        var check = Check(replay, found);
        var (best, plan) = check is { Spared: < 0 } ? (Choice.None, replay.Run(_own)) : (found, replay.Run([.. _own, .. found.Rules]));
        var isBetter = CostOf(plan) < CostOf(current) && current.Total - plan.Total >= current.Total / LeastGain;
        // Layers of an earlier proposal that do harm by now go in any case.
        var isHarmful = learned.Count > 0 && plan.Total < current.Total && best.Rules.Count == 0;
        return isBetter || isHarmful
            ? new(byDefault, current, plan, best.Moves, best.Rules, IsChange: true, check)
            : new(byDefault, current, current, [], learned, IsChange: false, check);
    }

    /// <summary>Learns from the first two thirds what is checked with the last.</summary>
    private HeldOut? Check(Replay whole, Choice found)
    {
        if (_images.Count < LeastToCheck || found.Rules.Count == 0)
        {
            return null;
        }

        var count = _images.Count * 2 / 3;
        IReadOnlyList<PastImage> first = [.. _images.Take(count)];
        var early = Find(first, new Replay(first, _split, _maxLayers));
        var rest = _images.Count - count;
        var without = whole.Run(_own).TotalOfLast(rest);
        var with = whole.Run([.. _own, .. early.Rules]).TotalOfLast(rest);
        var withAll = whole.Run([.. _own, .. found.Rules]).TotalOfLast(rest);
        return new(count, rest, without, Math.Max(with, withAll));
    }

    private Choice Find(IReadOnlyList<PastImage> images, Replay replay)
    {
        var units = new UnitFinder(images, _split, _own).Find();
        var groupRules = new GroupRules(units, _own.Select(rule => rule.Name));
        var without = replay.Run(_own);
        var best = new Scored(Choice.None, without);
        foreach (var groups in UnitGroups.Of(units, DefaultLayers + MostMoreLayers))
        {
            var scored = Score(groupRules.Of(groups));
            best = scored.Plan.Total <= without.Total && CostOf(scored.Plan) < CostOf(best.Plan) ? scored : best;
        }

        // Items that hardly spare anything are left out, the least useful ones first.
        foreach (var unit in best.Choice.Moves.SelectMany(move => move.Units).OrderBy(unit => unit.Sizes.Sum()).ToList())
        {
            var less = Score([
                .. best.Choice.Moves.Select(move => move with { Units = [.. move.Units.Where(other => other != unit)] })
                    .Where(move => move.Units.Count > 0)]);
            if (less.Plan.Total <= without.Total && CostOf(less.Plan) < CostOf(best.Plan) + (ItemCost * without.Steps.Count))
            {
                best = less;
            }
        }

        return CostOf(best.Plan) < CostOf(without) ? best.Choice : Choice.None;

        Scored Score(IReadOnlyList<LayerMove> moves)
        {
            var choice = new Choice(moves, groupRules.RulesOf(moves));
            return new(choice, replay.Run([.. _own, .. choice.Rules]));
        }
    }

    private static long CostOf(ReplayedPlan plan) => plan.Total + (plan.LayerCount * LayerCost);

    private sealed record Choice(IReadOnlyList<LayerMove> Moves, IReadOnlyList<LayerRule> Rules)
    {
        internal static Choice None { get; } = new([], []);
    }

    private sealed record Scored(Choice Choice, ReplayedPlan Plan);
}
