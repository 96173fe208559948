using Containerize.Ahead;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Moq;

namespace Containerize.Tests.Ahead;

[TestClass]
internal sealed class ImageAheadTests
{
    private const string Machine = "here";

    [TestMethod]
    public async Task The_last_image_is_put_together_again_and_nothing_is_written()
    {
        await using var lab = await BuildLab.StartAsync();
        var last = await BuildAsync(lab);
        using var opening = await OpenBaseAsync(lab);
        var before = lab.Files();

        using var ahead = Begin(lab, opening);
        var image = await ahead.Image;

        Assert.AreEqual(last.Image.Manifest.Descriptor.Digest, image?.Image.Manifest.Descriptor.Digest);
        Assert.IsTrue(image!.Layers.All(layer => layer.Origin == LayerOrigin.Cache));
        CollectionAssert.AreEqual(before.OrderBy(file => file.Key).ToList(), lab.Files().OrderBy(file => file.Key).ToList());
        Assert.IsEmpty(lab.Reporter.Messages);
    }

    [TestMethod]
    public async Task Its_destinations_are_asked_so_that_the_build_needs_no_token_of_its_own()
    {
        await using var lab = await BuildLab.StartAsync();
        await using var registry = await TestRegistry.StartAsync(new TestRegistryOptions
        {
            Auth = new BearerAuth("ada", "secret") { AnonymousActions = ["pull"] },
        });
        await BuildAsync(lab);
        var client = lab.NewClient();
        var destination = new RegistryDestination(client, registry.Repository("team/app"), ["latest"], lab.Reporter);

        using (var ahead = Begin(lab, opening: null, destination))
        {
            Assert.IsNull(await ahead.Image, "Without a base, the destinations are all there is to do.");
        }

        var tokens = registry.RequestsTo(RequestKind.Token).Count;
        Assert.AreEqual(1, tokens);
        Assert.HasCount(0, registry.RequestsTo(RequestKind.Manifest, "PUT"));
        await destination.FindAsync(new ImageSet(Sample.Image()), CancellationToken.None);
        Assert.AreEqual(tokens, registry.RequestsTo(RequestKind.Token).Count);
    }

    [TestMethod]
    [DataRow("no image", false)]
    [DataRow("damaged image", false)]
    [DataRow("layer gone", true)]
    [DataRow("record gone", true)]
    [DataRow("base fails", true)]
    public async Task What_cannot_be_prepared_is_left_to_the_build(string what, bool isAsked)
    {
        await using var lab = await BuildLab.StartAsync();
        var last = await BuildAsync(lab);
        using var opening = what == "base fails"
            ? new BaseAhead(new DamagedSource(), Sample.Amd64, lab.Cache(Machine)) : await OpenBaseAsync(lab);
        var file = Path.Combine(lab.Own(Machine).Root, BuiltImageFile.FileName);
        switch (what)
        {
            case "no image":
                File.Delete(file);
                break;
            case "damaged image":
                await File.WriteAllTextAsync(file, "{");
                break;
            case "layer gone":
                File.Delete(lab.Cache(Machine).PathOf(last.Layers[0].Descriptor.Digest));
                break;
            case "record gone":
                new LayerCache(lab.Cache(Machine)).Remove(last.Layers[1].Inputs);
                break;
        }

        var asked = new TaskCompletionSource<ImageSet>();
        using var ahead = Begin(lab, opening, Asked((images, _) =>
        {
            asked.SetResult(images);
            return Task.FromResult<DestinationResult?>(null);
        }));

        Assert.IsNull(await ahead.Image);
        Assert.AreEqual(isAsked, asked.Task.IsCompleted);
        Assert.IsEmpty(lab.Reporter.Messages);
    }

    [TestMethod]
    public async Task The_end_of_the_build_stops_the_work()
    {
        await using var lab = await BuildLab.StartAsync();
        await BuildAsync(lab);
        var asked = new TaskCompletionSource();
        var ahead = Begin(lab, opening: null, Asked(async (_, token) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return null;
        }));
        await asked.Task;

        ahead.Dispose();

        Assert.IsNull(await ahead.Image);
    }

    private static async Task<BuiltImage> BuildAsync(BuildLab lab)
    {
        var built = await lab.BuildAsync(Machine, from: []);
        BuiltImageFile.Save(built, lab.Own(Machine));
        return built;
    }

    private static async Task<BaseAhead> OpenBaseAsync(BuildLab lab)
    {
        var opening = new BaseAhead(new ScratchSource(), Sample.Amd64, lab.Cache(Machine));
        await opening.WaitAsync(CancellationToken.None);
        return opening;
    }

    private static ImageAhead Begin(BuildLab lab, BaseAhead? opening, params IImageDestination[] destinations) =>
        new(new ImageAheadRequest
        {
            Store = lab.Own(Machine),
            Cache = lab.Cache(Machine),
            Client = lab.NewClient(),
            Base = opening,
            Destinations = () => destinations,
            Image = (source, layers) => new ImageRequest
            {
                Base = source,
                Layers = layers,
                Platform = Sample.Amd64,
                WorkingDirectory = "/app",
            },
        });

    private static IImageDestination Asked(Func<ImageSet, CancellationToken, Task<DestinationResult?>> answer)
    {
        var destination = new Mock<IImageDestination>();
        destination.Setup(asked => asked.FindAsync(It.IsAny<ImageSet>(), It.IsAny<CancellationToken>())).Returns(answer);
        return destination.Object;
    }

    private sealed class DamagedSource : IImageSource
    {
        public Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken) =>
            throw new ContainerizeException(DiagnosticCode.InvalidArchive, $"It is damaged.");
    }
}
