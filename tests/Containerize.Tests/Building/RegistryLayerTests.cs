using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Building;

/// <summary>Layers of other images, by their digest.</summary>
[TestClass]
internal sealed class RegistryLayerTests
{
    private const string Agent = "team/agent";

    private static readonly TestLayer s_layer = TestLayer.Of(("opt/agent/agent", "the agent"));

    private static async Task<ClientLab> StartAsync()
    {
        var lab = await ClientLab.StartAsync();
        lab.Registry.AddImage(Agent, "1", TestImage.Create(s_layer));
        return lab;
    }

    /// <summary>A machine with a cache: the second build of the same finds the layer there.</summary>
    private static async Task<Image> BuildAsync(ClientLab lab, RegistryClient client)
    {
        var request = new ImageRequest
        {
            Layers = [new RegistryLayer(lab.Registry.Repository(Agent), Digest.Of(s_layer.Content.Span), client)],
            Base = new ScratchSource(),
            Platform = Sample.Amd64,
            WorkingDirectory = "/app",
            Command = new ImageCommand { AppCommand = ["/opt/agent/agent"] },
        };
        return (await Sample.BuildAsync(request, lab.Store, lab.Reporter)).Image;
    }

    [TestMethod]
    public async Task A_layer_is_mounted_into_another_repository_of_its_registry_whether_it_was_just_fetched_or_not()
    {
        await using var lab = await StartAsync();
        using var client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
        foreach (var repository in new[] { "team/first", "team/second" })
        {
            var image = await BuildAsync(lab, client);

            // A machine that never pushed remembers nothing that it could mount from.
            using var fresh = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
            await new RegistryDestination(fresh, lab.Registry.Repository(repository), ["1"], lab.Reporter)
                .WriteAsync(new ImageSet(image), CancellationToken.None);

            Assert.Contains("opt/agent/agent", ImageValidator.Check(lab.Registry, repository, "1", baseLayers: 1).Single().Layers[0].Paths);
            Assert.IsTrue(lab.Registry.RequestsTo(RequestKind.Upload, "POST")
                .Any(request => request.Repository == repository && request.Parameter("from") == Agent));
        }

        Assert.AreEqual(s_layer.Content.Length, lab.Registry.BlobBytesSent, "It was fetched once, to compute its diffID.");
        Assert.IsFalse(lab.Registry.Uploads.Any(upload => upload.Digest == Digest.Of(s_layer.Content.Span)), "And never sent.");
    }

    [TestMethod]
    [DataRow("HEAD", false)]
    [DataRow("HEAD", true)]
    [DataRow(null, true)]
    public async Task A_registry_need_not_tell_how_large_a_blob_is(string? method, bool isSilent)
    {
        await using var lab = await StartAsync();
        using var client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
        lab.Registry.On(RequestKind.Blob, method)
            .Do(fault => isSilent ? fault.RemoveHeader("Content-Length") : fault.SetHeader("Content-Length", "0"));

        var image = await BuildAsync(lab, client);

        Assert.AreEqual(s_layer.Content.Length, image.Layers[0].Blob.Descriptor.Size);
    }

    [TestMethod]
    [DataRow(404, 1)]
    [DataRow(405, 2)]
    public async Task A_blob_that_is_not_there_is_called_so(int head, int requests)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Blob, "HEAD").Do(fault => fault.Reply(head));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Reply(404));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(lab, lab.Client));

        StringAssert.Contains(failure.Message, "ContainerizeLayerReference");
        Assert.HasCount(requests, lab.Registry.RequestsTo(RequestKind.Blob));
    }

    [TestMethod]
    [DataRow(401)]
    [DataRow(403)]
    public async Task A_blob_that_may_not_be_read_is_not_called_missing(int status)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Blob).Do(fault => fault.Reply(status));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(lab, lab.Client));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        Assert.DoesNotContain("ContainerizeLayerReference", failure.Message);
    }

    [TestMethod]
    public async Task Another_registry_and_an_archive_get_the_bytes_of_the_cache()
    {
        await using var lab = await StartAsync();
        var other = await lab.AddRegistryAsync();
        using var client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
        var images = new ImageSet(await BuildAsync(lab, client));
        var path = Path.Combine(lab.Home, "image.tar");

        await new RegistryDestination(client, other.Repository("team/app"), ["1"], lab.Reporter).WriteAsync(images, CancellationToken.None);
        await new ArchiveDestination(path, Sample.Name(), lab.Reporter).WriteAsync(images, CancellationToken.None);

        ImageValidator.Check(other, "team/app", "1", baseLayers: 1);
        ImageValidator.Check(path, baseLayers: 1);
        Assert.AreEqual(s_layer.Content.Length, lab.Registry.BlobBytesSent);
    }
}
