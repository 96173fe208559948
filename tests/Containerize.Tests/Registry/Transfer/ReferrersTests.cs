using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class ReferrersTests
{
    private static readonly Digest s_subject = Digest.Of("subject"u8);

    [TestMethod]
    public async Task Referrers_are_listed()
    {
        await using var lab = await ClientLab.StartAsync(new() { PageSize = 2 });
        var added = Enumerable.Range(0, 5).Select(number => AddReferrer(lab, number)).Select(descriptor => descriptor.Digest).ToHashSet();
        var found = await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None);
        Assert.IsTrue(added.SetEquals(found.Select(descriptor => descriptor.Digest)));
        Assert.AreEqual(5, found.Count);
    }

    [TestMethod]
    public async Task Without_the_API_the_tag_is_read()
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false });
        Assert.AreEqual(0, (await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None)).Count);
        var referrer = AddReferrer(lab, 1);
        lab.Registry.AddManifest(
            "team/app",
            $"sha256-{s_subject.Hex}",
            OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [referrer] }),
            MediaTypes.OciIndex);
        Assert.AreEqual(referrer.Digest, (await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None))
            .Single().Digest);
    }

    [TestMethod]
    [DataRow(400, "")]
    [DataRow(405, "")]
    [DataRow(406, "")]
    [DataRow(501, "")]
    [DataRow(200, "<html>Registry</html>")]
    public async Task A_registry_that_does_not_know_the_path_has_no_API(int status, string page)
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false });
        lab.Registry.On(RequestKind.Referrers).Do(fault => fault.Reply(status, page, ("Content-Type", "text/html; charset=utf-8")));
        var referrer = AddReferrer(lab, 1);
        lab.Registry.AddManifest(
            "team/app",
            $"sha256-{s_subject.Hex}",
            OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [referrer] }),
            MediaTypes.OciIndex);

        var found = await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None);

        Assert.AreEqual(referrer.Digest, found.Single().Digest);
    }

    [TestMethod]
    [DataRow("</v2/team/app/referrers/next?n=1>; rel=\"prev\"", 1)]
    [DataRow("</next>; rel=\"prev\", </v2/team/app/referrers/SUBJECT?page=2>; rel=\"next\"", 2)]
    [DataRow("</v2/team/app/referrers/SUBJECT?page=2>;rel=next", 2)]
    [DataRow("</v2/team/app/referrers/SUBJECT?page=2>; title=\"a, <b>\"; rel=\"last NEXT\"", 2)]
    [DataRow("</next>; rel=\"nextish\"", 1)]
    [DataRow("next", 1)]
    public async Task Only_the_next_page_is_followed(string link, int requests)
    {
        await using var lab = await ClientLab.StartAsync();
        AddReferrer(lab, 1);
        lab.Registry.On(RequestKind.Referrers).Once()
            .Do(fault => fault.SetHeader("Link", link.Replace("SUBJECT", s_subject.ToString(), StringComparison.Ordinal)));

        await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None);

        Assert.HasCount(requests, lab.Registry.RequestsTo(RequestKind.Referrers));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow(MediaTypes.Empty)]
    public async Task A_list_under_the_tag_that_does_not_tell_a_type_is_completed_from_the_manifests(string? listedAs)
    {
        await using var lab = await ClientLab.StartAsync(new() { Referrers = false });
        var (first, second) = (AddReferrer(lab, 1), AddReferrer(lab, 2));
        var damaged = lab.Registry.AddManifest("team/app", tag: null, "[]"u8.ToArray(), MediaTypes.OciManifest);
        var absent = first with { Digest = Digest.Of("absent"u8) };
        Descriptor[] listed = [first, second with { ArtifactType = "application/vnd.example.told" }, damaged, absent];
        lab.Registry.AddManifest(
            "team/app",
            $"sha256-{s_subject.Hex}",
            OciJson.Write(new ImageIndex
            {
                MediaType = MediaTypes.OciIndex,
                Manifests = [.. listed.Select(entry => entry == listed[1] ? entry : entry with { ArtifactType = listedAs })],
            }),
            MediaTypes.OciIndex);

        var found = await lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None);

        CollectionAssert.AreEqual(listed.Select(entry => entry.Digest).ToArray(), found.Select(entry => entry.Digest).ToArray());
        CollectionAssert.AreEqual(
            new[] { "application/vnd.example.1", "application/vnd.example.told", listedAs, listedAs },
            found.Select(entry => entry.ArtifactType).ToArray());
        Assert.IsFalse(lab.Registry.Requests.Any(request => request.Target.Contains(second.Digest.Hex, StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Pages_are_followed_on_the_same_origin_only()
    {
        await using var lab = await ClientLab.StartAsync();
        var other = await lab.AddRegistryAsync();
        lab.Registry.On(RequestKind.Referrers)
            .Do(fault => fault.SetHeader("Link", $"<{other.BaseAddress}v2/team/app/referrers/{s_subject}>; rel=\"next\""));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.AreEqual(0, other.Requests.Count);
    }

    [TestMethod]
    public async Task Endless_pages_end()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Referrers)
            .Do(fault => fault.Change((request, reply) => reply.With("Link", $"<{request.Path}?n=1>; rel=\"next\"")));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.ListReferrersAsync(lab.Repository, s_subject, CancellationToken.None));
        StringAssert.Contains(failure.Message, "100 pages");
    }

    private static Descriptor AddReferrer(ClientLab lab, int number) => lab.Registry.AddManifest(
        "team/app",
        tag: null,
        Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":""" +
            $$$"""{"mediaType":"application/vnd.example.{{{number}}}","digest":"{{{s_subject}}}","size":7},"layers":[],"subject":""" +
            $$$"""{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{s_subject}}}","size":7} }"""),
        MediaTypes.OciManifest);
}
