using Containerize.Dockerfiles;

namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class DockerfileImportTests
{
    [TestMethod]
    [DataRow("linux/amd64", "reg/base", "linux-x64")]
    [DataRow("linux/x86_64", "reg/base", "linux-x64")]
    [DataRow("linux/arm/v7", "reg/base", "linux-arm")]
    [DataRow("linux/386", "reg/base", "linux-x86")]
    [DataRow("arm64", "reg/base", "linux-arm64")]
    [DataRow("windows/amd64", "reg/base", "win-x64")]
    [DataRow("linux/arm64", "mcr.microsoft.com/dotnet/aspnet:10.0-alpine", "linux-musl-arm64")]
    [DataRow("linux/arm64", "mcr.microsoft.com/dotnet/aspnet:10.0-noble", "linux-arm64")]
    [DataRow("$PLATFORM", "reg/base", "linux-arm64")]
    [DataRow("${PLATFORM%/*}/amd64", "reg/base", "linux-x64")]
    [DataRow("${NONE:-linux/s390x}", "reg/base", "linux-s390x")]
    public void A_platform_becomes_its_runtime_identifier(string platform, string image, string expected)
    {
        var project = Imported.Read($"ARG PLATFORM=linux/arm64\nFROM --platform={platform} {image}\nCOPY publish/ /app\n");

        Assert.AreEqual(expected, project.Property("ContainerRuntimeIdentifier"));
        Assert.AreEqual("", string.Join('\n', project.Notes("FROM").Split('\n').Where(note =>
            note.Contains("runtime identifier", StringComparison.Ordinal))));
    }

    [TestMethod]
    [DataRow("linux/amd64/v3", "linux-x64", "Check: linux-x64 also runs below v3")]
    [DataRow("linux/arm64/v9", "linux-arm64", "Check: linux-arm64 also runs below v9")]
    [DataRow("linux/arm/v5", null, "NoCounterpart: linux/arm/v5 has no runtime identifier")]
    [DataRow("linux/mips64le", null, "NoCounterpart: linux/mips64le has no runtime identifier")]
    [DataRow("darwin/arm64", null, "NoCounterpart: darwin/arm64 has no runtime identifier")]
    [DataRow("linux", null, "NoCounterpart: linux has no runtime identifier")]
    [DataRow("$TARGETPLATFORM", null, "Check: for several platforms")]
    [DataRow("linux/$TARGETARCH", null, "Check: for several platforms")]
    [DataRow("$NONE", null, "NoCounterpart: NONE has a value that the Dockerfile does not say: ")]
    [DataRow("$BUILDPLATFORM", null, "")]
    public void What_is_not_as_written_is_noted(string platform, string? expected, string note)
    {
        var project = Imported.Read($"FROM --platform={platform} reg/base\nCOPY publish/ /app\nCMD [\"/app/x\"]\n");

        Assert.AreEqual(expected, project.Property("ContainerRuntimeIdentifier"));
        Assert.StartsWith(note, project.Notes("FROM"));
        Assert.AreEqual(note.Length == 0, project.Notes("FROM").Length == 0);
    }

    [TestMethod]
    [DataRow("/nologo App.csproj")]
    [DataRow("App.csproj /m /restore")]
    [DataRow("App.csproj /t:Publish /v:m /NoLogo")]
    [DataRow("App.csproj /bl:/tmp/log.binlog")]
    [DataRow("/src/App.csproj /flp:logfile=/tmp/x/log.txt")]
    [DataRow("-v q --artifacts-path /artifacts App.csproj")]
    [DataRow("/p:A=/x/y App.csproj")]
    public void An_option_is_no_project(string options) => Assert.AreEqual("App.csproj", Published(options + " -o /out").Project);

    [TestMethod]
    [DataRow("/src", "")]
    [DataRow("/src/src/Company.Api", "src/Company.Api")]
    [DataRow("/src/App.slnx", "App.slnx")]
    public void A_path_from_the_root_is_a_project(string path, string expected) =>
        Assert.AreEqual(expected, Published($"{path} -o /out").Project);

    [TestMethod]
    [DataRow("-p:PublishDir=/out")]
    [DataRow("/p:PublishDir=/out/")]
    [DataRow("--property PublishDir=../../../out")]
    [DataRow("'-p:A=b;PublishDir=/out'")]
    [DataRow("-o /other -p:publishdir=/out")]
    [DataRow("-p:PublishDir=/other -o /out")]
    public void The_publish_directory_is_the_output(string option)
    {
        var project = Published(option + " src/Company.Api/App.csproj");

        Assert.AreEqual("src/Company.Api/App.csproj", project.Project);
        Assert.AreEqual("NotNeeded: the publish output goes to the working directory", project.Notes("COPY").Split('\n')[^1]);
        Assert.DoesNotContain("out", project.ToXml("1"));
    }

    [TestMethod]
    [DataRow("-p:OutDir=/build/", "OutDir=/build/")]
    [DataRow("/p:OutputPath=bin/x", "OutputPath=bin/x")]
    [DataRow("-p:PublishUrl=/out", "PublishUrl=/out")]
    [DataRow("--artifacts-path=/x", "ArtifactsPath=/x")]
    [DataRow("-p:VersionFile=/src/version.json", "VersionFile=/src/version.json")]
    public void A_path_of_the_image_that_builds_is_no_property(string option, string expected)
    {
        var project = Published($"App.csproj -o /out -p:Kept=a/b {option}");

        Assert.AreEqual("a/b", project.Property("Kept"));
        Assert.IsNull(project.Property(expected.Split('=')[0]));
        Assert.Contains($"Check: {expected} is for the image that builds", project.Notes("RUN"));
    }

    [TestMethod]
    [DataRow("COPY src/Company.Api src/Company.Api", "src/Company.Api/App.csproj", "src/Company.Api/App.csproj")]
    [DataRow("COPY src/Company.Api/ src/Company.Api/", "src/Company.Api", "src/Company.Api")]
    [DataRow("COPY src/Company.Api .", ".", "src/Company.Api")]
    [DataRow("COPY src/Company.Api .", "App.csproj", "src/Company.Api/App.csproj")]
    [DataRow("COPY . .", "src/Company.Api", "src/Company.Api")]
    [DataRow("COPY . .\nCOPY LICENSE .", "src/Company.Api", "src/Company.Api")]
    public void A_directory_may_have_a_dot_in_its_name(string copy, string path, string expected)
    {
        var project = Imported.Read(
            $"FROM sdk AS build\nWORKDIR /src\n{copy}\nRUN dotnet publish {path} -o /out\nFROM x\nCOPY --from=build /out /app\n" +
            "COPY start.sh /start.sh");

        Assert.AreEqual(expected, project.Project);
        Assert.AreEqual("../../start.sh TargetPath=/start.sh", project.Items("ContainerizeFile"));
    }

    [TestMethod]
    public void Paths_are_those_of_the_platform() => Assert.AreEqual(
        "a TargetPath=C:/data/",
        Imported.Read("FROM --platform=windows/amd64 reg/base\nCOPY publish/ /app\nCOPY a /data/").Items("ContainerizeFile"));

    private static ImportedProject Published(string options) => Imported.Read(
        $"FROM sdk AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish {options}\nFROM x\nCOPY --from=build /out /app\n");
}
