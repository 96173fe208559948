using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>
/// Images for Windows, made on whatever machine this is. None is reachable that could run them, so other tools read them.
/// </summary>
[TestClass]
[Requires("docker-registry", "skopeo", "tar")]
internal sealed class WindowsTests
{
    private const string Version = "10.0.20348.4294";

    [TestMethod]
    public async Task A_project_for_Linux_and_Windows_gets_one_index_that_other_tools_read()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var folder = new TemporaryDirectory();
        var windows = TestImage.Create(Platform.FromRuntimeIdentifier("win-x64") with { OsVersion = Version }, docker: false, change: null);
        await SeedAsync(registry, folder, TestImage.Create(), windows);
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Host}/base/any:1</ContainerBaseImage>
              <ContainerRuntimeIdentifiers>linux-x64;win-x64</ContainerRuntimeIdentifiers>
            </PropertyGroup>
            <ItemGroup>
              <PackageReference Include="Humanizer.Core" Version="3.0.10" />
              <ContainerizeFile Include="tool.txt" TargetPath="/Program Files/Contoso/tool.txt" Mode="0640" />
            </ItemGroup>
            """);
        project.Write("tool.txt", "tool");

        var result = await project.ContainerizeAsync($"-p:ContainerRegistry={registry.Host}", "-p:ContainerRepository=team/app",
            $"-p:ContainerizeLayoutDirectory={folder["layout"]}");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.Contains("mean nothing in an image for Windows", result.Output);
        Assert.Contains($"/base/any:1 (Windows {Version})", result.Output);
        var image = ImageValidator.Check(folder["layout"], baseLayers: 1).For("windows/amd64");
        Assert.IsNotNull(image.Find("Files/app/hello.exe"), "The publish for Windows made the host of Windows.");
        Assert.AreEqual("MZ", System.Text.Encoding.ASCII.GetString(image.Get("Files/app/hello.exe").ReadAllBytes(), 0, 2));

        var reference = $"docker://{registry.Host}/team/app:latest";
        var index = JsonNode.Parse(await SkopeoAsync("inspect", "--raw", "--tls-verify=false", reference))!;
        Assert.AreEqual(
            $$"""{"architecture":"amd64","os":"windows","os.version":"{{Version}}"}""",
            index["manifests"]![1]!["platform"]!.ToJsonString());
        var config = JsonNode.Parse(await SkopeoAsync("--override-os", "windows", "inspect", "--config", "--tls-verify=false", reference))!;
        Assert.AreEqual(Version, (string?)config["os.version"]);
        Assert.AreEqual(
            """{"Env":["Path=C:\\Windows\\System32"],"Entrypoint":["dotnet","C:\\app\\hello.dll"],"WorkingDir":"C:\\app"}""",
            Settings(config));

        await SkopeoAsync("--override-os", "windows", "copy", "-q", "--src-tls-verify=false", reference, $"dir:{folder["copy"]}");
        var listed = new List<string>();
        foreach (var layer in image.Layers.Skip(1))
        {
            var tar = (await ProcessRunner.RunAsync("tar", ["--utc", "-tvf", folder[$"copy/{layer.Descriptor.Digest.Hex}"]]))
                .EnsureSuccess();
            listed.AddRange(tar.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split("1970-01-01 ")[1][6..]));
        }

        CollectionAssert.AreEqual(
            new[]
            {
                "Files", "Files/app", "Files/app/Humanizer.dll", "Hives",
                "Files", "Files/Program Files", "Files/Program Files/Contoso", "Files/Program Files/Contoso/tool.txt", "Hives",
                "Files", "Files/app", "Files/app/hello.deps.json", "Files/app/hello.dll", "Files/app/hello.exe", "Files/app/hello.pdb",
                "Files/app/hello.runtimeconfig.json", "Hives",
            },
            listed,
            string.Join('\n', listed));
    }

    private static string Settings(JsonNode config)
    {
        var settings = config["config"]!.AsObject();
        settings.Remove("Labels");
        return settings.ToJsonString();
    }

    private static async Task<string> SkopeoAsync(params string[] arguments) =>
        (await ProcessRunner.RunAsync("skopeo", arguments)).EnsureSuccess().Output;

    private static async Task SeedAsync(RegistryServer registry, TemporaryDirectory folder, params TestImage[] images)
    {
        TestImage.WriteLayout(folder["base"], [.. images.Select((image, number) => ($"{number}", image))]);
        // One name for one index of all of them.
        var index = TestImage.Index(images);
        await File.WriteAllBytesAsync(Path.Combine(folder["base"], "blobs", "sha256", Digest.Of(index).Hex), index);
        var entry = new Descriptor
        {
            MediaType = MediaTypes.OciIndex,
            Digest = Digest.Of(index),
            Size = index.Length,
            Annotations = new Dictionary<string,
            string> { ["org.opencontainers.image.ref.name"] = "1" },
        };
        await File.WriteAllBytesAsync(Path.Combine(folder["base"], "index.json"), OciJson.Write(new ImageIndex { Manifests = [entry] }));
        await registry.SeedAsync($"{folder["base"]}:1", "base/any:1");
    }
}
