using Containerize.Histories;
using Containerize.Oci;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class ImageSeriesTests
{
    private readonly HistoryLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    public async Task Images_of_one_time_are_in_the_order_of_their_tags_with_numbers_by_value()
    {
        await CommitAsync("1.10", "1.9", "1.9.1", "2.0-rc.2", "1.0");
        var series = await _lab.OpenAsync();
        Assert.AreEqual(SeriesOrder.Tag, series.Order);
        Assert.AreEqual("1.0 1.9 1.9.1 1.10 2.0-rc.2", TagsOf(series));
    }

    [TestMethod]
    public async Task Images_are_in_the_order_of_their_times_and_the_newest_count()
    {
        var times = new Queue<int>([3, 1, 2]);
        foreach (var tag in new[] { "a", "b", "c" })
        {
            _lab.Put("app.dll", 100, tag);
            await _lab.CommitAsync(tag, DateTimeOffset.UnixEpoch.AddDays(times.Dequeue()));
        }

        var series = await _lab.OpenAsync(last: 2);
        Assert.AreEqual(SeriesOrder.Time, series.Order);
        Assert.AreEqual("c a", TagsOf(series));
    }

    [TestMethod]
    public async Task An_image_counts_once_whatever_tags_it_has_and_debug_images_and_signatures_do_not()
    {
        await CommitAsync("1", "2");
        await _lab.CommitAsync("latest");
        await CommitAsync("2-debug", $"sha256-{Digest.Of("x"u8).Hex}.sig");
        Assert.AreEqual("1 2", TagsOf(await _lab.OpenAsync()));
    }

    [TestMethod]
    [DataRow("app", "docker.io/library/app")]
    [DataRow("team/app", "docker.io/team/app")]
    [DataRow("registry.example.com/team/app", "registry.example.com/team/app")]
    [DataRow("localhost:5000/app", "localhost:5000/app")]
    public async Task Of_a_layout_that_projects_share_only_images_of_this_project_count(string name, string repository)
    {
        var at = ImageReference.Parse($"{name}:1");
        var registry = name.StartsWith(at.Repository.Registry, StringComparison.Ordinal) ? at.Repository.Registry : null;
        foreach (var tag in new[] { "1", "2" })
        {
            _lab.Put("app.dll", 100, tag);
            await _lab.CommitAsync(tag, name: new(registry, registry is null ? name : at.Repository.Name, [tag]));
            _lab.Put("app.dll", 100, tag + " of another project");
            await _lab.CommitAsync(tag, name: new(registry, "other/app", [tag]));
        }

        var series = await _lab.OpenAsync(ImageReference.Parse($"{repository}:1").Repository);

        CollectionAssert.AreEqual(
            new[] { $"{repository}:1", $"{repository}:2" },
            series.Images.Select(image => image.Name![(image.Name!.LastIndexOf(repository, StringComparison.Ordinal))..]).ToArray());
    }

    [TestMethod]
    public async Task Single_images_are_in_the_order_in_which_they_are_named()
    {
        await CommitAsync("1", "2", "3");
        var series = await _lab.OpenAsync(100, $"oci:{_lab.Layout}:3", $"oci:{_lab.Layout}:1");
        Assert.AreEqual(SeriesOrder.Named, series.Order);
        Assert.AreEqual("3 1", TagsOf(series));
    }

    [TestMethod]
    public async Task A_repository_of_a_registry_has_its_tags_page_by_page()
    {
        await using var lab = await ClientLab.StartAsync(new() { PageSize = 2 });
        for (var number = 8; number < 13; number++)
        {
            await new Containerize.Destinations.RegistryDestination(lab.Client, lab.Repository, [$"1.{number}"], lab.Reporter)
                .WriteAsync(new(Sample.Image(content: $"{number}")), CancellationToken.None);
        }

        var series = await ImageSeries.OpenAsync(
            [lab.Repository.ToString()], null, 4, [Sample.Arm64, Sample.Amd64], "/", _lab.Context with { Registries = lab.Client },
            lab.Reporter, CancellationToken.None);
        Assert.AreEqual("1.9 1.10 1.11 1.12", TagsOf(series));
    }

    [TestMethod]
    public async Task A_repository_without_tags_is_told()
    {
        await using var lab = await ClientLab.StartAsync();
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ImageSeries.OpenAsync(
            [lab.Repository.ToString()], null, 4, [Sample.Amd64], "/", _lab.Context with { Registries = lab.Client }, lab.Reporter,
            CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.NoImageHistory, failure.Code);
        StringAssert.Contains(failure.Message, lab.Repository.ToString());
    }

    private async Task CommitAsync(params string[] tags)
    {
        foreach (var tag in tags)
        {
            _lab.Put("app.dll", 100, tag);
            await _lab.CommitAsync(tag);
        }
    }

    private static string TagsOf(ImageSeries series) =>
        string.Join(' ', series.Images.Select(image => image.Name![(image.Name!.LastIndexOf(':') + 1)..]));
}
