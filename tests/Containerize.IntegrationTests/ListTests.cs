using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>Every list, from the project or the command line, through MSBuild into the settings that tasks read.</summary>
[TestClass]
internal sealed class ListTests
{
    private static readonly (string Name, string Value)[] s_lists =
    [
        ("ContainerRegistry", "a.example;b.example"),
        ("ContainerImageTags", "1.0;latest"),
        ("ContainerizeInsecureRegistries", "a.example;c.example"),
        ("ContainerizeCertificateFiles", "one.pem;two.pem"),
        ("ContainerizeCacheFrom", "a.example/x;b.example/y"),
        ("ContainerizeDebianMirror", "http://m.example/debian;http://s.example/security"),
        ("Files", "models/a.bin;data/b.bin"),
        ("Packages", "Contoso.A;Contoso.B"),
        ("Origins", "Package;Project"),
        ("Scopes", "Index;Descriptor"),
    ];

    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <ItemGroup>
          <ContainerizeLayer Include="more" Files="$(Files)" Packages="$(Packages)" Origin="$(Origins)" />
          <ContainerAnnotation Include="org.example.a" Value="x;y" Scope="$(Scopes)" />
        </ItemGroup>
        """;

    [TestMethod]
    [DataRow("in the project", "ContainerRuntimeIdentifiers")]
    [DataRow("escaped in the project", "ContainerRuntimeIdentifiers")]
    [DataRow("escaped on the command line", "ContainerRuntimeIdentifiers")]
    [DataRow("escaped on the command line", "RuntimeIdentifiers")]
    public async Task A_list_has_its_parts_wherever_and_however_it_is_written(string how, string platforms)
    {
        var isOnCommandLine = how.EndsWith("line", StringComparison.Ordinal);
        var lists = s_lists.Append((Name: platforms, Value: "linux-x64;linux-arm64"))
            .Select(list => (list.Name, Value: how.StartsWith("escaped", StringComparison.Ordinal)
                ? list.Value.Replace(";", "%3B", StringComparison.Ordinal) : list.Value)).ToList();
        var properties = string.Concat(lists.Select(list => $"<{list.Name}>{list.Value}</{list.Name}>"));
        using var project =
            await TestProject.ConsoleAsync((isOnCommandLine ? "" : $"<PropertyGroup>{properties}</PropertyGroup>") + Body);

        var result = await project.RunAsync([
            "msbuild",
            "-t:_ContainerizeComputePlatforms;_ContainerizeComputeSources;_ContainerizeComputeDestinations;_ContainerizeComputeSettings",
            "-getItem:_ContainerizeSetting,_ContainerizePlatform",
            .. isOnCommandLine ? lists.Select(list => $"-p:{list.Name}={list.Value}") : [],
        ]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var items = JsonNode.Parse(result.Output)!["Items"]!;
        var settings = new ProjectSettings(
            project.Directory,
            items["_ContainerizeSetting"]!.AsArray().Select(item =>
                new Item((string)item!["Identity"]!, name => (string?)item[name])));
        AreEqual("linux-x64 linux-arm64", items["_ContainerizePlatform"]!.AsArray().Select(item => (string)item!["Identity"]!));
        var destinations = DestinationSettings.Read(settings, new RecordingReporter());
        AreEqual(
            "a.example/hello:1.0 a.example/hello:latest b.example/hello:1.0 b.example/hello:latest", destinations.References);
        var registries = RegistrySettings.Read(settings, BaseSettings.Read(settings));
        AreEqual("a.example b.example", registries.PushRegistries);
        AreEqual("a.example c.example", registries.InsecureRegistries);
        AreEqual("one.pem two.pem", registries.CertificateFiles.Select(path => Path.GetFileName(path)));
        AreEqual(
            "a.example/x:latest b.example/y:latest",
            ReuseSettings.Read(settings, destinations).Named.Select(image => image.ToString()));
        AreEqual("http://m.example/debian http://s.example/security", settings.One(ItemKind.Debian)["Mirror"].Split(';'));
        var rule = LayerSettings.Read(settings, Platform.FromRuntimeIdentifier("linux-x64")).Rules.Single();
        Assert.HasCount(2, rule.Files);
        Assert.HasCount(2, rule.Packages);
        AreEqual("Package Project", rule.Origins.Select(origin => origin.ToString()));
        AreEqual("x;y", AnnotationItems.Read(settings, AnnotationScope.Index).Values);
        AreEqual("x;y", AnnotationItems.Read(settings, AnnotationScope.Descriptor).Values);

        void AreEqual(string expected, IEnumerable<string> parts) => Assert.AreEqual(expected, string.Join(' ', parts), how);
    }
}
