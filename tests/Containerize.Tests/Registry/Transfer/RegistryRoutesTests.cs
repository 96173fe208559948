using System.Text;
using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Registry.Transfer;
using Containerize.SupplyChain;
using Containerize.Testing.Registry;
using Containerize.Tests.Destinations;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>registries.conf says where images are read from. They are pushed to where the user said.</summary>
[TestClass]
internal sealed class RegistryRoutesTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("prefix = \"{0}\"\nlocation = \"{1}\"")]
    [DataRow("prefix = \"{0}/team\"\nlocation = \"{1}/team\"")]
    [DataRow("prefix = \"{0}/\"\nlocation = \"{1}/\"")]
    [DataRow("prefix = \"{0}/team/app\"\nlocation = \"{1}/other/name\"")]
    [DataRow("prefix = \"{0}\"\nlocation = \"{1}\"\n[[registry.mirror]]\nlocation = \"{1}/mirror\"")]
    public async Task A_push_goes_where_the_user_said_and_not_to_a_location(string registry)
    {
        await using var lab = await StartAsync(registry);
        var blob = ClientLab.RandomBlob(1000);

        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(blob)).Kind);
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_index, MediaTypes.OciIndex, CancellationToken.None);

        Assert.IsNotNull(lab.Registry.FindBlob("team/app", blob.Descriptor.Digest));
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
        Assert.IsEmpty(lab.Other.Requests);
    }

    [TestMethod]
    public async Task What_a_tag_at_the_target_names_is_asked_where_the_push_goes()
    {
        await using var lab = await StartAsync("prefix = \"{0}\"\nlocation = \"{1}\"");
        var there = lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);

        var found = await lab.Client.TryResolveTargetAsync(lab.Repository, "1.0", CancellationToken.None);

        Assert.AreEqual(there.Digest, found?.Digest);
        Assert.IsEmpty(lab.Other.Requests);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task What_refers_to_a_manifest_at_the_target_is_asked_where_the_push_goes(bool hasApi)
    {
        await using var lab = await StartAsync("prefix = \"{0}\"\nlocation = \"{1}\"", new() { Referrers = hasApi });
        var subject = lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        var evidence = new Evidence
        {
            Referrers = [RegistryEvidenceTests.Document(
                new Descriptor { MediaType = MediaTypes.OciIndex, Digest = subject.Digest, Size = s_index.Length }, "a")],
        };
        var push = new RegistryEvidence(lab.Client, lab.Repository, lab.Lab.Reporter);
        await push.PushAsync(evidence, CancellationToken.None);
        lab.Registry.ClearRequests();

        await push.PushAsync(evidence, CancellationToken.None);

        Assert.IsFalse(lab.Registry.Requests.Any(request => request.Method is "PUT" or "POST" or "PATCH"), "It is there.");
        Assert.IsEmpty(lab.Other.Requests);
    }

    [TestMethod]
    public async Task What_refers_to_a_base_is_asked_at_the_location()
    {
        await using var lab = await StartAsync("prefix = \"{0}\"\nlocation = \"{1}\"");

        await lab.Client.ListReferrersAsync(lab.Repository, Digest.Of(s_index), CancellationToken.None);

        Assert.IsEmpty(lab.Registry.Requests);
        Assert.IsNotEmpty(lab.Other.Requests);
    }

    [TestMethod]
    [DataRow("prefix = \"{0}/team\"\nlocation = \"{1}/moved\"")]
    [DataRow("prefix = \"{0}/team/\"\nlocation = \"{1}/moved/\"")]
    public async Task A_pull_goes_to_the_location(string registry)
    {
        await using var lab = await StartAsync(registry);
        lab.Other.AddManifest("moved/app", "1.0", s_index, MediaTypes.OciIndex);
        var blob = lab.Other.AddBlob("moved/app", ClientLab.RandomBytes(1000));

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        await lab.Lab.FetchAsync(blob);

        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task A_base_that_lies_at_a_location_is_mounted_from_there()
    {
        await using var lab = await StartAsync("prefix = \"images.example/team\"\nlocation = \"{0}/moved\"");
        var blob = lab.Registry.AddBlob("moved/base", ClientLab.RandomBytes(1000));

        var outcome = await lab.PushAsync(lab.Client.CreateBlob(new("images.example", "team/base"), blob));

        Assert.AreEqual(PushKind.Mounted, outcome.Kind);
        Assert.AreEqual("moved/base", lab.Registry.RequestsTo(RequestKind.Upload, "POST")[0].Parameter("from"));
    }

    [TestMethod]
    public async Task A_base_is_not_mounted_from_a_location_at_another_registry()
    {
        await using var lab = await StartAsync("prefix = \"{0}/library\"\nlocation = \"{1}/library\"");
        var blob = lab.Other.AddBlob("library/base", ClientLab.RandomBytes(1000));

        var outcome = await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), blob));

        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.IsNull(lab.Registry.RequestsTo(RequestKind.Upload, "POST")[0].Parameter("from"));
    }

    [TestMethod]
    [DataRow("prefix = \"{0}/team\"\nlocation = \"{1}\"\nblocked = true")]
    [DataRow("prefix = \"{0}/team/\"\nblocked = true")]
    [DataRow("location = \"{0}/\"\nblocked = true")]
    public async Task A_push_to_what_is_blocked_is_refused(string registry)
    {
        await using var lab = await StartAsync(registry);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(1000)));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        Assert.IsEmpty(lab.Registry.Requests);
    }

    private static async Task<RouteLab> StartAsync(string registry, TestRegistryOptions? options = null)
    {
        var lab = await ClientLab.StartAsync(options);
        var other = await lab.AddRegistryAsync();
        var text = registry.Replace("{0}", lab.Registry.Authority, StringComparison.Ordinal)
            .Replace("{1}", other.Authority, StringComparison.Ordinal);
        lab.WriteFile("etc/containers/registries.conf", $"[[registry]]\n{text}\n");
        return new(lab, other);
    }

    private sealed record RouteLab(ClientLab Lab, TestRegistry Other) : IAsyncDisposable
    {
        internal TestRegistry Registry => Lab.Registry;

        internal Containerize.Registry.RegistryClient Client => Lab.Client;

        internal RepositoryReference Repository => Lab.Repository;

        internal Task<PushOutcome> PushAsync(Containerize.Storage.Blob blob) => Lab.PushAsync(blob);

        public ValueTask DisposeAsync() => Lab.DisposeAsync();
    }
}
