using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>The same project through PublishContainer and through Containerize: field by field the same image, but for what one table lists.</summary>
[TestClass]
[Requires("root", "docker-registry", "skopeo", "debootstrap")]
public sealed class ParityTests
{
    // The page "Moving from PublishContainer" gives the reasons.
    private static readonly string[] s_accepted =
    [
        "created", "history", "rootfs.diff_ids", "config.WorkingDir", "config.Healthcheck.Test",
        "config.Labels.org.opencontainers.image.created", "config.Labels.org.opencontainers.artifact.created",
    ];

    private static RegistryServer? s_registry;

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    [ClassInitialize]
    public static async Task StartRegistryAsync(TestContext _)
    {
        s_registry = await RegistryServer.StartAsync();
        await s_registry.SeedAsync((await DebianBase.SharedAsync()).Layout, "dotnet/base:10");
    }

    [ClassCleanup]
    public static async Task StopRegistryAsync()
    {
        if (s_registry is not null)
        {
            await s_registry.DisposeAsync();
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("""<ItemGroup><ContainerDefaultArgs Include="--verbose" /><ContainerAppCommandArgs Include="--first;--second" /></ItemGroup>""")]
    [DataRow("""<ItemGroup><ContainerEntrypoint Include="/bin/sh;-c" /><ContainerEntrypointArgs Include="-x" /></ItemGroup>""")]
    [DataRow("""<ItemGroup><ContainerEntrypointArgs Include="--old" /></ItemGroup>""")]
    [DataRow("""<ItemGroup><ContainerAppCommand Include="/opt/start;now" /></ItemGroup>""")]
    [DataRow("""<PropertyGroup><ContainerAppCommandInstruction>None</ContainerAppCommandInstruction></PropertyGroup>""")]
    [DataRow("""<PropertyGroup><ContainerAppCommandInstruction>DefaultArgs</ContainerAppCommandInstruction><ContainerUser>1000:1000</ContainerUser><ContainerWorkingDirectory>/srv/</ContainerWorkingDirectory></PropertyGroup>""")]
    [DataRow("""<ItemGroup><ContainerEnvironmentVariable Include="ASPNETCORE_URLS" Value="http://*:8081;https://+:8443" /><ContainerPort Include="5000" Type="udp" /><ContainerPort Include="6000" /></ItemGroup>""")]
    [DataRow("""<PropertyGroup><Description>Sells things</Description><Authors>Ann</Authors><Title>Shop</Title><ContainerVendor>V</ContainerVendor><Version>1.2.3</Version><PackageLicenseExpression>MIT</PackageLicenseExpression><PackageProjectUrl>https://example.com/p</PackageProjectUrl></PropertyGroup>""")]
    [DataRow("""<PropertyGroup><ContainerGenerateLabels>false</ContainerGenerateLabels></PropertyGroup><ItemGroup><ContainerLabel Include="org.example" Value="x" /></ItemGroup>""")]
    public async Task Both_targets_make_the_same_image(string body)
    {
        using var project = await TestProject.WebAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{Registry.Host}/dotnet/base:10</ContainerBaseImage>
              <ContainerRuntimeIdentifier>linux-x64</ContainerRuntimeIdentifier>
            </PropertyGroup>
            """ + body);
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = Registry.Host };

        var theirs = await ReadAsync(project, environment, "PublishContainer");
        var ours = await ReadAsync(project, environment, "Containerize");

        var differences = theirs.Keys.Union(ours.Keys).Except(s_accepted).Where(field => theirs.GetValueOrDefault(field) != ours.GetValueOrDefault(field))
            .Select(field => $"{field}: {theirs.GetValueOrDefault(field)} but {ours.GetValueOrDefault(field)}");
        Assert.AreEqual("", string.Join('\n', differences));
    }

    private static async Task<Dictionary<string, string>> ReadAsync(TestProject project, Dictionary<string, string?> environment, string target)
    {
        var archive = Path.Combine(project.Directory, target, "image.tar");
        Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
        var result = await Dotnet.RunAsync(project.Directory, ["publish", $"-t:{target}", $"-p:ContainerArchiveOutputPath={archive}"], environment);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        // skopeo reads both, and knows nothing of either.
        var config = (await ProcessRunner.RunAsync("skopeo", ["inspect", "--config", "--raw", $"oci-archive:{archive}"])).EnsureSuccess().Output;
        var manifest = JsonNode.Parse((await ProcessRunner.RunAsync("skopeo", ["inspect", "--raw", $"oci-archive:{archive}"])).EnsureSuccess().Output)!;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(JsonNode.Parse(config)!, "", fields);
        fields["manifest.mediaType"] = (string?)manifest["mediaType"] ?? "";
        fields["manifest.config.mediaType"] = (string?)manifest["config"]!["mediaType"] ?? "";
        fields["manifest.layers.mediaTypes"] = string.Join(' ', manifest["layers"]!.AsArray().Select(layer => (string?)layer!["mediaType"]).Distinct());
        // The order of variables is no setting.
        fields["config.Env"] = string.Join('\n', JsonNode.Parse(fields.GetValueOrDefault("config.Env", "[]"))!.AsArray().Select(item => (string?)item).Order(StringComparer.Ordinal));
        return fields;
    }

    private static void Flatten(JsonNode node, string path, Dictionary<string, string> fields)
    {
        if (node is not JsonObject { Count: > 0 } parent)
        {
            fields[path] = node.ToJsonString();
            return;
        }

        foreach (var (name, child) in parent.Where(member => member.Value is not null))
        {
            Flatten(child!, path.Length == 0 ? name : $"{path}.{name}", fields);
        }
    }
}
