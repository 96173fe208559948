using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>What several projects of one build need is done once: in one process, and in processes beside each other.</summary>
[TestClass]
internal sealed class SharedWorkTests
{
    private const int BaseSize = 3_000_000;

    private static readonly string[] s_projects = ["first", "second", "third", "fourth", "fifth"];

    [TestMethod]
    [DataRow("-m:1", 1)]
    [DataRow("-m:3", 3)]
    public async Task Projects_of_a_solution_resolve_and_fetch_their_base_once_and_make_the_layer_of_their_packages_once(
        string nodes, int processes)
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("base", "1", TestImage.Create(TestLayer.OfSize(BaseSize)));
        using var work = new TemporaryDirectory();
        await WriteAsync(work, $"""
            <ContainerBaseImage>{registry.Authority}/base:1</ContainerBaseImage>
            <ContainerRegistry>{registry.Authority}</ContainerRegistry>
            <ContainerizeInsecureRegistries>{registry.Authority}</ContainerizeInsecureRegistries>
            <ContainerizeStartCheck>None</ContainerizeStartCheck>
            <ContainerizeCacheDirectory>{work["cache"]}</ContainerizeCacheDirectory>
            """);

        var result = await Dotnet.RunAsync(work.FullName, ["publish", "all.sln", "-t:Containerize", nodes], host: BuildHost.OwnProcess);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var bases = registry.Requests.Where(request => request.Repository == "base").ToList();
        var layers = s_projects.Select(name => Layers(registry, name)).ToList();
        Assert.HasCount(1, layers.Select(own => own[0]).Distinct().ToList(), "All are built on the base.");
        Assert.HasCount(1, layers.Select(own => own[1]).Distinct().ToList(), "All have the same packages.");
        Assert.HasCount(s_projects.Length, layers.Select(own => own[^1]).Distinct().ToList(), "Each has its own app.");
        Assert.IsLessThanOrEqualTo(
            processes,
            bases.Count(request => request is { Kind: RequestKind.Manifest, Reference: "1" }),
            string.Join('\n', bases));
        Assert.AreEqual(1, bases.Count(request => request.Kind == RequestKind.Blob && request.Reference == layers[0][0]));
        Assert.IsLessThanOrEqualTo(processes, registry.Uploads.Count(upload => upload.Digest.ToString() == layers[0][1]));
        Assert.HasCount(s_projects.Length + 1, Directory.GetFiles(work["cache/layers"]), "Five apps, and what they share.");
    }

    private static string[] Layers(TestRegistry registry, string repository) =>
    [
        .. JsonNode.Parse(registry.FindManifest(repository, "latest")!.Content.Span)!["layers"]!.AsArray()
            .Select(layer => layer!["digest"]!.GetValue<string>()),
    ];

    private static async Task WriteAsync(TemporaryDirectory work, string properties)
    {
        work.Write("Directory.Build.props", $"""
            <Project>
              <Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.props" />
              <PropertyGroup>{properties}</PropertyGroup>
            </Project>
            """);
        work.Write(
            "Directory.Build.targets", $"""<Project><Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.targets" /></Project>""");
        foreach (var name in s_projects)
        {
            work.Write($"{name}/{name}.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
                  <ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>
                </Project>
                """);
            work.Write($"{name}/Program.cs", $"""System.Console.WriteLine("{name}");""");
        }

        (await Dotnet.RunAsync(work.FullName, ["new", "sln", "-n", "all", "--format", "sln"])).EnsureSuccess();
        (await Dotnet.RunAsync(work.FullName, ["sln", "add", .. s_projects])).EnsureSuccess();
    }
}
