using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
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
    [DataRow("0", 0)]
    [DataRow("1000", 1000)]
    [DataRow("12 B", 12)]
    [DataRow("500 KB", 500_000)]
    [DataRow("20MB", 20_000_000)]
    [DataRow("1.5 MB", 1_500_000)]
    [DataRow("1 kib", 1024)]
    [DataRow(" 2 MiB ", 2 * 1024 * 1024)]
    [DataRow("3GB", 3_000_000_000)]
    [DataRow("1GiB", 1024 * 1024 * 1024)]
    public void A_size_is_a_number_and_a_unit(string text, long bytes) => Assert.AreEqual(bytes, UploadBudget.ParseSize("Budget", text));

    [TestMethod]
    [DataRow("")]
    [DataRow("MB")]
    [DataRow("-1")]
    [DataRow("1 TB")]
    [DataRow("1..5 MB")]
    [DataRow("ten MB")]
    [DataRow("9999999999999 GB")]
    public void Anything_else_is_an_error_that_names_the_property(string text)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => UploadBudget.ParseSize("ContainerizeUploadBudget", text));
        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerizeUploadBudget");
    }

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
        await new RegistryDestination(lab.Client, lab.Repository, ["2.0"], _reporter, new UploadBudget(0, IsError: true, _reporter)).WriteAsync(new ImageSet(image), CancellationToken.None);
        CollectionAssert.AreEquivalent(new[] { "1.0", "2.0" }, lab.Registry.Tags("team/app").ToArray());
    }

    private Task<DestinationResult> PushAsync(ClientLab lab, Image image, long bytes, bool isError) =>
        new RegistryDestination(lab.Client, lab.Repository, ["1.0"], _reporter, new UploadBudget(bytes, isError, _reporter)).WriteAsync(new ImageSet(image), CancellationToken.None);
}
