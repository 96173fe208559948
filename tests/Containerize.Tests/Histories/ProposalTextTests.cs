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
        var text = new ProposalText(SeriesOrder.Tag, images, proposal);
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
            TextOf(PastHistory.Of(10, (_, _) => true))[^1], "nothing to gain: no other layers would have spared enough");
        StringAssert.StartsWith(
            TextOf(PastHistory.Of(30, (_, _) => true, (_, _) => false, (step, _) => step < 20, (_, _) => false))[^1],
            "nothing is proposed: what the older images teach");
    }

    [TestMethod]
    public void A_difference_that_no_figure_shows_is_not_told()
    {
        var images = PastHistory.Of(10, (_, _) => true);
        ReplayedPlan Plan(long bytes) => new([.. Enumerable.Repeat(bytes, 9)], 9, []);
        var proposal = new LayerProposal(Plan(3_944_444), Plan(3_944_445), Plan(3_944_445), [], [], IsChange: false, null);

        var lines = new ProposalText(SeriesOrder.Tag, images, proposal).Lines.Select(line => line.ToString()).ToList();

        StringAssert.EndsWith(lines.Single(line => line.Contains("layers of the project", StringComparison.Ordinal)), "(35.5 MB)");
        Assert.DoesNotContain(" more", string.Concat(lines));
    }

    [TestMethod]
    public void What_was_published_from_git_tags_was_never_pushed_and_without_a_project_there_are_no_layers_of_one()
    {
        var images = PastHistory.Of(10, (_, _) => true);
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);

        var tags = new ProposalText(SeriesOrder.Commit, images, proposal).Lines.Select(line => line.ToString()).ToList();
        StringAssert.StartsWith(tags[0], "10 tags, app:0 to app:9, in the order of their commits");
        Assert.DoesNotContain("as they were pushed", string.Concat(tags));

        var alone = new ProposalText(SeriesOrder.Time, images, proposal, hasProject: false).Lines.Select(line => line.ToString()).ToList();
        StringAssert.StartsWith(alone[0], "10 images");
        Assert.Contains("as they were pushed", string.Concat(alone));
        Assert.DoesNotContain("layers of the project", string.Concat(alone));
    }

    private static List<string> TextOf(IReadOnlyList<PastImage> images)
    {
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        return [.. new ProposalText(SeriesOrder.Tag, images, proposal).Lines.Select(line => line.ToString())];
    }
}
