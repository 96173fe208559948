namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class PublishedFilesTests
{
    [TestMethod]
    [DataRow("/out")]
    [DataRow("/out/")]
    [DataRow("/out/.")]
    [DataRow("/out/*")]
    [DataRow("out")]
    public void The_output_is_the_app(string source)
    {
        var project = Imported.Read(With("x", $"COPY --from=build {source} /srv/app"));

        Assert.AreEqual("/srv/app", project.Property("ContainerWorkingDirectory"));
        Assert.AreEqual("App.csproj", project.Project);
        Assert.AreEqual("", project.Items("ContainerizeFile"));
        Assert.AreEqual("NotNeeded: the publish output goes to the working directory", project.Notes("COPY"));
    }

    [TestMethod]
    [DataRow("/out/appsettings.json /config/", "$(PublishDir)appsettings.json TargetPath=/config/")]
    [DataRow("/out/appsettings.json /config/app.json", "$(PublishDir)appsettings.json TargetPath=/config/app.json")]
    [DataRow("/out/a.json /out/b/c.json /config/", "$(PublishDir)a.json TargetPath=/config/\n$(PublishDir)b/c.json TargetPath=/config/")]
    [DataRow("--chown=5:6 --chmod=640 /out/wwwroot /srv/www", "$(PublishDir)wwwroot TargetPath=/srv/www Mode=0640 Owner=5:6")]
    [DataRow("/out/tools/. /usr/local/bin", "$(PublishDir)tools TargetPath=/usr/local/bin")]
    public void A_part_of_the_output_is_a_file_beside_the_app(string copy, string files)
    {
        string[] copies = ["COPY --from=build /out /app", "COPY --from=build " + copy];
        foreach (var lines in new[] { copies, [.. copies.Reverse()] })
        {
            var project = Imported.Read(With("x", string.Join('\n', lines)));

            Assert.AreEqual(files, project.Items("ContainerizeFile"));
            Assert.IsNull(project.Property("ContainerWorkingDirectory"));
            Assert.IsNull(project.Property("ContainerizeFileOwner"));
        }
    }

    [TestMethod]
    [DataRow("COPY --from=build /out/*.json /config/")]
    [DataRow("COPY --from=build /out/a?.json /config/")]
    public void Files_that_only_a_publish_finds_have_no_counterpart(string copy) =>
        Assert.Contains("NoCounterpart: ", Imported.Read(With("x", $"COPY --from=build /out /app\n{copy}")).Notes("COPY"));

    [TestMethod]
    [DataRow("COPY --from=build /out/wwwroot ./wwwroot")]
    [DataRow("COPY --from=build /out/appsettings.json ./")]
    [DataRow("COPY --from=build /out/*.dll .")]
    [DataRow("COPY --from=build /out/a/b.dll /app/a/")]
    public void A_part_in_its_place_is_the_app(string copy)
    {
        var whole = Imported.Read(With("x", $"WORKDIR /app\n{copy}\nCOPY --from=build /out ."));
        var alone = Imported.Read(With("mcr.microsoft.com/dotnet/aspnet:10.0", $"WORKDIR /app\n{copy}"));

        Assert.AreEqual("NotNeeded: the publish output goes to the working directory", whole.Notes("COPY").Split('\n').Distinct().Single());
        Assert.Contains("Check: all of the publish output is in the image, in /app", alone.Notes("COPY"));
        Assert.AreEqual("App.csproj", alone.Project);
        Assert.AreEqual("", whole.Items("ContainerizeFile") + alone.Items("ContainerizeFile"));
    }

    [TestMethod]
    [DataRow("App.csproj", "/out/App /srv/")]
    [DataRow("App.csproj", "/out/App /srv/App")]
    [DataRow("-p:PublishAot=true", "/out/App /srv/")]
    [DataRow("-p:PublishSingleFile=true", "/out/Other.exe /srv/")]
    public void The_program_of_a_single_file_is_the_app(string publish, string copy)
    {
        var project = Imported.Read($"FROM sdk AS build\nRUN dotnet publish {publish} -o /out\nFROM x\nCOPY --from=build {copy}");

        Assert.AreEqual("/srv", project.Property("ContainerWorkingDirectory"));
        Assert.AreEqual("NotNeeded: the publish output goes to the working directory", project.Notes("COPY"));
    }

    [TestMethod]
    [DataRow("/out", "/srv/app")]
    [DataRow("/out/.", "/srv/app")]
    [DataRow("/out/*", "/srv/app/")]
    public void All_of_the_output_of_a_single_file_is_no_program(string source, string target)
    {
        var project = Imported.Read(
            $"FROM sdk AS build\nRUN dotnet publish -p:PublishSingleFile=true -o /out\nFROM x\nCOPY --from=build {source} {target}");

        Assert.AreEqual("/srv/app", project.Property("ContainerWorkingDirectory"));
        Assert.AreEqual("NotNeeded: the publish output goes to the working directory", project.Notes("COPY"));
    }

    [TestMethod]
    public void A_directory_beside_a_single_file_is_a_part()
    {
        var project = Imported.Read(
            "FROM sdk AS build\nRUN dotnet publish App.csproj -p:PublishAot=true -o /out\nFROM x\nWORKDIR /srv\n" +
            "COPY --from=build /out/App .\nCOPY --from=build /out/wwwroot ./wwwroot");

        Assert.AreEqual("/srv", project.Property("ContainerWorkingDirectory"));
        Assert.DoesNotContain("NoCounterpart", project.Notes("COPY"));
    }

    [TestMethod]
    [DataRow("src/Company.Api", "Company.Api")]
    [DataRow("src/Company.Api/Company.Api.csproj", "Company.Api")]
    [DataRow("src/Company.Api", "Company.Api.exe")]
    [DataRow("src/Api", "Shop")]
    public void A_program_is_found_by_the_name_of_its_project(string project, string program) => Assert.AreEqual(
        "/srv",
        Imported.Read($"FROM sdk AS build\nRUN dotnet publish {project} -p:PublishAot=true -o /out\nFROM x\n" +
            $"COPY --from=build /out/{program} /srv/").Property("ContainerWorkingDirectory"));

    [TestMethod]
    [DataRow("Api", "src/Api/Api.csproj")]
    [DataRow("Jobs", "src/Jobs")]
    [DataRow("Other", "src/Jobs")]
    public void Without_an_output_the_project_is_the_one_beside_it(string directory, string expected)
    {
        var project = Imported.Read($"""
            FROM sdk AS build
            WORKDIR /repo
            COPY . .
            RUN dotnet publish src/Api/Api.csproj && dotnet publish src/Jobs
            FROM x
            COPY --from=build /repo/src/{directory}/bin/Release/net10.0/publish /app
            """);

        Assert.AreEqual(expected, project.Project);
    }

    [TestMethod]
    public void A_mode_of_the_whole_output_is_to_be_checked() => Assert.Contains(
        "Check: published files get their modes by themselves",
        Imported.Read(With("x", "COPY --chmod=500 --from=build /out /app")).Notes("COPY"));

    [TestMethod]
    public void A_program_that_is_renamed_keeps_its_name()
    {
        var project = Imported.Read(With("x", "COPY --from=build /out/App /usr/bin/start"));

        Assert.AreEqual("/usr/bin", project.Property("ContainerWorkingDirectory"));
        Assert.Contains("Check: the program keeps the name App", project.Notes("COPY"));
    }

    [TestMethod]
    [DataRow("nginx:1.29-alpine", "COPY --from=build /out/wwwroot /usr/share/nginx/html")]
    [DataRow("nginxinc/nginx-unprivileged", "WORKDIR /usr/share/nginx/html\nCOPY --from=build /out/wwwroot/. .")]
    [DataRow("nginx", "COPY publish/wwwroot/ /usr/share/nginx/html")]
    [DataRow("nginx", "COPY --from=build /out/wwwroot /usr/share/nginx/html\nCMD [\"nginx\", \"-g\", \"daemon off;\"]")]
    public void A_web_root_in_a_web_server_is_a_static_site(string image, string copy)
    {
        var project = Imported.Read(With(image, copy));

        Assert.AreEqual("true", project.Property("ContainerizeStaticSite"));
        Assert.IsEmpty(project.Items);
        Assert.IsNull(project.Property("ContainerAppCommandInstruction"));
        Assert.DoesNotContain("NoCounterpart", project.Notes("COPY"));
    }

    [TestMethod]
    public void A_web_root_in_another_server_says_what_to_set()
    {
        var project = Imported.Read(With("caddy:2", "COPY --from=build /out/wwwroot /srv"));

        Assert.Contains("NoCounterpart: the published wwwroot is a site: set ContainerizeStaticSite", project.Notes("COPY"));
        Assert.IsNull(project.Property("ContainerWorkingDirectory"));
    }

    [TestMethod]
    public void The_innermost_output_has_a_file()
    {
        var project = Imported.Read("""
            FROM sdk AS build
            COPY . .
            RUN dotnet publish Api.csproj -o /out && dotnet publish Jobs.csproj -o /out/jobs
            FROM x
            COPY --from=build /out/jobs /app
            """);

        Assert.AreEqual("Jobs.csproj", project.Project);
    }

    [TestMethod]
    public void An_image_has_one_app()
    {
        var project = Imported.Read(With("x", "COPY --from=build /out /backup\nCOPY --from=build /out /srv"));

        Assert.AreEqual("/srv", project.Property("ContainerWorkingDirectory"));
        Assert.Contains("NoCounterpart: an image has one app, once: here it is in /srv", project.Notes("COPY"));
    }

    private static string With(string image, string instructions) =>
        $"FROM sdk AS build\nCOPY App.csproj ./\nRUN dotnet publish App.csproj -o /out\nFROM {image}\n{instructions}\n";
}
