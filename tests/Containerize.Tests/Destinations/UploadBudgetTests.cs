using Containerize.Destinations;
using Containerize.Images;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class UploadBudgetTests
{
    private readonly RecordingReporter _reporter = new();

    [TestMethod]
    public async Task A_push_within_its_budget_is_silent()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Sample.Image();
        await PushAsync(lab, image, image.Layers[0].Blob.Descriptor.Size + image.Config.Blob.Descriptor.Size, isError: true);
        Assert.IsEmpty(_reporter.Warnings);
        Assert.AreEqual("1.0", lab.Registry.Tags("team/app").Single());
    }

    [TestMethod]
    public async Task One_byte_more_is_a_warning_with_both_figures()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Sample.Image();
        var needed = image.Layers[0].Blob.Descriptor.Size + image.Config.Blob.Descriptor.Size;
        await PushAsync(lab, image, needed - 1, isError: false);
        StringAssert.Contains(_reporter.Warnings.Single().Text, $"sent {needed} bytes");
        Assert.AreEqual("1.0", lab.Registry.Tags("team/app").Single());
    }

    [TestMethod]
    public async Task Where_it_is_an_error_no_tag_moves()
    {
        await using var lab = await ClientLab.StartAsync();
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PushAsync(lab, Sample.Image(), 10, isError: true));
        Assert.AreEqual(DiagnosticCode.UploadBudgetExceeded, failure.Code);
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
        Assert.IsEmpty(lab.Registry.Tags("team/app"));
    }

    [TestMethod]
    public async Task What_is_there_already_costs_nothing()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Sample.Image();
        await PushAsync(lab, image, long.MaxValue, isError: true);
        await new RegistryDestination(lab.Client, lab.Repository, ["2.0"], _reporter, new UploadBudget(0, IsError: true, _reporter))
            .WriteAsync(new ImageSet(image), CancellationToken.None);
        CollectionAssert.AreEquivalent(new[] { "1.0", "2.0" }, lab.Registry.Tags("team/app").ToArray());
    }

    private Task<DestinationResult> PushAsync(ClientLab lab, Image image, long bytes, bool isError) =>
        new RegistryDestination(lab.Client, lab.Repository, ["1.0"], _reporter, new UploadBudget(bytes, isError, _reporter))
            .WriteAsync(new ImageSet(image), CancellationToken.None);
}
