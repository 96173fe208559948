using System.Text.Json.Nodes;
using Containerize.Destinations;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>
/// One project, made into images by the .NET SDK's <c>PublishContainer</c> and by Containerize, for a matrix of settings.
/// </summary>
[TestClass]
internal sealed class ParityTests
{
    /// <summary>What projects set; the names of repositories, too.</summary>
    private static readonly (string Name, string Settings)[] s_cases =
    [
        ("defaults", ""),
        ("docker-base", "<PropertyGroup><ContainerBaseImage>$(Bases):docker</ContainerBaseImage></PropertyGroup>"),
        // PublishContainer changes a base's format only halfway: it leaves Docker's layers in an OCI manifest.
        (
            "docker",
            "<PropertyGroup><ContainerBaseImage>$(Bases):docker</ContainerBaseImage><ContainerImageFormat>Docker</ContainerImageFormat>" +
            "</PropertyGroup>"),
        ("oci", "<PropertyGroup><ContainerImageFormat>OCI</ContainerImageFormat></PropertyGroup>"),
        ("tags", "<PropertyGroup><ContainerImageTags>1.2.3;latest;a_b-c</ContainerImageTags></PropertyGroup>"),
        ("run", """
            <PropertyGroup>
              <ContainerUser>1000:1000</ContainerUser>
              <ContainerWorkingDirectory>/srv/shop/</ContainerWorkingDirectory>
            </PropertyGroup>
            """),
        ("environment", """
            <ItemGroup>
              <ContainerEnvironmentVariable Include="ZULU" Value="a=b; c:d" />
              <ContainerEnvironmentVariable Include="ALPHA" Value="with &quot;quotes&quot; and $dollar" />
              <ContainerEnvironmentVariable Include="BASE" Value="replaced" />
              <ContainerEnvironmentVariable Include="ASPNETCORE_URLS" Value="http://*:8081;https://+:8443" />
              <ContainerEnvironmentVariable Include="ASPNETCORE_HTTPS_PORTS" Value="9443" />
              <ContainerPort Include="5000" Type="udp" />
              <ContainerPort Include="6000" />
            </ItemGroup>
            """),
        ("labels", """
            <PropertyGroup>
              <Description>Sells; things = "all" of them</Description>
              <Authors>Ada;Grace</Authors>
              <PackageProjectUrl>https://example.org/shop?a=b</PackageProjectUrl>
              <ContainerDocumentationUrl>https://example.org/docs</ContainerDocumentationUrl>
              <ContainerVendor>Example</ContainerVendor>
              <PackageLicenseExpression>MIT</PackageLicenseExpression>
              <ContainerTitle>The shop</ContainerTitle>
              <Version>1.2.3-beta</Version>
              <PublishRepositoryUrl>true</PublishRepositoryUrl>
              <RepositoryType>git</RepositoryType>
              <PrivateRepositoryUrl>https://example.org/shop.git</PrivateRepositoryUrl>
              <SourceRevisionId>0123456789abcdef</SourceRevisionId>
            </PropertyGroup>
            <ItemGroup>
              <ContainerLabel Include="org.example.label" Value="x;y=z: w" />
              <ContainerLabel Include="base.label" Value="replaced" />
            </ItemGroup>
            """),
        (
            "no-labels",
            "<PropertyGroup><ContainerGenerateLabels>false</ContainerGenerateLabels><ContainerVendor>Example</ContainerVendor>" +
            "</PropertyGroup>"),
        ("some-labels", $"""
            <PropertyGroup>
              <Description>Text</Description><ContainerVendor>Example</ContainerVendor><ContainerTitle>Title</ContainerTitle>
              {string.Concat(new[] { "Description", "Version", "Vendor", "BaseName", "BaseDigest" }.Select(NoLabel))}
              <ContainerGenerateLabelsDotnetToolset>false</ContainerGenerateLabelsDotnetToolset>
            </PropertyGroup>
            """),
        (
            "entrypoint",
            """<ItemGroup><ContainerEntrypoint Include="/tini;--" /><ContainerEntrypointArgs Include="-v" /><ContainerDefaultArgs """ +
            """Include="--more" /></ItemGroup>"""),
        ("entrypoint-args", """<ItemGroup><ContainerEntrypointArgs Include="--old" /></ItemGroup>"""),
        ("default-args", """<ItemGroup><ContainerDefaultArgs Include="--verbose;two words" /></ItemGroup>"""),
        (
            "command",
            """<ItemGroup><ContainerAppCommand Include="/app/hello" /><ContainerAppCommandArgs Include="--always" />""" +
            """<ContainerDefaultArgs Include="--once" /></ItemGroup>"""),
        (
            "command-as-default",
            "<PropertyGroup><ContainerAppCommandInstruction>DefaultArgs</ContainerAppCommandInstruction></PropertyGroup>"),
        (
            "no-command",
            """<PropertyGroup><ContainerAppCommandInstruction>None</ContainerAppCommandInstruction></PropertyGroup><ItemGroup>""" +
            """<ContainerEntrypoint Include="/start" /></ItemGroup>"""),
        ("no-command-at-all", "<PropertyGroup><ContainerAppCommandInstruction>None</ContainerAppCommandInstruction></PropertyGroup>"),
        // The same files for another platform: both take the publish directory as it is.
        (
            "windows",
            "<PropertyGroup><ContainerBaseImage>$(Bases):windows</ContainerBaseImage>" +
            "<ContainerRuntimeIdentifier>win-x64</ContainerRuntimeIdentifier></PropertyGroup>"),
        ("windows-directory", """
            <PropertyGroup>
              <ContainerBaseImage>$(Bases):windows</ContainerBaseImage>
              <ContainerRuntimeIdentifier>win-x64</ContainerRuntimeIdentifier>
              <ContainerWorkingDirectory>C:\srv\shop\</ContainerWorkingDirectory>
              <ContainerUser>ContainerAdministrator</ContainerUser>
            </PropertyGroup>
            """),
        (
            "refused-entrypoint",
            """<PropertyGroup><ContainerAppCommandInstruction>Entrypoint</ContainerAppCommandInstruction></PropertyGroup><ItemGroup>""" +
            """<ContainerEntrypoint Include="/start" /></ItemGroup>"""),
        (
            "refused-none",
            """<PropertyGroup><ContainerAppCommandInstruction>None</ContainerAppCommandInstruction></PropertyGroup><ItemGroup>""" +
            """<ContainerAppCommand Include="/app/hello" /></ItemGroup>"""),
        (
            "refused-arguments",
            """<PropertyGroup><ContainerAppCommandInstruction>DefaultArgs</ContainerAppCommandInstruction></PropertyGroup><ItemGroup>""" +
            """<ContainerEntrypointArgs Include="-v" /></ItemGroup>"""),
        (
            "refused-instruction",
            "<PropertyGroup><ContainerAppCommandInstruction>Sometimes</ContainerAppCommandInstruction></PropertyGroup>"),
    ];

    private static string NoLabel(string label) =>
        $"<ContainerGenerateLabelsImage{label}>false</ContainerGenerateLabelsImage{label}>";

    private static readonly Platform s_windows = Platform.FromRuntimeIdentifier("win-x64") with { OsVersion = "10.0.20348.4294" };

    private static TestImage BaseImage(bool docker) => BaseImage(TestImage.LinuxX64, docker);

    private static TestImage BaseImage(Platform platform, bool docker = false) => TestImage.Create(platform, docker, config =>
    {
        config["author"] = "an author";
        config["config"] = new JsonObject
        {
            ["Env"] = new JsonArray("PATH=/usr/bin:/bin", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080", "BASE=kept"),
            ["Cmd"] = new JsonArray("/bin/sh"),
            ["ExposedPorts"] = new JsonObject { ["9000/tcp"] = new JsonObject() },
            ["Volumes"] = new JsonObject { ["/data"] = new JsonObject() },
            ["Labels"] = new JsonObject { ["base.label"] = "kept" },
            ["StopSignal"] = "SIGQUIT",
            ["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("CMD", "true") },
            ["WorkingDir"] = "/",
        };
    });

    /// <summary>Publishes the project once, and lets both targets make an image for each case.</summary>
    private static async Task<string> ContainerizeAsync(TestProject project, TestRegistry registry)
    {
        project.Write("matrix.targets", $"""
            <Project>
              <Target Name="Build">
                <ItemGroup>
                  {string.Concat(s_cases.Select(one => $"""<Case Include="{one.Name}" />"""))}
                </ItemGroup>
                <PropertyGroup>
                  <Common>Configuration=Release;NoBuild=true;_IsPublishing=true</Common>
                  <Common>$(Common);Bases={registry.Authority}/dotnet/base;ContainerRegistry={registry.Authority}</Common>
                  <Theirs>ContainerizeReplacesPublishContainer=false;$(Common)</Theirs>
                </PropertyGroup>
                <MSBuild Projects="hello.csproj" Targets="PublishContainer" ContinueOnError="true"
                         Properties="$(Theirs);Case=%(Case.Identity);ContainerRepository=theirs/%(Case.Identity)" />
                <MSBuild Projects="hello.csproj" Targets="Containerize" ContinueOnError="true"
                         Properties="$(Common);Case=%(Case.Identity);ContainerRepository=ours/%(Case.Identity)" />
              </Target>
            </Project>
            """);
        var published = await project.RunAsync("publish");
        Assert.AreEqual(0, published.ExitCode, published.Output);
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Authority };
        return (await Dotnet.RunAsync(project.Directory, ["msbuild", "matrix.targets"], environment)).Output;
    }

    /// <summary>Publishes a self-contained app for two platforms through both targets, and compares the indexes and their images.</summary>
    private static async Task<IEnumerable<FieldDifference>> CompareIndexesAsync(TestRegistry registry)
    {
        registry.AddIndex("dotnet/base", "index", BaseImage(docker: false), BaseImage(TestImage.LinuxX64 with { Architecture = "arm64" }));
        // Of a project that is self-contained in itself, PublishContainer makes one image, for the platform that the SDK then assumes.
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/dotnet/base:index</ContainerBaseImage>
              <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <SelfContained Condition="'$(RuntimeIdentifier)' != ''">true</SelfContained>
            </PropertyGroup>
            """);
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Authority };
        foreach (var (target, repository) in new[] { ("PublishContainer", "theirs/index"), ("Containerize", "ours/index") })
        {
            var result =
                await Dotnet.RunAsync(project.Directory,
                    ["publish", $"-t:{target}", $"-p:ContainerRepository={repository}", "-p:ContainerizeReplacesPublishContainer=false"],
                    environment);
            Assert.AreEqual(0, result.ExitCode, result.Output);
        }

        var (theirs, ours) = (
            ImageValidator.Check(registry, "theirs/index", "latest", baseLayers: 9).Images,
            ImageValidator.Check(registry, "ours/index", "latest", baseLayers: 1).Images);
        CollectionAssert.AreEqual(theirs.Select(image => image.Platform).ToList(), ours.Select(image => image.Platform).ToList());
        return ImageComparison.CompareIndexes(Index("theirs/index"), Index("ours/index"))
            .Concat(theirs.Zip(ours, ImageComparison.Compare).SelectMany(pair => pair));

        JsonObject Index(string repository) => JsonNode.Parse(registry.FindManifest(repository, "latest")!.Content.Span)!.AsObject();
    }

    [TestMethod]
    public async Task Both_targets_make_the_same_of_a_project_but_for_what_the_table_says()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("dotnet/base", "oci", BaseImage(docker: false));
        registry.AddImage("dotnet/base", "docker", BaseImage(docker: true));
        registry.AddImage("dotnet/base", "windows", BaseImage(s_windows));
        var cases = s_cases.Select(one => $"""<When Condition="'$(Case)' == '{one.Name}'">{one.Settings}</When>""");
        using var project = await TestProject.WebAsync(
            "<PropertyGroup><ContainerBaseImage>$(Bases):oci</ContainerBaseImage></PropertyGroup>" +
            $"<Choose>{string.Concat(cases)}</Choose>");

        var output = await ContainerizeAsync(project, registry);

        var wrong = new List<string>();
        var seen = new HashSet<AllowedDifference>();
        foreach (var (name, _) in s_cases)
        {
            var (theirTags, ourTags) = (registry.Tags($"theirs/{name}"), registry.Tags($"ours/{name}"));
            if (!theirTags.SequenceEqual(ourTags) || theirTags.Count == 0 != name.StartsWith("refused", StringComparison.Ordinal))
            {
                wrong.Add($"{name}: tags: {string.Join(", ", theirTags)} became {string.Join(", ", ourTags)}");
                continue;
            }

            foreach (var tag in theirTags)
            {
                var theirs = ImageValidator.Check(registry, $"theirs/{name}", tag, baseLayers: 9).Single();
                var ours = ImageValidator.Check(registry, $"ours/{name}", tag, baseLayers: 1).Single();
                Judge(name, ImageComparison.Compare(theirs, ours));
            }
        }

        Judge("index", await CompareIndexesAsync(registry));

        Assert.IsEmpty(wrong, string.Join('\n', wrong) + "\n" + output);
        CollectionAssert.AreEqual(AllowedDifference.Table.Select(row => row.Row).ToList(), AllowedDifference.Table.Where(seen.Contains)
            .Select(row => row.Row).ToList(), "A row that nothing shows has outlived its reason.");

        void Judge(string name, IEnumerable<FieldDifference> differences)
        {
            foreach (var difference in differences)
            {
                if (AllowedDifference.Explain(difference) is { } row)
                {
                    seen.Add(row);
                }
                else
                {
                    wrong.Add($"{name}: {difference}");
                }
            }
        }
    }

    [TestMethod]
    public async Task The_default_repository_is_the_SDKs_wherever_a_registry_takes_that()
    {
        string[] names =
        [
            "MyCompany.MyProject.API", "my.Company", "App (x64)", "App_", "App-", "App.", "a__b", "a___b", "A..b", "App--X",
            "My App", "My_App", "9App", "A_.B", "A-_-B", "A._B", "Foo+Bar", "C#App", "a@b", "X", "A.B.C", "a-.b", "Contoso.Shop.Web.v2",
        ];
        using var project = await TestProject.WebAsync($"""
            <ItemGroup>{string.Concat(names.Select(name => $"""<Candidate Include="{name}" />"""))}</ItemGroup>
            <Target Name="Normalize" Outputs="%(Candidate.Identity)">
              <ParseContainerProperties FullyQualifiedBaseImageName="localhost:5000/x:1" ContainerRegistry=""
                                        ContainerRepository="%(Candidate.Identity)" ContainerImageTag="1"
                                        ContainerImageTags="" ContainerEnvironmentVariables="">
                <Output TaskParameter="NewContainerRepository" PropertyName="Normalized" />
              </ParseContainerProperties>
              <Message Importance="high" Text="SDK=%(Candidate.Identity)|$(Normalized)" />
            </Target>
            """);

        var result = await project.RunAsync("msbuild", "-t:Normalize", "-nologo", "-v:m");

        var theirs = CaseMatrix.Read(result, "SDK");
        foreach (var name in names)
        {
            var their = theirs[name].Single();
            var ours = ImageNameRules.Create(null, name, isDefault: true, null, null, null).Repository;
            Assert.IsTrue(ours == their || !ImageReference.IsRepository(their), $"{name}: {their} became {ours}.");
        }

        Assert.IsGreaterThan(names.Length / 2, names.Count(name => ImageReference.IsRepository(theirs[name].Single())));
    }

    [TestMethod]
    public void The_table_of_differences_is_the_one_that_users_read()
    {
        var page = File.ReadAllLines(Path.Combine(Tools.Repository.SdkDirectory, "docs", "FromPublishContainer.md"));
        var rows = page.SkipWhile(line => !line.StartsWith("| Field |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToList();

        CollectionAssert.AreEqual(AllowedDifference.Table.Select(row => row.Row).ToList(), rows.Select(row => row[0]).ToList());
        Assert.IsTrue(rows.All(row => row.Length == 4 && row[3].Length > 0), "Each row has its reason.");
    }
}
