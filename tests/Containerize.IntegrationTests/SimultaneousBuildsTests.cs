using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds of one user that run at the same time, as on a build server, with one cache and one registry between them.</summary>
[TestClass]
[Requires("docker-registry", "skopeo")]
internal sealed class SimultaneousBuildsTests
{
    private const int Builds = 16;
    private const int Repositories = 4;

    [TestMethod]
    public async Task Sixteen_builds_that_pull_and_push_the_same_all_succeed_and_send_everything_once()
    {
        using var folder = new TemporaryDirectory();
        await using var registry = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(registry.Host);
        var baseImage = TestImage.Create(TestLayer.OfSize(4_000_000, 7), TestLayer.Of(("etc/os-release", "ID=test\n")));
        TestImage.WriteLayout(folder["base"], ("base", baseImage));
        await registry.SeedAsync($"{folder["base"]}:base", "dotnet/base:10");
        using var project = await TestProject.ConsoleAsync(
            $"<PropertyGroup><ContainerBaseImage>{proxy.Authority}/dotnet/base:10</ContainerBaseImage></PropertyGroup>");
        (await project.RunAsync("publish")).EnsureSuccess();
        var copies = Enumerable.Range(0, Builds).Select(number => folder[$"{number}/{project.Name}"]).ToList();
        copies.ForEach(copy => Copy(project.Directory, copy));

        var results = await Task.WhenAll(copies.Select((copy, number) => Dotnet.RunAsync(
            copy,
            [
                "publish", "-t:Containerize", "--no-build", $"-p:ContainerRegistry={proxy.Authority}",
                $"-p:ContainerRepository={Repository(number % Repositories)}",
                $"-p:ContainerArchiveOutputPath={folder[$"{number}.tar"]}",
            ],
            new Dictionary<string, string?> { ["CONTAINERIZE_CACHE_DIRECTORY"] = folder["cache"] },
            BuildHost.OwnProcess)));

        Assert.AreEqual("", string.Join('\n', results.Where(result => result.ExitCode != 0).Select(result => result.Output)));
        var digests = await Task.WhenAll(Enumerable.Range(0, Repositories)
            .Select(number => DigestAsync($"{registry.Host}/{Repository(number)}:latest")));
        Assert.AreEqual(1, digests.Distinct().Count(), string.Join(' ', digests));
        for (var number = 0; number < Builds; number++)
        {
            ImageValidator.Check(folder[$"{number}.tar"], baseLayers: 2);
        }

        var sent = proxy.Requests.Where(request => request is { Method: "PUT", BytesUp: > 0 }
            && request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal))
            .Select(request => request.Path.Split("digest=")[1]).ToList();
        Assert.AreEqual(sent.Distinct().Count(), sent.Count, "Something was sent twice:\n" + string.Join('\n', sent));
        Assert.AreEqual(
            baseImage.Layers.Sum(layer => layer.Content.Length) + baseImage.Config.Length,
            proxy.BlobBytesDown,
            "Every blob of the base is fetched once for all.");
    }

    private static string Repository(int number) => string.Create(CultureInfo.InvariantCulture, $"many/app{number}");

    private static async Task<string> DigestAsync(string image) =>
        JsonNode.Parse((await ProcessRunner.RunAsync("skopeo", ["inspect", "--no-tags", "--tls-verify=false", $"docker://{image}"]))
            .EnsureSuccess().Output)!["Digest"]!.GetValue<string>();

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
