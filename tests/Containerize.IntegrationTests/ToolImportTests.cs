using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>
/// What <c>containerize import</c> prints for a Dockerfile is put into a project and published; the image has what the Dockerfile says.
/// The base is empty: the images of .NET are not on this machine, and what they say is not the Dockerfile's.
/// </summary>
[TestClass]
internal sealed class ToolImportTests
{
    private static readonly string s_golden =
        Path.Combine(Repository.Root, "tests", "Containerize.Tests", "Dockerfiles", "Golden");

    [TestMethod]
    [DataRow("multi-stage", "Shop.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Shop.dll"],"ExposedPorts":{"8080/tcp":{}}}
        """)]
    [DataRow("visual-studio", "Shop.Api/Shop.Api.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Shop.Api.dll"],"ExposedPorts":{"8080/tcp":{},"8081/tcp":{}}}
        """)]
    [DataRow("chown-chmod", "src/Gate/Gate.csproj", """
        {"WorkingDir":"/opt/gate","User":"1000","Entrypoint":["/usr/local/bin/start.sh"],
         "Cmd":["dotnet","/opt/gate/Gate.dll","--config","/etc/gate.conf"]}
        """,
        "opt/gate/Gate.dll 644 1000:1000", "opt/gate/Gate.deps.json 644 1000:1000", "etc/gate/certs/ca.txt 640 1000:1000",
        "usr/local/bin/start.sh 755 0:0", "usr/local/bin/wait.sh 755 0:0", "etc/gate.conf 644 0:0")]
    [DataRow("healthcheck", "Shop.csproj", """
        {"WorkingDir":"/app","StopSignal":"SIGINT","Entrypoint":["dotnet","/app/Shop.dll"],
         "Env":["ASPNETCORE_HTTP_PORTS=5000","GREETING=Hello, \"world\"","PATTERN=a;b %20","LONG=a b"],
         "Labels":{"org.opencontainers.image.title":"The shop","maintainer":"team@example.com"},
         "ExposedPorts":{"5000/tcp":{},"5001/udp":{},"7000/tcp":{},"7001/tcp":{},"7002/tcp":{}},
         "Healthcheck":{"Test":["CMD-SHELL","curl -f http://localhost:5000/healthz || exit 1"],"Interval":30000000000,
           "Timeout":3000000000,"StartPeriod":60000000000,"Retries":5}}
        """)]
    [DataRow("healthcheck-json", "Worker.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Worker.dll","--queue","main"],
         "Healthcheck":{"Test":["CMD","dotnet","/app/health.dll","a;b","--hosts=*"],"Interval":300000000000}}
        """)]
    [DataRow("published-parts", "Shop.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Shop.dll"]}
        """,
        "config/Shop.runtimeconfig.json 640 0:0", "config/deps.json 644 5:6", "app/Shop.dll 644 0:0")]
    [DataRow("new-user", "Web/Web.csproj", """
        {"WorkingDir":"/app","User":"5678:5678","Entrypoint":["dotnet","/app/Web.dll"]}
        """)]
    [DataRow("several-projects", "src/Api/Api.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Api.dll"]}
        """)]
    [DataRow("arguments", "Tool.csproj", """
        {"WorkingDir":"/srv/app","Cmd":["dotnet","/srv/app/Tool.dll","serve"],
         "Env":["HOME_DIR=/srv/app","MODE=safe","FLAG=","OLD=form with blanks"]}
        """)]
    [DataRow("gitlab", "src/Gateway/Gateway.csproj", """
        {"WorkingDir":"/app","Entrypoint":["dotnet","/app/Gateway.dll"],"Env":["TZ=Europe/Berlin"]}
        """)]
    [DataRow("shell-form", "Shop.csproj", """
        {"WorkingDir":"/app","Entrypoint":["/bin/sh","-c","exec dotnet Shop.dll --port=$PORT"],"Volumes":{"/data":{},"/cache":{}},
         "Labels":{"org.opencontainers.image.authors":"The team <team@example.com>"}}
        """)]
    [DataRow("onbuild", "Shop.csproj", """
        {"WorkingDir":"/app","User":"root","Cmd":["dotnet","/app/Shop.dll"]}
        """)]
    [DataRow("single-stage", "Old.csproj", """
        {"WorkingDir":"/app","Cmd":["dotnet","/app/Old.dll"],"ExposedPorts":{"80/tcp":{}}}
        """)]
    public async Task The_image_of_what_is_printed_has_what_the_Dockerfile_says(
        string name, string file, string expected, params string[] copied)
    {
        using var project = await TestProject.ConsoleAsync();
        File.Copy(Path.Combine(s_golden, name, "Dockerfile"), Path.Combine(project.Directory, "Dockerfile"));
        // What the Dockerfiles copy from their context.
        project.Write("certs/ca.txt", "ca");
        project.Write("deploy/start.sh", "#!/bin/sh\n");
        project.Write("deploy/wait.sh", "#!/bin/sh\n");
        project.Write("deploy/gate.conf", "a = b\n");

        var imported = await BuiltTool.RunAsync(project.Directory, "import", "Dockerfile", "--json");
        var answer = JsonNode.Parse(imported.Output)!;
        File.Delete(Path.Combine(project.Directory, "hello.csproj"));
        File.Delete(Path.Combine(project.Directory, "Program.cs"));
        var directory = Path.GetDirectoryName(file)!;
        project.Write(Path.Combine(directory, "Program.cs"), TestProject.ConsoleProgram);
        project.Write(file, ProjectWith(answer["xml"]!.GetValue<string>()));
        var published = await project.RunAsync(
            "publish", file, "-t:Containerize", "-p:ContainerBaseImage=scratch",
            $"-p:ContainerArchiveOutputPath={Path.Combine(project.Directory, "out.tar")}");

        Assert.IsTrue(imported.ExitCode is 0 or 1, imported.Error);
        Assert.AreEqual(0, published.ExitCode, published.Output);
        var image = ImageValidator.Check(Path.Combine(project.Directory, "out.tar")).Single();
        foreach (var (key, value) in JsonNode.Parse(expected)!.AsObject())
        {
            AssertHas(value!, image.Settings[key], key);
        }

        // Mode and owner, as --chmod and --chown of COPY say.
        CollectionAssert.AreEqual(copied, copied.Select(text => text.Split(' ')[0]).Select(path => image.Get(path) is var entry
            ? $"{path} {Convert.ToString((int)entry.Mode, 8)} {entry.Uid}:{entry.Gid}" : "").ToArray());
    }

    [TestMethod]
    public async Task What_is_left_to_do_is_said_with_its_line()
    {
        var imported = await BuiltTool.RunAsync(Path.Combine(s_golden, "shell-form"), "import");

        Assert.Contains("Dockerfile:6: RUN: no counterpart: no commands run while the image is made", imported.Error);
        Assert.Contains("Dockerfile:7: RUN: chmod +x /app/run.sh: programs", imported.Error);
        Assert.DoesNotContain("Dockerfile:5: COPY", imported.Error);
    }

    // The SDK comes by path, as in all projects of these tests.
    private static string ProjectWith(string xml) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
          {string.Join('\n', xml.Split('\n').Where(line => !line.StartsWith("<Sdk ", StringComparison.Ordinal)))}
        </Project>
        """;

    // The SDK adds labels and variables of its own.
    private static void AssertHas(JsonNode expected, JsonNode? actual, string key)
    {
        if (key is "Labels")
        {
            foreach (var (label, value) in expected.AsObject())
            {
                Assert.AreEqual(value!.ToJsonString(), actual?[label]?.ToJsonString(), label);
            }
        }
        else if (key is "Env")
        {
            var variables = (actual?.AsArray() ?? []).Select(variable => variable!.GetValue<string>()).ToList();
            foreach (var variable in expected.AsArray())
            {
                Assert.Contains(variable!.GetValue<string>(), variables);
            }
        }
        else
        {
            Assert.IsTrue(JsonNode.DeepEquals(expected, actual), $"{key}: {actual?.ToJsonString()} instead of {expected.ToJsonString()}");
        }
    }
}
