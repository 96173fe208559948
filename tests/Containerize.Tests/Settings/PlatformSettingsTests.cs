using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class PlatformSettingsTests
{
    [TestMethod]
    [DataRow("linux-x64;linux-musl-x64", "linux-x64, linux-musl-x64 are all for linux/amd64")]
    [DataRow("linux-arm64;linux-x64;debian.12-arm64", "linux-arm64, debian.12-arm64 are all for linux/arm64")]
    [DataRow("linux-musl-arm;linux-bionic-arm", "linux-musl-arm, linux-bionic-arm are all for linux/arm/v7")]
    [DataRow("alpine.3.20-x64;ubuntu.24.04-x64;linux-x64", "alpine.3.20-x64, ubuntu.24.04-x64, linux-x64 are all for linux/amd64")]
    public void Runtimes_of_one_platform_are_refused_by_their_names(string runtimes, string expected)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => PlatformSettings.RequireDistinct(runtimes.Split(';')));

        Assert.AreEqual(DiagnosticCode.SamePlatform, failure.Code);
        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    [DataRow("linux-x64;osx-arm64")]
    [DataRow("linux-x64;browser-wasm")]
    [DataRow("linux-x64;any")]
    public void Runtimes_without_images_are_refused(string runtimes) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidProperty,
            Assert.ThrowsExactly<ContainerizeException>(() => PlatformSettings.RequireDistinct(runtimes.Split(';'))).Code);

    [TestMethod]
    [DataRow("linux-x64;linux-arm64;linux-arm")]
    [DataRow("linux-x64;linux-x86")]
    [DataRow("linux-musl-arm;linux-armv6")]
    [DataRow("linux-x64;win-x64")]
    [DataRow("win-x64;win10-x64")]
    public void Other_platforms_make_an_index(string runtimes) => PlatformSettings.RequireDistinct(runtimes.Split(';'));
}
