using Containerize.Registry.Transfer;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>A blob that another repository of the registry has is linked there, if the registry does it; else it is uploaded.</summary>
[TestClass]
internal sealed class MountTests
{
    private const int Size = 300_000;

    [TestMethod]
    public async Task A_blob_of_the_same_registry_is_mounted()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        Assert.AreEqual(new PushOutcome(PushKind.Mounted, 0), outcome);
        Assert.AreEqual("library/base", lab.Registry.RequestsTo(RequestKind.Upload, "POST")[0].Parameter("from"));
    }

    [TestMethod]
    public async Task A_mount_asks_for_both_repositories_the_target_first()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        Assert.AreEqual(
            PushKind.Mounted, (await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor))).Kind);
        CollectionAssert.AreEqual(
            new[] { "repository:team/app:pull,push", "repository:library/base:pull" },
            lab.Registry.RequestsTo(RequestKind.Token)[^1].Parameters("scope").ToArray());
    }

    [TestMethod]
    public async Task A_mount_answered_as_an_upload_goes_on_there()
    {
        await using var lab = await ClientLab.StartAsync(new() { Mounts = false });
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Upload, "POST").Count);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(500)]
    public async Task A_refused_mount_becomes_a_plain_upload(int status)
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Upload, "POST").Where(request => request.Parameter("mount") is not null)
            .Do(fault => fault.Error(status, "DENIED"));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
    }

    [TestMethod]
    [DataRow("not JSON")]
    [DataRow("[]")]
    [DataRow("{}")]
    public async Task A_mount_whose_token_cannot_be_read_becomes_a_plain_upload(string reply)
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Token).Where(request => request.Parameters("scope").Count > 1).Do(fault => fault.Reply(200, reply));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
    }

    [TestMethod]
    [DataRow("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1:1/token\"", 401)]
    [DataRow("WWW-Authenticate", "Bearer realm=\"ftp://elsewhere.example/token\"", 401)]
    [DataRow("Location", "ftp://elsewhere.example/upload", 202)]
    [DataRow("Location", "http://ada:pw@elsewhere.example/upload", 202)]
    [DataRow("Location", "ftp://elsewhere.example/upload", 307)]
    public async Task A_mount_that_leads_where_nothing_may_go_becomes_a_plain_upload(string header, string value, int status)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.LogIn("ada", "secret");
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Upload, "POST").Where(request => request.Parameter("mount") is not null)
            .Do(fault => fault.Reply(status, "", (header, value)));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
    }

    [TestMethod]
    public async Task Uploads_behind_refused_mounts_need_not_wait_for_the_first_one()
    {
        await using var lab = await ClientLab.StartAsync(new() { Mounts = false });
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.Delay(TimeSpan.FromMinutes(5)));
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var pushes = new[] { Size, Size + 1, Size + 2 }.Select(size => lab.Client.PushBlobAsync(
            lab.Repository,
            lab.Client.CreateBlob(lab.Registry.Repository("base"), lab.Registry.AddBlob("base", ClientLab.RandomBytes(size))),
            end.Token)).ToList();

        while (lab.Registry.RequestsTo(RequestKind.Upload, "PUT").Count < pushes.Count && !end.IsCancellationRequested)
        {
            await Task.Delay(20);
        }

        Assert.HasCount(pushes.Count, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
        await end.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.WhenAll(pushes));
    }

    [TestMethod]
    public async Task A_blob_of_another_registry_is_never_mounted()
    {
        await using var lab = await ClientLab.StartAsync();
        var other = await lab.AddRegistryAsync();
        var descriptor = other.AddBlob("library/base", ClientLab.RandomBytes(Size));
        var outcome = await lab.PushAsync(lab.Client.CreateBlob(other.Repository("library/base"), descriptor));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.IsNull(lab.Registry.RequestsTo(RequestKind.Upload, "POST")[0].Parameter("mount"));
    }

    [TestMethod]
    public async Task What_was_pushed_before_is_mounted_into_the_next_repository()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { Memory = lab.Store };
        var blob = ClientLab.RandomBlob(Size);
        await lab.PushAsync(blob);
        using var later = lab.NewClient();
        var outcome = await later.PushBlobAsync(lab.Registry.Repository("team/other"), blob, CancellationToken.None);
        Assert.AreEqual(PushKind.Mounted, outcome.Kind);
    }
}
