using System.Globalization;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>Says a proposal for people.</summary>
/// <param name="series">The images that it was learned from.</param>
/// <param name="images">The same with their files.</param>
/// <param name="proposal">The proposal.</param>
internal sealed class ProposalText(ImageSeries series, IReadOnlyList<PastImage> images, LayerProposal proposal)
{
    private const int MostNames = 5;

    private readonly int _steps = images.Count - 1;

    /// <summary>The bytes of layers that were pushed: those that the image before did not have.</summary>
    internal long Pushed => images.Zip(images.Skip(1), (before, after) => after.Layers
        .Where(layer => before.Layers.All(other => other.Digest != layer.Digest)).Sum(layer => layer.Size)).Sum();

    /// <summary>All there is to say, without the items.</summary>
    internal IReadOnlyList<Message> Lines =>
    [
        $"{images.Count} images, {images[0].Name} to {images[^1].Name}, {OrderText}",
        $"to push for each image after the first, compressed, on average (all together):",
        Row("as they were pushed", Pushed),
        Row("default layers", proposal.Default.Total),
        Row("layers of the project", proposal.Current.Total),
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
        return $"Changed, of {_steps} images: {names}{more}.";
    }

    private Message OrderText => series.Order switch
    {
        SeriesOrder.Time => $"in the order of their times",
        SeriesOrder.Tag => $"in the order of their tags, for they all say the same time (SOURCE_DATE_EPOCH sets it)",
        _ => $"as they are named",
    };

    private IEnumerable<Message> ProposedLines() =>
    [
        .. proposal.Rules.Count == 0
            ? ["proposed: the default layers; those of an earlier proposal do harm by now"]
            : Array.Empty<Message>(),
        .. proposal.Proposed.Layers.Select(layer => (Message)
            $"  layer {layer.Name}: {ByteSize.Format(layer.Size)}, another one in {layer.Changes} of {_steps} images, " +
            $"{ByteSize.Format(layer.Pushed)} together"),
        .. proposal.Rules.Select(rule => (Message)$"  {rule.Name}: {Why(rule)}"),
    ];

    private IEnumerable<Message> KeptLines() =>
    [
        proposal.Check is { Spared: < 0 }
            ? $"nothing is proposed: what the older images teach would have cost more in the newer ones"
            : $"nothing is proposed: no other layers would have spared enough to be worth their requests",
    ];

    private IEnumerable<Message> CheckLines() => proposal.Check is not { } check ? [] :
    [
        $"check: learned from the first {check.Learned} images only, in the other {check.Images} layers would have spared " +
        $"{Percent(check.Spared, check.Without)} of {ByteSize.Format(check.Without)}",
    ];

    private Message Row(string name, long total)
    {
        Message less = total < proposal.Default.Total ? $", {Percent(proposal.Default.Total - total, proposal.Default.Total)} less"
            : total > proposal.Default.Total ? $", {Percent(total - proposal.Default.Total, proposal.Default.Total)} more" : "";
        return $"  {name,-21} {ByteSize.Format(total / _steps),10} ({ByteSize.Format(total)}{less})";
    }

    private static string Percent(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : 100.0 * part / whole):0.#} %");
}
