using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class PlatformTests
{
    [TestMethod]
    [DataRow("linux-x64", "linux/amd64")]
    [DataRow("linux-musl-arm64", "linux/arm64")]
    [DataRow("linux-arm", "linux/arm/v7")]
    [DataRow("linux-armv6", "linux/arm/v6")]
    [DataRow("win-x64", "windows/amd64")]
    [DataRow("win10-x86", "windows/386")]
    [DataRow("alpine.3.20-x64", "linux/amd64")]
    [DataRow("linux-loongarch64", "linux/loong64")]
    public void Runtime_identifiers_are_platforms(string identifier, string expected) =>
        Assert.AreEqual(expected, Platform.FromRuntimeIdentifier(identifier).ToString());

    [TestMethod]
    [DataRow("linux/amd64", "linux-x64")]
    [DataRow("linux/x86_64", "linux-x64")]
    [DataRow("linux/amd64/v2", "linux-x64")]
    [DataRow("linux/386", "linux-x86")]
    [DataRow("linux/i386", "linux-x86")]
    [DataRow("linux/arm64", "linux-arm64")]
    [DataRow("linux/aarch64", "linux-arm64")]
    [DataRow("linux/arm64/v8", "linux-arm64")]
    [DataRow("linux/arm64/v9", "linux-arm64")]
    [DataRow("linux/arm", "linux-arm")]
    [DataRow("linux/arm/v7", "linux-arm")]
    [DataRow("linux/armhf", "linux-arm")]
    [DataRow("linux/arm/v8", "linux-arm")]
    [DataRow("linux/arm/v6", "linux-armv6")]
    [DataRow("linux/armel", "linux-armv6")]
    [DataRow("linux/loong64", "linux-loongarch64")]
    [DataRow("linux/ppc64le", "linux-ppc64le")]
    [DataRow("windows/amd64", "win-x64")]
    [DataRow("Linux/ARM64", "linux-arm64")]
    [DataRow("windows/s390x", null)]
    [DataRow("linux/arm/v5", null)]
    [DataRow("linux/mips64le", null)]
    [DataRow("darwin/arm64", null)]
    public void A_platform_has_the_runtime_identifier_whose_apps_run_there(string text, string? expected)
    {
        var platform = Platform.TryParse(text)!;

        Assert.AreEqual(expected, platform.RuntimeIdentifier());
        Assert.AreEqual(expected?.Replace("linux-", "linux-musl-", StringComparison.Ordinal), platform.RuntimeIdentifier(isMusl: true));
    }

    [TestMethod]
    [DataRow("linux")]
    [DataRow("linux/")]
    [DataRow("/amd64")]
    [DataRow("linux/arm/")]
    [DataRow("linux/arm/v7/x")]
    [DataRow("")]
    public void A_platform_is_written_with_slashes(string text) => Assert.IsNull(Platform.TryParse(text));

    [TestMethod]
    [DataRow("osx-arm64")]
    [DataRow("browser-wasm")]
    [DataRow("linux")]
    [DataRow("any")]
    [DataRow("")]
    [DataRow("linux-mips64")]
    public void Others_have_no_images(string identifier) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidProperty,
            Assert.ThrowsExactly<ContainerizeException>(() => Platform.FromRuntimeIdentifier(identifier)).Code);

    [TestMethod]
    public void Variants_count_where_both_name_one()
    {
        var seven = new Platform { Os = "linux", Architecture = "arm", Variant = "v7" };
        Assert.IsTrue(seven.Accepts(seven with { Variant = null }));
        Assert.IsTrue(seven.Accepts(seven with { Variant = "v6" }));
        Assert.IsFalse((seven with { Variant = "v6" }).Accepts(seven));
        Assert.IsFalse(seven.Accepts(seven with { Os = "windows" }));
        var arm64 = new Platform { Os = "linux", Architecture = "arm64" };
        Assert.IsTrue(arm64.Accepts(arm64 with { Variant = "v8" }));
        Assert.IsFalse(arm64.Accepts(arm64 with { Variant = "v9" }));
    }

    [TestMethod]
    public void A_version_of_the_system_is_a_prefix()
    {
        var windows = new Platform { Os = "windows", Architecture = "amd64", OsVersion = "10.0.20348" };
        Assert.IsTrue(windows.Accepts(windows with { OsVersion = "10.0.20348.2966" }));
        Assert.IsFalse(windows.Accepts(windows with { OsVersion = "10.0.17763.1" }));
    }

    [TestMethod]
    [DataRow("linux", "mips64le", true)]
    [DataRow("freebsd", "amd64", true)]
    [DataRow("windows", "arm", true)]
    [DataRow("unknown", "unknown", false)]
    public void Any_platform_is_each_that_is_known(string os, string architecture, bool isOne)
    {
        var offered = new Platform { Os = os, Architecture = architecture };

        Assert.AreEqual(isOne, Platform.Any.Accepts(offered));
        Assert.IsFalse(offered.Accepts(Platform.Any));
    }
}
