namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class ImportResultTests
{
    [TestMethod]
    [DataRow("EXPOSE 53/tcp 53/udp", "ContainerPort", "53 Type=tcp\n53 Type=udp")]
    [DataRow("EXPOSE 53\nEXPOSE 53/tcp", "ContainerPort", "53 Type=tcp")]
    [DataRow("ENV A=1\nENV A=2 B=3", "ContainerEnvironmentVariable", "A Value=2\nB Value=3")]
    [DataRow("RUN apt-get install a1\nRUN apt-get install a1=2", "ContainerizeDebianPackage", "a1 Version=2")]
    [DataRow("RUN apt-get install a1\nRUN apt-get install a1", "ContainerizeDebianPackage", "a1")]
    [DataRow("VOLUME /a\nVOLUME /a", "ContainerVolume", "/a")]
    [DataRow("COPY x /a\nCOPY x /b", "ContainerizeFile", "x TargetPath=/a\nx TargetPath=/b")]
    public void What_is_said_again_replaces_what_it_is_about(string instructions, string item, string expected) =>
        Assert.AreEqual(expected, Imported.Of(instructions).Items(item));
}
