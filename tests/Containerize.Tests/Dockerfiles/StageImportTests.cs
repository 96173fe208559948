using Containerize.Dockerfiles;

namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class StageImportTests
{
    [TestMethod]
    [DataRow("ENV A=$X")]
    [DataRow("ENV A $X")]
    [DataRow("ENV A=$X B=$A")]
    [DataRow("LABEL a=\"b ${X#c}\"")]
    [DataRow("LABEL $X=b")]
    [DataRow("WORKDIR $X\nCOPY publish/ .")]
    [DataRow("WORKDIR /srv/${X%/}\nCOPY publish/ .")]
    [DataRow("COPY a $X")]
    [DataRow("COPY $X /b")]
    [DataRow("COPY [\"a\", \"/b/$X\"]")]
    [DataRow("WORKDIR $X\nWORKDIR sub\nCOPY a .\nWORKDIR /app")]
    [DataRow("COPY --chown=$X a /b")]
    [DataRow("COPY --chmod=$X a /b")]
    [DataRow("COPY --from=$X a /b")]
    [DataRow("COPY --chown=5:6 publish/a.json /b/$X")]
    [DataRow("ADD a.tar $X")]
    [DataRow("VOLUME $X")]
    [DataRow("VOLUME [\"/data\", \"$X\"]")]
    [DataRow("STOPSIGNAL $X")]
    [DataRow("USER $X")]
    [DataRow("USER 5:$X")]
    [DataRow("EXPOSE 80 $X/tcp")]
    [DataRow("RUN mkdir /a/$X")]
    [DataRow("RUN mkdir -m $X /a")]
    [DataRow("RUN cd $X && mkdir a")]
    [DataRow("RUN chown 5:6 $X")]
    [DataRow("RUN chown $X /a")]
    [DataRow("RUN apt-get install $X tini")]
    [DataRow("RUN apt-get install tini=$X")]
    [DataRow("ENV Y=$X\nVOLUME $Y")]
    [DataRow("ARG Y=/a/$X\nVOLUME ${Y:-/b}")]
    public void A_value_that_the_Dockerfile_does_not_say_is_named_and_used_nowhere(string instructions)
    {
        var project = Imported.Of(instructions);

        Assert.IsTrue(
            project.Notes.Any(note => note.Kind == ImportNoteKind.NoCounterpart
                && note.Text.StartsWith("X has a value that the Dockerfile does not say: ", StringComparison.Ordinal)),
            string.Join('\n', project.Notes));
        Assert.DoesNotContain("X", project.ToXml("1"));
    }

    [TestMethod]
    public void An_image_that_the_Dockerfile_does_not_say_is_named() =>
        Assert.Contains("NoCounterpart: X has a value", Imported.Read("ARG X\nFROM reg/base:$X\nCMD [\"a\"]").Notes("FROM"));

    [TestMethod]
    [DataRow("COPY a '/$X'", "ContainerizeFile", "a TargetPath=/$X")]
    [DataRow("ENV A='$X' B=\\$X", "ContainerEnvironmentVariable", "A Value=$X\nB Value=$X")]
    [DataRow("ARG D=/data\nVOLUME [\"$D\"]", "ContainerVolume", "/data")]
    [DataRow("ARG D=/data\nCOPY [\"a\", \"$D/\"]", "ContainerizeFile", "a TargetPath=/data/")]
    [DataRow("ARG M=640\nCOPY --chmod=$M a /b", "ContainerizeFile", "a TargetPath=/b Mode=0640")]
    [DataRow("ENV A=$X B=1", "ContainerEnvironmentVariable", "B Value=1")]
    [DataRow("ARG V=1.2.3\nLABEL v=${V%.*}", "ContainerLabel", "v Value=1.2")]
    [DataRow("RUN echo \"$(id)\" && mkdir /data", "ContainerizeWritableDirectory", "")]
    [DataRow("RUN mkdir \"/a\\\" && b\"", "ContainerizeWritableDirectory", "/a\" && b Owner=0:0")]
    [DataRow("WORKDIR $X\nWORKDIR /srv\nCOPY a .", "ContainerizeFile", "a TargetPath=/srv/")]
    public void What_it_does_say_is_used(string instructions, string name, string expected) =>
        Assert.AreEqual(expected, Imported.Of(instructions).Items(name));

    [TestMethod]
    [DataRow("COPY certs/ca.crt /usr/local/share/ca-certificates/", "ContainerizeCaCertificate", "../../certs/ca.crt")]
    [DataRow("COPY certs/*.crt /usr/local/share/ca-certificates/", "ContainerizeCaCertificate", "../../certs/*.crt")]
    [DataRow("COPY deploy/start.sh /", "ContainerizeFile", "../../deploy/start.sh TargetPath=/")]
    [DataRow("ADD tools.tar.gz /", "ContainerizeLayerReference", "../../tools.tar.gz")]
    [DataRow("COPY deploy/a deploy/b /b/", "ContainerizeFile", "../../deploy/a TargetPath=/b/\n../../deploy/b TargetPath=/b/")]
    public void A_path_is_relative_to_the_project_that_a_later_instruction_names(string copy, string name, string expected)
    {
        const string Build = "FROM sdk AS build\nCOPY . /src\nRUN dotnet publish /src/src/Shop/Shop.csproj -o /out\n";
        const string App = "WORKDIR /app\nCOPY --from=build /out .\n";

        Assert.AreEqual(expected, Imported.Read($"{Build}FROM x\n{copy}\n{App}").Items(name));
        Assert.AreEqual(expected, Imported.Read($"{Build}FROM x\n{App}{copy}\n").Items(name));
        Assert.AreEqual(expected, Imported.Read($"FROM x AS base\n{copy}\n{Build}FROM base\n{App}").Items(name));
    }

    [TestMethod]
    [DataRow("$PROJECT", true)]
    [DataRow("/made/App.csproj", true)]
    [DataRow("/src/App.csproj", false)]
    public void A_path_without_a_known_project_is_to_be_checked(string path, bool isUnknown)
    {
        var project = Imported.Read(
            $"FROM sdk AS build\nARG PROJECT\nCOPY . /src\nRUN dotnet publish {path} -o /out\nFROM x\n" +
            "COPY start.sh /\nCOPY --from=build /out /app");

        Assert.AreEqual("start.sh TargetPath=/", project.Items("ContainerizeFile"));
        Assert.AreEqual(isUnknown, project.Notes("COPY").Contains("does not say where the project is", StringComparison.Ordinal));
    }

    [TestMethod]
    public void What_is_copied_after_a_publish_is_no_source_of_it()
    {
        var project = Imported.Read("""
            FROM mcr.microsoft.com/dotnet/sdk:10.0
            WORKDIR /src
            COPY src/Shop .
            COPY build.json /src/
            RUN dotnet publish Shop.csproj -o /app
            COPY deploy/start.sh /usr/local/bin/
            """);

        Assert.AreEqual("../../deploy/start.sh TargetPath=/usr/local/bin/", project.Items("ContainerizeFile"));
    }

    [TestMethod]
    [DataRow("755", "0755")]
    [DataRow("04755", "4755")]
    [DataRow("u=rwx,go=rx", "0755")]
    [DataRow("a=r,u=rw", "0644")]
    [DataRow("ugo=r,o=", "0440")]
    [DataRow("+x", null)]
    [DataRow("u+x", null)]
    [DataRow("u=rwx", null)]
    [DataRow("a=rX", null)]
    [DataRow("go=u,u=r", null)]
    [DataRow("=rx", null)]
    [DataRow("888", null)]
    [DataRow("123456", null)]
    public void A_mode_is_octal_or_to_be_checked(string mode, string? expected)
    {
        var project = Imported.Of($"COPY --chmod={mode} a /b\nRUN mkdir -m {mode} /data");
        var suffix = expected is null ? "" : " Mode=" + expected;

        Assert.AreEqual("a TargetPath=/b" + suffix, project.Items("ContainerizeFile"));
        Assert.AreEqual($"/data{suffix} Owner=0:0", project.Items("ContainerizeWritableDirectory"));
        Assert.AreEqual(expected is null, project.Notes("COPY").Contains("a mode is octal: set Mode", StringComparison.Ordinal));
        Assert.AreEqual(expected is null, project.Notes("RUN").Contains("a mode is octal: set Mode", StringComparison.Ordinal));
    }

    [TestMethod]
    public void An_output_is_found_by_the_variable_that_both_stages_name()
    {
        var project = Imported.Read("""
            FROM sdk AS build
            ARG TARGETARCH
            COPY . .
            RUN dotnet publish App.csproj -o /out/$TARGETARCH
            FROM x
            ARG TARGETARCH
            COPY --from=build /out/$TARGETARCH /app
            """);

        Assert.AreEqual("App.csproj", project.Project);
    }
}
