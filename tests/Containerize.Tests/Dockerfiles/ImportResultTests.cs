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

    [TestMethod]
    [DataRow("CMD [\"dotnet\", \"a.dll\", \"--AllowedHosts=*\"]", "ContainerAppCommandArgs", "--AllowedHosts=%2A")]
    [DataRow("ENTRYPOINT [\"/x\", \"a*b?c;d\", \"100%\", \"$(x)\", \"@(y)\"]", "ContainerEntrypoint",
        "/x;a%2Ab%3Fc%3Bd;100%25;%24(x);%40(y)")]
    [DataRow("ENTRYPOINT [\"/x\"]\nCMD [\"*\"]", "ContainerDefaultArgs", "%2A")]
    [DataRow("HEALTHCHECK CMD [\"/x\", \"**\"]", "ContainerHealthcheck", "/x;%2A%2A")]
    [DataRow("VOLUME [\"/a*\"]", "ContainerVolume", "/a%2A")]
    [DataRow("RUN mkdir '/a*'", "ContainerizeWritableDirectory", "/a%2A Owner=0:0")]
    [DataRow("ENV A=*", "ContainerEnvironmentVariable", "A Value=*")]
    [DataRow("COPY a?/*.txt /x/", "ContainerizeFile", "a?/*.txt TargetPath=/x/")]
    [DataRow("COPY *.crt /usr/local/share/ca-certificates/", "ContainerizeCaCertificate", "*.crt")]
    public void Only_names_of_files_are_patterns(string instructions, string item, string expected) =>
        Assert.AreEqual(expected, Imported.Of(instructions).Items(item));

    [TestMethod]
    public void A_pattern_that_MSBuild_lacks_has_no_counterpart() =>
        Assert.Contains("NoCounterpart: a[0-9].txt is a pattern", Imported.Of("COPY a[0-9].txt /x/").Notes("COPY"));
}
