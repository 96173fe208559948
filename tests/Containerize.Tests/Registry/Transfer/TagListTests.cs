using Containerize.Testing.Registry;
using Containerize.Tests.Building;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class TagListTests
{
    [TestMethod]
    public async Task All_pages_of_tags_are_read()
    {
        await using var lab = await ClientLab.StartAsync(new() { PageSize = 2 });
        await new Containerize.Destinations.RegistryDestination(lab.Client, lab.Repository, ["a", "b", "c", "d", "e"], lab.Reporter)
            .WriteAsync(new(Sample.Image()), CancellationToken.None);
        CollectionAssert.AreEquivalent(
            new[] { "a", "b", "c", "d", "e" }, (await lab.Client.ListTagsAsync(lab.Repository, CancellationToken.None)).ToArray());
    }

    [TestMethod]
    public async Task A_repository_that_does_not_exist_has_none()
    {
        await using var lab = await ClientLab.StartAsync();
        Assert.IsEmpty(await lab.Client.ListTagsAsync(lab.Repository, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("""{"name":"team/app","tags":null}""", 0)]
    [DataRow("""{"name":"team/app"}""", 0)]
    [DataRow("""{"name":"team/app","tags":["1", 2, null, "../x", "1"]}""", 1)]
    public async Task What_is_no_tag_is_passed_over(string json, int count)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Tags)
            .Do(fault => fault.Reply(200, json));
        Assert.HasCount(count, await lab.Client.ListTagsAsync(lab.Repository, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_next_page_elsewhere_is_not_asked_for()
    {
        await using var lab = await ClientLab.StartAsync();
        var other = await lab.AddRegistryAsync();
        await new Containerize.Destinations.RegistryDestination(lab.Client, lab.Repository, ["a"], lab.Reporter)
            .WriteAsync(new(Sample.Image()), CancellationToken.None);
        lab.Registry.On(RequestKind.Tags)
            .Do(fault => fault.SetHeader("Link", $"<{other.BaseAddress}v2/team/app/tags/list>; rel=\"next\""));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.ListTagsAsync(lab.Repository, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.IsEmpty(other.Requests);
    }
}
