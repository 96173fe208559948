using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>An image without symbols, and beside it the same image with them.</summary>
[TestClass]
internal sealed class DebugImageTests
{
    private const string Program = """
        try
        {
            Fail();
        }
        catch (InvalidOperationException failure)
        {
            Console.WriteLine(failure.StackTrace);
        }

        static void Fail() => throw new InvalidOperationException();
        """;

    private const string Line = "Program.cs:line 10";

    [TestMethod]
    [Requires("root", "podman", "runc", "debootstrap")]
    public async Task Symbols_resolve_in_the_debug_image_and_the_image_itself_has_none()
    {
        var debian = await DebianBase.SharedAsync();
        using var project = await ProjectAsync($"oci:{debian.Layout}:base");
        using var folder = new TemporaryDirectory();
        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=true", $"-p:ContainerArchiveOutputPath={folder["app.tar"]}");

        await using var podman = await Podman.StartAsync();
        await podman.LoadAsync(folder["app.tar"]);
        await podman.LoadAsync(folder["app-debug.tar"]);

        StringAssert.Contains(await RunAsync("team/app:latest-debug"), Line);
        var without = await RunAsync("team/app:latest");
        StringAssert.Contains(without, "Fail");
        Assert.DoesNotContain("line 10", without);

        async Task<string> RunAsync(string image) => (await podman.RunAsync(
            "run", "--rm", "--network=host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", image)).EnsureSuccess().Output;
    }

    [TestMethod]
    public async Task The_image_is_the_same_with_and_without_a_debug_image_and_that_is_the_image_with_a_layer_more()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var project = await ProjectAsync("scratch", $"<ContainerRegistry>{registry.Authority}</ContainerRegistry>");

        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=false");
        var digest = project.Digest;
        Assert.IsNull(registry.FindManifest("team/app", "latest-debug"));

        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=true");
        Assert.AreEqual(digest, project.Digest);
        Assert.AreEqual(digest, registry.FindManifest("team/app", "latest")!.Digest.ToString());

        var (own, debug) = (Layers(registry, "latest"), Layers(registry, "latest-debug"));
        CollectionAssert.AreEqual(own, debug[..^1]);
        var config = JsonNode.Parse(registry.FindBlob("team/app", Oci.Digest.Parse(Config(registry, "latest-debug")))!.Value.Span)!;
        var ownConfig = JsonNode.Parse(registry.FindBlob("team/app", Oci.Digest.Parse(Config(registry, "latest")))!.Value.Span)!;
        Assert.AreEqual(ownConfig["config"]!.ToJsonString(), config["config"]!.ToJsonString());

        registry.ClearRequests();
        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=true");
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is "PUT" or "POST" or "PATCH").ToList());
    }

    [TestMethod]
    [Requires("openssl")]
    public async Task The_debug_image_has_evidence_signatures_and_platform_tags_of_its_own_and_image_json_names_it()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TemporaryDirectory();
        var key = await KeyPair.CreateAsync(folder, "signer");
        using var project = await ProjectAsync(
            "scratch",
            $"""
            <ContainerRegistry>{registry.Authority}</ContainerRegistry>
            <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
            """);

        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=false");
        var digest = project.Digest;
        await ContainerizeAsync(
            project, "-p:ContainerizeDebugImage=true", "-p:ContainerizeSbom=spdx", "-p:ContainerizePlatformTags=true",
            "-p:ContainerizeSign=true", $"-p:ContainerizeSigningKey={key.PrivateKey}");

        Assert.AreEqual(digest, project.Digest);
        Assert.AreEqual(
            "latest latest-debug latest-linux-arm64 latest-linux-arm64-debug latest-linux-x64 latest-linux-x64-debug",
            string.Join(' ', registry.Tags("team/app").Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)));
        var info = project.Info;
        var debug = info["debugImage"]!;
        Assert.AreEqual(registry.FindManifest("team/app", "latest-debug")!.Digest.ToString(), (string?)debug["digest"]);
        Assert.AreEqual($"{registry.Authority}/team/app:latest-debug", (string?)debug["names"]!.AsArray().Single());
        var images = debug["images"]!.AsArray().Select(image => (string)image!["digest"]!).ToList();
        Assert.HasCount(2, images);
        foreach (var (root, about) in new[] { (info, "latest"), (debug, "latest-debug") })
        {
            // A bill of each platform; a signature of the index, of each platform, and of each bill.
            var evidence = root["evidence"]!.AsArray();
            Assert.HasCount(7, evidence, about);
            Assert.HasCount(2, evidence.Where(each => (string?)each!["artifactType"] == "application/spdx+json").ToList());
            foreach (var each in evidence)
            {
                Assert.IsNotNull(registry.FindManifest("team/app", (string)each!["digest"]!), about);
            }

            CollectionAssert.AreEquivalent(
                root["images"]!.AsArray().Select(image => (string)image!["digest"]!).Append((string)root["digest"]!).ToList(),
                evidence.Select(each => (string)each!["subject"]!).Distinct().ToList());
        }
    }

    [TestMethod]
    public async Task The_symbols_are_where_they_were_published_and_the_debugger_is_in_its_directory()
    {
        using var project = await ProjectAsync("scratch");
        using var folder = new TemporaryDirectory();
        project.Write("tools/vsdbg/vsdbg", "#!/bin/sh\n");
        await ContainerizeAsync(project, "-p:ContainerizeDebugImage=true", "-p:ContainerizeDebuggerDirectory=tools",
            $"-p:ContainerArchiveOutputPath={folder["app.tar.gz"]}");

        var own = ImageValidator.Check(folder["app.tar.gz"], baseLayers: 0).Single();
        var debug = ImageValidator.Check(folder["app-debug.tar.gz"], baseLayers: 0).Single();

        Assert.IsEmpty(own.Layers.SelectMany(layer => layer.Paths).Where(path => path.EndsWith(".pdb", StringComparison.Ordinal)).ToList());
        Assert.IsNull(own.Find("debugger/vsdbg/vsdbg"));
        CollectionAssert.AreEqual(
            new[] { "app/hello.pdb", "debugger/vsdbg/vsdbg" },
            debug.Layers[^1].Entries.Where(entry => !entry.IsDirectory).Select(entry => entry.Path).ToArray());
        Assert.HasCount(own.Layers.Count + 1, debug.Layers);
    }

    [TestMethod]
    public async Task Without_the_property_symbols_are_in_the_image_as_they_were_published()
    {
        using var project = await ProjectAsync("scratch");
        await ContainerizeAsync(project);

        Assert.IsNotNull(ImageValidator.Check(project.Archive, baseLayers: 0).Single().Find("app/hello.pdb"));
    }

    private static Task<TestProject> ProjectAsync(string baseImage, string properties = "") => TestProject.ConsoleAsync(
        $"""
        <PropertyGroup>
          <ContainerBaseImage>{baseImage}</ContainerBaseImage>
          <ContainerRepository>team/app</ContainerRepository>
          {properties}
        </PropertyGroup>
        """,
        Program);

    private static async Task ContainerizeAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private static JsonNode Manifest(TestRegistry registry, string tag) =>
        JsonNode.Parse(registry.FindManifest("team/app", tag)!.Content.Span)!;

    private static string Config(TestRegistry registry, string tag) => Manifest(registry, tag)["config"]!["digest"]!.GetValue<string>();

    private static string[] Layers(TestRegistry registry, string tag) =>
        [.. Manifest(registry, tag)["layers"]!.AsArray().Select(layer => layer!["digest"]!.GetValue<string>())];
}
