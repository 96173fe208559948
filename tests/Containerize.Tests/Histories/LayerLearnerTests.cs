using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Testing.Images;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class LayerLearnerTests
{
    private readonly HistoryLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    public async Task Forty_commits_with_three_kinds_of_change_cost_less_than_half_and_real_layers_confirm_the_figures()
    {
        for (var package = 0; package < 6; package++)
        {
            _lab.Put($"Vendor{package}.dll", 150_000, "1", HistoryLab.Package($"Vendor{package}"));
        }

        for (var commit = 0; commit < 40; commit++)
        {
            _lab.Put("app.dll", 60_000, $"{commit}");
            _lab.Put("Contoso.Core.dll", 90_000, $"{commit / 3}", HistoryLab.Package("Contoso.Core", $"1.0.{commit / 3}"));
            _lab.Put("Contoso.Web.dll", 40_000, $"{commit / 3}", HistoryLab.Package("Contoso.Web", $"1.0.{commit / 3}"));
            _lab.Put("Vendor3.dll", 150_000, $"{commit / 10}", HistoryLab.Package("Vendor3", $"3.{commit / 10}.0"));
            await _lab.CommitAsync($"1.0.{commit}");
        }

        ImageValidator.Check(_lab.Layout, baseLayers: 1);
        var images = await _lab.ReadAsync();
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);

        Assert.HasCount(40, images);
        Assert.IsTrue(proposal.IsChange);
        Assert.IsLessThan(proposal.Default.Total / 2, proposal.Proposed.Total);
        Assert.IsGreaterThan(proposal.Check!.Without / 2, proposal.Check.Spared);
        CollectionAssert.Contains(
            proposal.Rules.SelectMany(rule => rule.Packages).Select(pattern => pattern.Text).ToArray(), "Contoso.*");

        var (before, after) = (await _lab.PushedAsync([]), await _lab.PushedAsync(proposal.Rules));
        Assert.IsLessThan(before / 2, after);
        AssertNear(before, proposal.Default.Total);
        AssertNear(after, proposal.Proposed.Total);
    }

    [TestMethod]
    public async Task Where_all_changes_together_nothing_is_proposed()
    {
        for (var commit = 0; commit < 12; commit++)
        {
            _lab.Put("app.dll", 60_000, $"{commit}");
            _lab.Put("Vendor.dll", 300_000, "1", HistoryLab.Package("Vendor"));
            await _lab.CommitAsync($"1.0.{commit}");
        }

        var proposal = new LayerLearner(await _lab.ReadAsync(), LayerSplit.ByOrigin, 10, []).Learn([]);
        Assert.IsFalse(proposal.IsChange);
        Assert.IsEmpty(proposal.Rules);
        Assert.AreEqual(proposal.Default.Total, proposal.Proposed.Total);
    }

    [TestMethod]
    public void Content_that_changes_seldom_leaves_the_layer_of_the_app()
    {
        var images = PastHistory.Of(20, (_, _) => true, (step, _) => step == 11);
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        Assert.AreEqual("data/**", proposal.Rules.Single().Files.Single().Text);
        Assert.IsLessThan(proposal.Default.Total / 2, proposal.Proposed.Total);
    }

    [TestMethod]
    public void What_the_project_has_already_is_not_proposed_again()
    {
        var images = PastHistory.Of(20, (_, _) => true, (step, _) => step == 11);
        var first = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        var second = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn(first.Rules);
        Assert.IsFalse(second.IsChange);
        Assert.AreEqual(first.Proposed.Total, second.Current.Total);
    }

    [TestMethod]
    public void Layers_of_an_earlier_proposal_that_do_harm_by_now_go()
    {
        var images = PastHistory.Of(20, (_, _) => true, (_, _) => false, (_, _) => false);
        var harm = new LayerRule("app") { Packages = [FilePattern.Parse("Package2")] };
        var proposal = new LayerLearner(images, LayerSplit.AppOnly, 10, []).Learn([]);
        Assert.IsTrue(proposal.IsChange);
        proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([harm]);
        Assert.IsTrue(proposal.IsChange);
        Assert.IsLessThan(proposal.Current.Total, proposal.Proposed.Total);
        Assert.DoesNotContain(harm, proposal.Rules);
    }

    [TestMethod]
    public void Layers_that_the_project_names_itself_stay_and_their_files_are_left_alone()
    {
        var images = PastHistory.Of(20, (_, _) => true, (step, _) => step == 11);
        LayerRule[] own = [new("mine") { Files = [FilePattern.Parse("data/**")] }];
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, own).Learn([]);
        Assert.IsFalse(proposal.IsChange);
        Assert.IsLessThan(proposal.Default.Total / 2, proposal.Current.Total);
    }

    [TestMethod]
    public void What_older_images_teach_and_newer_ones_refute_is_not_proposed()
    {
        // The package changes with the app at first, so it would go into the app's layer; then it stays, and only the app changes.
        var images = PastHistory.Of(
            30, (_, _) => true, (_, _) => false, (step, _) => step < 20, (_, _) => false);
        var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 10, []).Learn([]);
        Assert.IsLessThan(0, proposal.Check!.Spared);
        Assert.IsFalse(proposal.IsChange);
    }

    [TestMethod]
    public void The_number_of_layers_that_the_project_allows_is_kept()
    {
        var images = PastHistory.Of(20, (_, _) => true, (step, _) => step % 3 == 0, (step, _) => step % 5 == 0, (_, _) => false);
        foreach (var most in Enumerable.Range(1, 5))
        {
            var proposal = new LayerLearner(images, LayerSplit.ByOrigin, most, []).Learn([]);
            Assert.IsLessThanOrEqualTo(most, proposal.Proposed.Layers.Count);
            Assert.IsLessThanOrEqualTo(proposal.Default.Total, proposal.Proposed.Total);
        }
    }

    [TestMethod]
    public void Whatever_changed_a_proposal_is_never_worse_than_the_default_layers()
    {
        var proposed = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Chance(seed);
            var odds = Enumerable.Range(0, 2 + random.Below(9)).Select(_ => random.Below(100)).ToList();
            var images = PastHistory.Of(
                4 + random.Below(30), [.. odds.Select(chance => (Func<int, int, bool>)((_, _) => random.Below(100) < chance))]);
            var proposal = new LayerLearner(images, LayerSplit.ByOrigin, 2 + random.Below(9), []).Learn([]);
            Assert.IsLessThanOrEqualTo(proposal.Default.Total, proposal.Proposed.Total, $"seed {seed}");
            Assert.IsGreaterThanOrEqualTo(0, proposal is { IsChange: true, Check: { } check } ? check.Spared : 0, $"seed {seed}");
            proposed += proposal.IsChange ? 1 : 0;
        }

        // Neither never nor always: else this test would say nothing.
        Assert.IsTrue(proposed is > 15 and < 150, $"{proposed}");
    }

    [TestMethod]
    public void Too_few_images_teach_nothing()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => new LayerLearner(PastHistory.Of(3, (_, _) => true), LayerSplit.ByOrigin, 10, []));
        Assert.AreEqual(DiagnosticCode.TooFewImages, failure.Code);
    }

    private static void AssertNear(long real, long figure) =>
        Assert.IsLessThan(0.03, Math.Abs((double)figure / real - 1), $"{figure} instead of {real}");
}
