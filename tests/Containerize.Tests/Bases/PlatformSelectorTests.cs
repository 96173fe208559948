using Containerize.Bases;
using Containerize.Oci;
using Containerize.Tests.Building;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class PlatformSelectorTests
{
    private static Descriptor Offer(
        string? architecture, string? variant = null, string os = "linux", string mediaType = MediaTypes.OciManifest) => new()
    {
        MediaType = mediaType,
        Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{os}/{architecture}/{variant}/{mediaType}")),
        Size = 1,
        Platform = architecture is null ? null : new Platform { Os = os, Architecture = architecture, Variant = variant },
    };

    private static Descriptor Select(Platform platform, params Descriptor[] offers) =>
        PlatformSelector.Select(new ImageIndex { Manifests = offers }, platform, "test");

    [TestMethod]
    public void An_equal_variant_wins_over_a_compatible_one()
    {
        var (plain, seven) = (Offer("arm"), Offer("arm", "v7"));
        Assert.AreEqual(
            seven, Select(new Platform { Os = "linux", Architecture = "arm", Variant = "v7" }, Offer("arm", "v6"), plain, seven));
        Assert.AreEqual(
            plain, Select(new Platform { Os = "linux", Architecture = "arm", Variant = "v5" }, Offer("arm", "v6"), plain, seven));
    }

    [TestMethod]
    public void Arm64_and_its_v8_are_the_same() =>
        Assert.AreEqual("v8", Select(Sample.Arm64, Offer("amd64"), Offer("arm64", "v8")).Platform!.Variant);

    [TestMethod]
    public void What_is_no_image_is_passed_over()
    {
        var image = Offer("amd64");
        Assert.AreEqual(
            image, Select(Sample.Amd64, Offer("amd64", mediaType: "application/vnd.example"), Offer("unknown", os: "unknown"), image));
    }

    [TestMethod]
    public void A_single_offer_need_not_say_what_it_runs_on()
    {
        Assert.AreEqual(Offer(null), Select(Sample.Amd64, Offer(null)));
        Assert.ThrowsExactly<ContainerizeException>(
            () => Select(Sample.Amd64, Offer(null), Offer(null, mediaType: MediaTypes.DockerManifest)));
    }

    [TestMethod]
    public void A_missing_platform_lists_what_there_is()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => Select(Sample.Arm64, Offer("amd64"), Offer("s390x"), Offer("unknown", os: "unknown")));
        Assert.AreEqual(DiagnosticCode.PlatformNotFound, failure.Code);
        Assert.Contains("linux/amd64, linux/s390x", failure.Message);
        Assert.DoesNotContain("unknown", failure.Message);
    }
}
