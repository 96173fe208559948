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
        PlatformSelector.SelectAsync(new ImageIndex { Manifests = offers }, platform, "test", _ => Task.FromResult<Platform?>(null))
            .GetAwaiter().GetResult();

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
    [DataRow("amd64", "amd64/v3 amd64/v2 amd64/v1", "amd64/v1")]
    [DataRow("amd64", "amd64/v2 amd64", "amd64")]
    [DataRow("amd64/v1", "amd64/v2 amd64", "amd64")]
    [DataRow("amd64/v2", "amd64 amd64/v3 amd64/v2", "amd64/v2")]
    [DataRow("amd64/v3", "amd64 amd64/v4 amd64/v2", "amd64/v2")]
    [DataRow("amd64/v4", "amd64/v2 amd64/v3 amd64", "amd64/v3")]
    [DataRow("amd64", "amd64/v2 amd64/v3", "")]
    [DataRow("amd64", "x86_64 amd64/v2", "x86_64")]
    [DataRow("arm/v7", "arm/v6 arm/v7 arm/v8", "arm/v7")]
    [DataRow("arm/v7", "arm/v5 arm/v6", "arm/v6")]
    [DataRow("arm/v7", "arm arm/v6", "arm/v6")]
    [DataRow("arm/v7", "arm/v5 arm", "arm")]
    [DataRow("arm/v7", "arm/7", "arm/7")]
    [DataRow("arm/v7", "arm/v5", "")]
    [DataRow("arm/v7", "arm/v8", "")]
    [DataRow("arm/v6", "arm/v7 arm/v6", "arm/v6")]
    [DataRow("arm/v6", "arm/v7", "")]
    [DataRow("arm64", "arm64/v9 arm64/v8", "arm64/v8")]
    [DataRow("arm64", "arm64/v8.2", "")]
    [DataRow("arm64", "aarch64", "aarch64")]
    [DataRow("arm64", "arm/v7", "")]
    [DataRow("ppc64le", "ppc64le/power9", "ppc64le/power9")]
    [DataRow("riscv64", "riscv64/rva20u64 riscv64", "riscv64")]
    [DataRow("386", "386/softfloat 386", "386")]
    public void The_best_image_that_the_platform_surely_runs_is_chosen(string platform, string offers, string expected)
    {
        static (string Architecture, string? Variant) Split(string text) =>
            text.Split('/') is [var name, var variant] ? (name, variant) : (text, null);
        var (architecture, variant) = Split(platform);
        var wanted = new Platform { Os = "linux", Architecture = architecture, Variant = variant };
        Descriptor[] all = [.. offers.Split(' ').Select(Split).Select(offer => Offer(offer.Architecture, offer.Variant))];

        if (expected.Length == 0)
        {
            Assert.AreEqual(DiagnosticCode.PlatformNotFound, Assert.ThrowsExactly<ContainerizeException>(() => Select(wanted, all)).Code);
        }
        else
        {
            Assert.AreEqual($"linux/{expected}", Select(wanted, all).Platform!.ToString());
            Assert.AreEqual($"linux/{expected}", Select(wanted, [.. all.Reverse()]).Platform!.ToString(), "The order does not count.");
        }
    }

    [TestMethod]
    [DataRow("amd64", "v3", true)]
    [DataRow("amd64", "v9", true)]
    [DataRow("arm64", "v8", false)]
    public void An_image_that_is_named_by_itself_may_be_for_a_newer_amd64(string architecture, string variant, bool isFine)
    {
        void Check() =>
            PlatformSelector.Check(
                Containerize.Images.ImageConfig.Scratch(new Platform { Os = "linux", Architecture = architecture, Variant = variant }),
                Sample.Amd64,
                "test");

        if (isFine)
        {
            Check();
        }
        else
        {
            Assert.ThrowsExactly<ContainerizeException>(Check);
        }
    }

    [TestMethod]
    public void For_any_platform_the_first_image_is_taken()
    {
        var (first, second) = (Offer("mips64le"), Offer("amd64"));

        Assert.AreEqual(first, Select(Platform.Any, Offer("unknown", os: "unknown"), first, second));
    }

    [TestMethod]
    public void Only_newer_processors_are_told_with_the_way_out() =>
        Assert.Contains(
            "by its own digest",
            Assert.ThrowsExactly<ContainerizeException>(() => Select(Sample.Amd64, Offer("amd64", "v3"), Offer("s390x"))).Message);

    [TestMethod]
    public async Task Images_of_an_index_that_does_not_say_what_they_run_on_are_known_by_their_configs()
    {
        var manifests = new[] { Offer(null), Offer(null, mediaType: MediaTypes.DockerManifest), Offer(null, os: "artifact") };
        Platform?[] platforms = [Sample.Arm64, Sample.Amd64, null];
        Task<Platform?> Read(Descriptor descriptor) =>
            Task.FromResult(platforms[Array.FindIndex(manifests, manifest => manifest.Digest == descriptor.Digest)]);

        foreach (var (wanted, index) in new[] { (Sample.Arm64, 0), (Sample.Amd64, 1) })
        {
            Assert.AreEqual(
                manifests[index], await PlatformSelector.SelectAsync(new ImageIndex { Manifests = manifests }, wanted, "test", Read));
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            PlatformSelector.SelectAsync(
                new ImageIndex { Manifests = manifests }, new Platform { Os = "linux", Architecture = "s390x" }, "test", Read));
        Assert.Contains("linux/arm64, linux/amd64", failure.Message);
        Assert.AreEqual(
            Offer("amd64"),
            await PlatformSelector.SelectAsync(
                new ImageIndex { Manifests = [.. manifests, Offer("amd64")] },
                Sample.Amd64,
                "test",
                _ => throw new InvalidOperationException("Nothing need be read.")));
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
