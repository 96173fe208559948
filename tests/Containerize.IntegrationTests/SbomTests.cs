using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Bills of materials of a real image, judged by other people's tools.</summary>
[TestClass]
[Requires("git", "skopeo", "umoci", "node", "npm", "dpkg-query", "docker-registry")]
internal sealed class SbomTests : IDisposable
{
    private const string Sboms = "-p:ContainerizeSbom=spdx%3Bcyclonedx";
    private const string Index = "application/vnd.oci.image.index.v1+json";
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    private static Shop? s_shop;

    private readonly TemporaryDirectory _folder = new();

    private static Shop Shop => s_shop ?? throw new InvalidOperationException("The project was not published.");

    private static TestProject Project => Shop.Project;

    private static Bill Bill => Shop.Bill;

    [ClassInitialize]
    public static async Task PublishAsync(TestContext _) => s_shop = await Shop.PublishAsync(Sboms);

    [ClassCleanup]
    public static void RemoveProjects() => s_shop?.Dispose();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task CycloneDXs_own_library_and_the_schema_of_SPDX_accept_the_documents()
    {
        var (changedCdx, changedSpdx) = (await File.ReadAllTextAsync(Document("cdx")), await File.ReadAllTextAsync(Document("spdx")));
        var judges = Path.Combine(Tools.Repository.Root, "tests", "Containerize.IntegrationTests", "Sbom");
        foreach (var file in Directory.GetFiles(judges))
        {
            _folder.Write($"node/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file));
        }

        (await ProcessRunner.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], _folder["node"])).EnsureSuccess();
        var verdicts = (await ProcessRunner.RunAsync(
            "node",
            [
                "validate.js",
                "cyclonedx", Document("cdx"),
                "spdx", Document("spdx"),
                "spdx-rules", Document("spdx"),
                "cyclonedx", _folder.Write("cdx", changedCdx.Replace("\"bom-ref\"", "\"bomref\"", StringComparison.Ordinal)),
                "spdx", _folder.Write("spdx", changedSpdx.Replace("\"SHA1\"", "\"SHA-1\"", StringComparison.Ordinal)),
                "spdx-rules", _folder["spdx"],
            ],
            _folder["node"])).EnsureSuccess().Output.TrimEnd().Split('\n');

        Assert.AreEqual("valid", verdicts[0]);
        Assert.AreEqual("valid", verdicts[1]);
        Assert.AreEqual("valid", verdicts[2]);
        Assert.Contains("bomref", verdicts[3]);
        Assert.Contains("checksums", verdicts[4]);
        Assert.Contains("checksums", verdicts[5]);
    }

    [TestMethod]
    public async Task Microsofts_tool_reads_the_document_and_finds_each_file_with_its_hash()
    {
        var unpacked = await Shop.UnpackAsync(_folder);
        var (root, listed) = (_folder["drop"], Bill.Files);
        // The bill has the files of our own layers, and the tool refuses others. Nothing is removed below the unpacked root: its links
        // lead out of it, to this machine's own files.
        foreach (var path in listed.Keys)
        {
            _folder.Write(Path.Combine("drop", path), await File.ReadAllBytesAsync(Path.Combine(unpacked, path)));
        }

        var whole = await ValidateAsync();
        await File.AppendAllTextAsync(Path.Combine(root, "app", "shop.dll"), "changed");
        var changed = await ValidateAsync();

        Assert.AreEqual("Success", (string?)whole["Result"], whole.ToJsonString());
        Assert.AreEqual(listed.Count, (int)whole["Summary"]!["ValidationTelemetery"]!["FilesSuccessfulCount"]!);
        Assert.AreEqual("Failure", (string?)changed["Result"]);
        Assert.AreEqual("./app/shop.dll", (string?)changed["ValidationErrors"]!["Errors"]!.AsArray().Single()!["Path"]);

        async Task<JsonNode> ValidateAsync()
        {
            var document = await File.ReadAllBytesAsync(Document("spdx"));
            // The tool reads documents of 2.3 as those of 2.2.
            _folder.Write("bills/spdx_2.2/manifest.spdx.json", document);
            _folder.Write("bills/spdx_2.2/manifest.spdx.json.sha256", Convert.ToHexString(SHA256.HashData(document)));
            File.Delete(_folder["verdict.json"]);
            string[] where = ["-b", root, "-m", _folder["bills"], "-o", _folder["verdict.json"]];
            await RunToolAsync("sbom-tool", ["validate", .. where, "-mi", "SPDX:2.2", "-F", "false"]);
            return JsonNode.Parse(await File.ReadAllTextAsync(_folder["verdict.json"]))!;
        }
    }

    [TestMethod]
    public async Task Each_file_of_our_layers_is_in_the_bill_with_the_hash_that_it_has_in_the_unpacked_image()
    {
        var root = await Shop.UnpackAsync(_folder);
        var listed = Bill.Files;
        // Packages of Debian lie in their own order, as those of the base do.
        var own = ImageValidator.Check(Project.Archive, baseLayers: 2).Single().Layers.Skip(1).SelectMany(layer => layer.Entries)
            .Where(entry => entry.Type == System.Formats.Tar.TarEntryType.RegularFile).Select(entry => entry.Path);

        CollectionAssert.AreEquivalent(own.Distinct().ToList(), listed.Keys.ToList());
        foreach (var (path, hash) in listed)
        {
            Assert.AreEqual(hash, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(root, path)))), path);
        }
    }

    [TestMethod]
    public async Task The_packages_of_NuGet_are_those_that_dotnet_and_CycloneDXs_tool_find()
    {
        await RunToolAsync(
            "dotnet-CycloneDX", Path.Combine(Project.Directory, "shop.csproj"), "-o", _folder["theirs"], "-F", "Json", "-dpr");
        var theirs = JsonNode.Parse(await File.ReadAllTextAsync(_folder["theirs/bom.json"]))!["components"]!.AsArray()
            .Select(component => (string)component!["purl"]!);
        var listed = JsonNode.Parse((await Project.RunAsync(
            "list", "package", "--include-transitive", "--format", "json", "--no-restore")).EnsureSuccess().Output)!;
        var framework = listed["projects"]![0]!["frameworks"]![0]!;
        var dotnets = framework["topLevelPackages"]!.AsArray().Concat(framework["transitivePackages"]!.AsArray())
            .Select(package => $"pkg:nuget/{(string)package!["id"]!}@{(string)package["resolvedVersion"]!}");

        // The differences that are meant: neither of them knows the runtime that a self-contained app brings.
        var ours = Bill.Urls("nuget").ToList();
        Assert.AreEqual(
            1, ours.RemoveAll(url => url.StartsWith("pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@", StringComparison.Ordinal)));
        CollectionAssert.AreEquivalent(theirs.ToList(), ours);
        CollectionAssert.AreEquivalent(dotnets.ToList(), ours);
        CollectionAssert.Contains(Bill.Names("LIBRARY").ToList(), "prices");
        CollectionAssert.Contains(Bill.Relations().ToList(), "prices DEPENDS_ON Humanizer.Core");
        CollectionAssert.Contains(Bill.Relations().ToList(), "Humanizer.Core CONTAINS ./app/Humanizer.dll");
    }

    [TestMethod]
    public async Task The_packages_of_Debian_are_those_that_dpkg_lists_and_their_files_are_theirs()
    {
        var notes = Path.Combine(await Shop.UnpackAsync(_folder), "var", "lib", "dpkg", "status.d");
        // dpkg itself reads one file, in which each paragraph says that its package is installed.
        var status = string.Concat(Directory.GetFiles(notes).Where(file => !file.EndsWith(".md5sums", StringComparison.Ordinal))
            .Select(file => File.ReadAllText(file).TrimEnd('\n') + "\nStatus: install ok installed\n\n"));
        _folder.Write("dpkg/status", status);
        var listed = (await ProcessRunner.RunAsync(
            "dpkg-query", ["--admindir", _folder["dpkg"], "-W", "-f", "${Package} ${Version} ${Architecture}\n"])).EnsureSuccess().Output;

        var ours = Bill.Urls("deb").Select(url => new Uri(url)).Select(url =>
        {
            var named = Uri.UnescapeDataString(url.AbsolutePath["deb/debian/".Length..]).Split('@');
            var architecture = url.Query[1..].Split('&').Single(part => part.StartsWith("arch=", StringComparison.Ordinal))[5..];
            return $"{named[0]} {named[1]} {architecture}";
        }).ToList();
        CollectionAssert.AreEquivalent(listed.TrimEnd().Split('\n'), ours);
        CollectionAssert.Contains(ours.Select(each => each.Split(' ')[0]).ToList(), "libc6");
        CollectionAssert.Contains(Bill.Relations().ToList(), "libssl3 DEPENDS_ON libc6");
        CollectionAssert.Contains(
            Bill.Relations().ToList(), "fonts-dejavu-core CONTAINS ./usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
    }

    [TestMethod]
    public async Task Another_clone_and_another_process_write_the_same_bills_and_the_image_is_the_same_without_them()
    {
        var (digest, clone) = (Project.Digest, Shop.Clone);
        var cache = $"-p:ContainerizeCacheDirectory={_folder["cache"]}";
        var without = await clone.ContainerizeAsync(cache);
        Assert.AreEqual(0, without.ExitCode, without.Output);
        Assert.AreEqual(digest, clone.Digest);
        Assert.IsFalse(File.Exists(Path.ChangeExtension(clone.Archive, "spdx.json")));

        var with = await clone.ContainerizeAsync(Sboms, "--no-build", cache);

        Assert.AreEqual(0, with.ExitCode, with.Output);
        Assert.AreEqual(digest, clone.Digest);
        foreach (var kind in new[] { "spdx", "cdx" })
        {
            Assert.AreEqual(
                await File.ReadAllTextAsync(Document(kind)),
                await File.ReadAllTextAsync(Path.ChangeExtension(clone.Archive, $"{kind}.json")));
        }
    }

    [TestMethod]
    public async Task A_real_registry_lists_the_bills_under_the_fallback_tag_and_an_unchanged_build_sends_nothing()
    {
        await using var registry = await RegistryServer.StartAsync();
        string[] arguments =
            ["--no-build", Sboms, $"-p:ContainerRegistry={registry.Host}", $"-p:ContainerArchiveOutputPath={Project.Archive}"];
        var first = await Project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, first.ExitCode, first.Output);
        var sent = Writes(registry.Log);
        var second = await Project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, second.ExitCode, second.Output);

        Assert.AreEqual(sent, Writes(registry.Log));
        using var client = new HttpClient { BaseAddress = new Uri($"http://{registry.Host}/v2/shop/") };
        await AssertBillsAsync(client, JsonNode.Parse(await GetAsync(client, $"manifests/sha256-{Project.Digest[7..]}", Index))!);
    }

    [TestMethod]
    public async Task A_registry_with_the_referrers_API_lists_the_bills()
    {
        await using var registry = await TestRegistry.StartAsync();
        var result = await Project.ContainerizeAsync(
            "--no-build", Sboms, $"-p:ContainerRegistry={registry.Authority}", $"-p:ContainerArchiveOutputPath={Project.Archive}");
        Assert.AreEqual(0, result.ExitCode, result.Output);

        using var client = registry.CreateClient();
        client.BaseAddress = new Uri(registry.BaseAddress, "v2/shop/");
        await AssertBillsAsync(client, JsonNode.Parse(await GetAsync(client, $"referrers/{Project.Digest}", Index))!);
        Assert.AreEqual("latest", registry.Tags("shop").Single());
    }

    [TestMethod]
    public async Task An_unchanged_build_does_not_make_the_bill_again()
    {
        var before = new[] { Document("spdx"), Document("cdx") }.ToDictionary(file => file, File.GetLastWriteTimeUtc);
        var cache = Path.Combine(RunDirectory.FullName, "cache", "evidence");
        var records = Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

        var again = await Project.ContainerizeAsync("--no-build", Sboms);

        Assert.AreEqual(0, again.ExitCode, again.Output);
        foreach (var (file, time) in before)
        {
            Assert.AreEqual(time, File.GetLastWriteTimeUtc(file), file);
        }

        CollectionAssert.AreEqual(
            records, Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList());
    }

    [TestMethod]
    public async Task A_provenance_names_commit_packages_and_settings_and_an_unchanged_build_keeps_it()
    {
        string[] arguments =
        [
            "--no-build", Sboms, "-p:ContainerizeProvenance=true", "-p:RepositoryUrl=https://ada:canary@example.com/shop.git",
            $"-p:ContainerArchiveOutputPath={Project.Archive}",
        ];
        var digest = Project.Digest;
        var first = await Project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, first.ExitCode, first.Output);
        var text = await File.ReadAllTextAsync(Document("provenance"));
        var second = await Project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, second.ExitCode, second.Output);

        Assert.AreEqual(text, await File.ReadAllTextAsync(Document("provenance")));
        Assert.AreEqual(digest, Project.Digest);
        Assert.DoesNotContain("canary", text);
        var statement = JsonNode.Parse(text)!;
        var definition = statement["predicate"]!["buildDefinition"]!;
        var resolved = definition["resolvedDependencies"]!.AsArray();
        Assert.AreEqual(digest[7..], (string?)statement["subject"]![0]!["digest"]!["sha256"]);
        Assert.AreEqual("git+https://example.com/shop.git", (string?)resolved[0]!["uri"]);
        Assert.AreEqual(
            (await ProcessRunner.RunAsync("git", ["rev-parse", "HEAD"], Project.Directory)).EnsureSuccess().Output.Trim(),
            (string?)resolved[0]!["digest"]!["gitCommit"]);
        var uris = resolved.Select(each => (string)each!["uri"]!).ToList();
        CollectionAssert.IsSubsetOf(Bill.Urls("nuget").Concat(Bill.Urls("deb")).ToList(), uris);
        Assert.AreEqual("debian-packages:bookworm", (string?)definition["externalParameters"]!["properties"]!["ContainerBaseImage"]);
    }

    [TestMethod]
    public async Task A_suppressed_advisory_with_a_justification_goes_with_the_bills()
    {
        var statement = JsonNode.Parse(await File.ReadAllTextAsync(Document("vex")))!["statements"]!.AsArray().Single()!;

        Assert.AreEqual("GHSA-aaaa-bbbb-cccc", (string?)statement["vulnerability"]!["name"]);
        Assert.AreEqual("component_not_present", (string?)statement["justification"]);
    }

    private static string Document(string kind) => Shop.Document(kind);

    private static int Writes(string log) => log.Split('\n').Count(line => line.Contains("\"PUT ", StringComparison.Ordinal)
        || line.Contains("\"POST ", StringComparison.Ordinal) || line.Contains("\"PATCH ", StringComparison.Ordinal));

    private static async Task AssertBillsAsync(HttpClient client, JsonNode index)
    {
        foreach (var (kind, type) in new[] { ("spdx", "application/spdx+json"), ("cdx", "application/vnd.cyclonedx+json") })
        {
            var entry = index["manifests"]!.AsArray().Single(each => (string?)each!["artifactType"] == type)!;
            var manifest = JsonNode.Parse(await GetAsync(client, $"manifests/{(string)entry["digest"]!}", Manifest))!;
            Assert.AreEqual(Project.Digest, (string?)manifest["subject"]!["digest"]);
            Assert.AreEqual(type, (string?)manifest["artifactType"]);
            var document = await GetAsync(client, $"blobs/{(string)manifest["layers"]![0]!["digest"]!}", "*/*");
            Assert.AreEqual(await File.ReadAllTextAsync(Document(kind)), document);
        }
    }

    private static async Task<string> GetAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Runs a tool of NuGet.</summary>
    private async Task RunToolAsync(string command, params string[] arguments)
    {
        var manifest = Path.Combine(Tools.Repository.Root, "tests", "Containerize.IntegrationTests", "Sbom", "dotnet-tools.json");
        _folder.Write(".config/dotnet-tools.json", await File.ReadAllBytesAsync(manifest));
        (await Dotnet.RunAsync(_folder.FullName, ["tool", "restore"])).EnsureSuccess();
        (await Dotnet.RunAsync(_folder.FullName, ["tool", "run", command, "--", .. arguments])).EnsureSuccess();
    }
}
