using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>What a whole build asks of a registry. Each request costs a round trip, and registries count those of a user.</summary>
[TestClass]
internal sealed class RequestTests
{
    private const string Password = "canary-7d02-password";

    [TestMethod]
    public async Task A_build_probes_a_registry_once_and_gets_no_token_twice()
    {
        await using var registry = await TestRegistry.StartAsync(new TestRegistryOptions { Auth = new BearerAuth("ada", Password) });
        registry.AddImage("dotnet/runtime", "10.0", TestImage.Create(TestLayer.Of(("etc/os-release", "ID=test\n"))));
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/dotnet/runtime:10.0</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerRepository>team/app</ContainerRepository>
              <ContainerizeCacheDirectory>{machine["cache"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            """);
        var user = new Dictionary<string, string?>
        {
            ["DOTNET_CONTAINER_REGISTRY_UNAME"] = "ada",
            ["DOTNET_CONTAINER_REGISTRY_PWORD"] = Password,
        };

        var result = await project.ContainerizeAsync(user);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(registry, "team/app", "latest", baseLayers: 1).Single();
        var all = string.Join('\n', registry.Requests);
        Assert.HasCount(1, registry.RequestsTo(RequestKind.Ping), all);
        var tokens = registry.RequestsTo(RequestKind.Token);
        Assert.HasCount(tokens.Count, tokens.Select(token => $"{token.Target} {string.Join(' ', token.Form)}").ToHashSet(), all);
    }
}
