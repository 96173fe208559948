using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary><c>containerize resolve</c> with the real registry, and with projects that are built by it.</summary>
[TestClass]
[Requires("docker-registry", "skopeo")]
internal sealed class ToolResolveTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private RegistryServer? _registry;

    private RegistryServer Registry => _registry ?? throw new InvalidOperationException("The registry was not started.");

    [TestInitialize]
    public async Task StartRegistryAsync() => _registry = await RegistryServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task Names_get_the_digests_that_the_registry_has_and_a_check_finds_a_moved_tag()
    {
        var (first, second) = (TestImage.Create(TestLayer.OfSize(1_000, 1)), TestImage.Create(TestLayer.OfSize(1_000, 2)));
        await SeedAsync(first, "team/app:1");
        var manifest = _folder.Write("deploy/app.yaml", $"""
            # the app
            apiVersion: v1
            kind: Pod
            spec:
              containers:
                - image: "{Registry.Host}/team/app:1" # one

            """);
        var before = await File.ReadAllTextAsync(manifest);
        var pinned = before.Replace("app:1", $"app:1@{first.Descriptor.Digest}", StringComparison.Ordinal);

        var unpinned = await RunAsync("--check");
        var printed = await RunAsync();
        var untouched = await File.ReadAllTextAsync(manifest);
        var written = await RunAsync("--in-place");
        var current = await RunAsync("--check");
        await SeedAsync(second, "team/app:1");
        var moved = await RunAsync("--check", "--json");
        var kept = await RunAsync();
        var updated = await RunAsync("--update", "-o", _folder["updated.yaml"]);

        Assert.AreEqual(
            (1, 0, 0, 0), (unpinned.ExitCode, printed.ExitCode, written.ExitCode, current.ExitCode), unpinned.Error + printed.Error);
        Assert.Contains("deploy/app.yaml:6: ", unpinned.Output);
        Assert.AreEqual(pinned, printed.Output);
        Assert.AreEqual(before, untouched);
        Assert.AreEqual(pinned, await File.ReadAllTextAsync(manifest));
        Assert.AreEqual(1, moved.ExitCode, moved.Error);
        var finding = JsonNode.Parse(moved.Output)![0]!;
        Assert.AreEqual("moved", finding["state"]!.GetValue<string>());
        Assert.AreEqual($"{Registry.Host}/team/app:1@{second.Descriptor.Digest}", finding["result"]!.GetValue<string>());
        Assert.AreEqual(pinned, kept.Output);
        Assert.AreEqual(0, updated.ExitCode, updated.Error);
        Assert.AreEqual(
            before.Replace("app:1", $"app:1@{second.Descriptor.Digest}", StringComparison.Ordinal),
            await File.ReadAllTextAsync(_folder["updated.yaml"]));
    }

    [TestMethod]
    public async Task A_name_that_does_not_exist_is_said_with_its_line_and_no_file_changes()
    {
        await SeedAsync(TestImage.Create(TestLayer.OfSize(1_000, 1)), "team/app:1");
        var good = _folder.Write("deploy/a.yaml", $"services: {{a: {{image: \"{Registry.Host}/team/app:1\"}}}}\n");
        _folder.Write("deploy/b.yaml", $"services:\n  b:\n    image: {Registry.Host}/team/none:1\n");

        var result = await RunAsync("--in-place");

        Assert.AreEqual(2, result.ExitCode, result.Output);
        Assert.Contains($"CTZ8021: deploy/b.yaml:3: {Registry.Host}/team/none:1: ", result.Error);
        Assert.DoesNotContain("sha256", await File.ReadAllTextAsync(good));
    }

    [TestMethod]
    public async Task The_image_of_a_project_is_built_pushed_and_named_by_its_digest()
    {
        using var project = await TestProject.ConsoleAsync(
            """
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRepository>hello</ContainerRepository>
            </PropertyGroup>
            """);
        project.Write("k8s.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: containerize://. # ours\n");

        var result = await BuiltTool.RunAsync(
            project.Directory, "resolve", "-f", "k8s.yaml", "--registry", $"{Registry.Host}/team", "-p", "ContainerImageTag=7");

        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        var tag = (await ProcessRunner.RunAsync(
            "skopeo", ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{Registry.Host}/team/hello:7"]))
            .EnsureSuccess().Output.Trim();
        Assert.AreEqual(
            $"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {Registry.Host}/team/hello:7@{tag} # ours\n", result.Output);
    }

    [TestMethod]
    public async Task A_project_that_does_not_compile_is_said_with_the_error_of_the_compiler()
    {
        using var project = await TestProject.ConsoleAsync(program: "this is no program");
        project.Write("k8s.yaml", "image: ./hello.csproj\n");

        var result = await BuiltTool.RunAsync(project.Directory, "resolve", "-f", "k8s.yaml", "--registry", Registry.Host);

        Assert.AreEqual(2, result.ExitCode, result.Output);
        Assert.AreEqual("", result.Output);
        Assert.Contains("CTZ8022: k8s.yaml:1: ./hello.csproj: ", result.Error);
        Assert.Contains("error CS", result.Error);
    }

    private async Task SeedAsync(TestImage image, string reference)
    {
        var layout = _folder[image.Descriptor.Digest.Hex];
        TestImage.WriteLayout(layout, ("latest", image));
        await Registry.SeedAsync(layout, reference);
    }

    private Task<ProcessResult> RunAsync(params string[] arguments) =>
        BuiltTool.RunAsync(_folder.FullName, ["resolve", "-f", "deploy", .. arguments]);
}
