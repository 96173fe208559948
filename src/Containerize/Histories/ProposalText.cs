using System.Globalization;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>Says a proposal for people.</summary>
/// <param name="order">How the images are ordered that it was learned from.</param>
/// <param name="images">These images.</param>
/// <param name="proposal">The proposal.</param>
/// <param name="hasProject">Whether the project is at hand, with layers of its own.</param>
internal sealed class ProposalText(
    SeriesOrder order, IReadOnlyList<PastImage> images, LayerProposal proposal, bool hasProject = true)
{
    private const int MostNames = 5;

    private readonly int _steps = images.Count - 1;

    /// <summary>The bytes of layers that were pushed: those that the image before did not have.</summary>
    internal long Pushed => images.Zip(images.Skip(1), (before, after) => after.Layers
        .Where(layer => before.Layers.All(other => other.Digest != layer.Digest)).Sum(layer => layer.Size)).Sum();

    /// <summary>All there is to say, without the items.</summary>
    internal IReadOnlyList<Message> Lines =>
    [
        $"{images.Count} {Things}, {images[0].Name} to {images[^1].Name}, {OrderText}",
        order == SeriesOrder.Commit
            ? (Message)$"to push for each tag after the first, compressed, as estimated, on average (all together):"
            : (Message)$"to push for each image after the first, compressed, on average (all together):",
        .. order == SeriesOrder.Commit ? Array.Empty<Message>() : [Row("as they were pushed", Pushed)],
        Row("default layers", proposal.Default.Total),
        .. hasProject ? [Row("layers of the project", proposal.Current.Total)] : Array.Empty<Message>(),
        .. proposal.IsChange ? [Row("proposed layers", proposal.Proposed.Total)] : Array.Empty<Message>(),
        .. CheckLines(),
        .. proposal.IsChange ? ProposedLines() : KeptLines(),
    ];

    /// <summary>Why a rule is proposed.</summary>
    internal string Why(LayerRule rule)
    {
        var units = proposal.Moves.Where(move => move.Name == rule.Name).SelectMany(move => move.Units)
            .Where(unit => rule.Packages.Count > 0 == (unit.Package is not null)).OrderByDescending(unit => unit.ChangeCount)
            .ThenBy(unit => unit.Name, StringComparer.Ordinal).ToList();
        var names = string.Join(", ", units.Take(MostNames).Select(unit => $"{unit.Name} in {unit.ChangeCount}"));
        var more = units.Count > MostNames ? $", and {units.Count - MostNames} more" : "";
        return $"Changed, of {_steps} {Things}: {names}{more}.";
    }

    // What was published for the comparison was never pushed.
    private string Things => order == SeriesOrder.Commit ? "tags" : "images";

    private Message OrderText => order switch
    {
        SeriesOrder.Time => $"in the order of their times",
        SeriesOrder.Tag => $"in the order of their tags, for they all say the same time (SOURCE_DATE_EPOCH sets it)",
        SeriesOrder.Commit => $"in the order of their commits",
        _ => $"as they are named",
    };

    private IEnumerable<Message> ProposedLines() =>
    [
        .. proposal.Rules.Count == 0
            ? ["proposed: the default layers; those of an earlier proposal do harm by now"]
            : Array.Empty<Message>(),
        .. proposal.Proposed.Layers.Select(layer => (Message)
            $"  layer {layer.Name}: {ByteSize.Format(layer.Size)}, another one in {layer.Changes} of {_steps} {Things}, " +
            $"{ByteSize.Format(layer.Pushed)} together"),
        .. proposal.Rules.Select(rule => (Message)$"  {rule.Name}: {Why(rule)}"),
    ];

    private IEnumerable<Message> KeptLines() =>
    [
        proposal.Check is { Spared: < 0 }
            ? $"nothing is proposed: what the older images teach would have cost more in the newer ones"
            : $"nothing to gain: no other layers would have spared enough to be worth their requests",
    ];

    private IEnumerable<Message> CheckLines() => proposal.Check is not { } check ? [] :
    [
        $"check: learned from the first {check.Learned} {Things} only, in the other {check.Images} layers would have spared " +
        $"{Percent(check.Spared, check.Without)} of {ByteSize.Format(check.Without)}",
    ];

    private Message Row(string name, long total)
    {
        var difference = Percent(Math.Abs(total - proposal.Default.Total), proposal.Default.Total);
        Message less = difference == Percent(0, 1) ? "" : total < proposal.Default.Total ? $", {difference} less" : $", {difference} more";
        return $"  {name,-21} {ByteSize.Format(total / _steps),10} ({ByteSize.Format(total)}{less})";
    }

    private static string Percent(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : 100.0 * part / whole):0.#} %");
}
