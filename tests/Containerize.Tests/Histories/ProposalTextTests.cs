using Containerize.Histories;
using Containerize.Inputs;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class ProposalTextTests
{
    [TestMethod]
    public void Figures_and_reasons_are_told()
    {
        var images = PastHistory.Of(
            30, (_, _) => true, (_, _) => false, (step, _) => step % 3 == 0, (_, _) => false, (step, _) => step == 11);
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        var text = new ProposalText(new ImageSeries([], SeriesOrder.Tag), images, proposal);
        var lines = text.Lines.Select(line => line.ToString()).ToList();

        StringAssert.StartsWith(lines[0], "30 images, app:0 to app:29, in the order of their tags");
        StringAssert.Matches(Line("default layers"), new($@"\({ByteSize.Format(proposal.Default.Total)}\)$"));
        StringAssert.Matches(Line("proposed layers"), new($@"\({ByteSize.Format(proposal.Proposed.Total)}, [0-9.]+ % less\)$"));
        StringAssert.StartsWith(Line("check:"), "check: learned from the first 20 images only, in the other 10 ");
        Assert.Contains("Package2 in 9", string.Concat(proposal.Rules.Select(text.Why)));

        string Line(string name) => lines.Single(line => line.Trim().StartsWith(name, StringComparison.Ordinal));
    }

    [TestMethod]
    public void Nothing_to_propose_is_told_with_its_reason()
    {
        StringAssert.StartsWith(
            TextOf(PastHistory.Of(10, (_, _) => true))[^1], "nothing is proposed: no other layers would have spared enough");
        StringAssert.StartsWith(
            TextOf(PastHistory.Of(30, (_, _) => true, (_, _) => false, (step, _) => step < 20, (_, _) => false))[^1],
            "nothing is proposed: what the older images teach");
    }

    private static List<string> TextOf(IReadOnlyList<PastImage> images)
    {
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        return [.. new ProposalText(new ImageSeries([], SeriesOrder.Tag), images, proposal).Lines.Select(line => line.ToString())];
    }
}
