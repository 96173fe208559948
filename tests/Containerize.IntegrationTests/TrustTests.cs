using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>The whole command beside registries that serve other bytes than those that are named.</summary>
[TestClass]
internal sealed class TrustTests : IDisposable
{
    private const string Base = "dotnet/base";
    private const string Name = "team/app";

    private readonly TemporaryDirectory _machine = new();

    public void Dispose() => _machine.Dispose();

    private static TestLayer Honest { get; } = Layer("true");

    // Uncompressed, so that the size gives nothing away.
    private static ReadOnlyMemory<byte> Lies { get; } = Layer("evil").Content;

    private static TestLayer Layer(string text) => TestLayer.FromTar(
        TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "app/of-base", System.Text.Encoding.UTF8.GetBytes(text))), compress: false);

    [TestMethod]
    public async Task A_mirror_that_lies_is_passed_over_and_without_another_place_the_build_fails_and_keeps_nothing()
    {
        await using var origin = await TestRegistry.StartAsync();
        await using var mirror = await TestRegistry.StartAsync();
        foreach (var registry in new[] { origin, mirror })
        {
            registry.AddImage(Base, "10", TestImage.Create(Honest));
        }

        var digest = Digest.Of(Honest.Content.Span);
        mirror.AddBlob(Base, digest, Lies);
        using var project = await ProjectAsync(
            $"{origin.Authority}/{Base}:10",
            $"""<ItemGroup><ContainerizeRegistryMirror Include="{mirror.Authority}" Registry="{origin.Authority}" /></ItemGroup>""");

        origin.AddBlob(Base, digest, Lies);
        var refused = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "CTZ2006");
        StringAssert.Contains(refused.Output, digest.ToString());
        Assert.IsEmpty(Directory.GetFiles(project.Directory, "*.tar", SearchOption.AllDirectories));
        Assert.IsFalse(File.Exists(_machine[$"cache/blobs/sha256/{digest.Hex}"]));

        origin.AddBlob(Base, digest, Honest.Content);
        var built = await project.ContainerizeAsync();

        Assert.AreEqual(0, built.ExitCode, built.Output);
        Assert.AreEqual("true", ImageValidator.Check(project.Archive, baseLayers: 1).Single().Get("app/of-base").ReadAllText());
    }

    [TestMethod]
    [DataRow("-p:ContainerizeCacheVerify=true")]
    [DataRow("-p:ContainerizeCacheVerify=false")]
    public async Task A_layer_that_was_planted_in_one_registry_reaches_neither_the_other_nor_the_next_image(string property)
    {
        await using var first = await TestRegistry.StartAsync();
        await using var second = await TestRegistry.StartAsync();
        using var project = await ProjectAsync(
            "scratch",
            $"""
            <ItemGroup><ContainerRegistry Include="{first.Authority};{second.Authority}" /></ItemGroup>
            <PropertyGroup>
              <ContainerRepository>{Name}</ContainerRepository>
              <SelfContained>true</SelfContained>
            </PropertyGroup>
            """);
        await PushAsync(project, "here", property);
        var good = first.FindManifest(Name, "latest")!.Content;

        Plant(first);
        // On another machine, which remembers nothing, and there once more.
        Directory.Delete(Path.Combine(project.Directory, "obj", "Release", "net10.0", "linux-x64", "containerize"), recursive: true);
        await PushAsync(project, "elsewhere", property);
        await PushAsync(project, "elsewhere", property);

        foreach (var registry in new[] { first, second })
        {
            CollectionAssert.AreEqual(good.ToArray(), registry.FindManifest(Name, "latest")!.Content.ToArray());
            ImageValidator.Check(registry, Name, "latest").Single();
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_lock_takes_the_signatures_that_builds_take_be_they_of_the_index_or_of_each_platform(bool isIndexSigned)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = SigningKey.Import(ecdsa.ExportPkcs8PrivateKey(), "test");
        TestImage[] images =
        [
            .. new[] { "amd64", "arm64" }.Select(architecture =>
                TestImage.Create(new Platform { Os = "linux", Architecture = architecture }, docker: false, change: null)),
        ];
        var index = registry.AddIndex(Base, "10", images);
        Descriptor[] signed = isIndexSigned ? [index] : [.. images.Select(image => image.Descriptor)];
        var file = _machine.Write("key.pub", ecdsa.ExportSubjectPublicKeyInfoPem());
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
              <ContainerBaseImage>{registry.Authority}/{Base}:10</ContainerBaseImage>
              <ContainerizeCacheDirectory>{_machine["cache"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{registry.Authority}" Key="{file}" />
            </ItemGroup>
            """);

        Sign(registry, signed[0], key);
        var half = await project.RunAsync("build", "-t:ContainerizeLock");
        foreach (var manifest in signed.Skip(1))
        {
            Sign(registry, manifest, key);
        }

        var locked = await project.RunAsync("build", "-t:ContainerizeLock");
        var again = await project.RunAsync("build", "-t:ContainerizeLock");

        Assert.AreEqual(isIndexSigned, half.ExitCode == 0, half.Output);
        StringAssert.Contains(half.Output, isIndexSigned ? "is signed by the key" : "CTZ7040");
        Assert.AreEqual(0, locked.ExitCode, locked.Output);
        Assert.AreEqual(0, again.ExitCode, again.Output);
        var read = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(project.Directory, "containerize.lock.json")))!;
        CollectionAssert.AreEquivalent(
            signed.Select(each => each.Digest.ToString()).ToArray(),
            read["signatures"]!.AsObject().Select(each => each.Key).ToArray());

        // What is not locked any more needs no signature.
        var newer = registry.AddIndex(Base, "10", [.. images, TestImage.Create(Layer("newer"))]);
        Sign(registry, newer, key);
        var moved = await project.RunAsync("build", "-t:ContainerizeLock", $"-p:ContainerizeCacheDirectory={_machine["elsewhere"]}");
        Assert.AreEqual(0, moved.ExitCode, moved.Output);
        read = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(project.Directory, "containerize.lock.json")))!;
        Assert.IsFalse(read["signatures"]!.AsObject().ContainsKey(index.Digest.ToString()));
    }

    private static void Sign(TestRegistry registry, Descriptor subject, SigningKey key)
    {
        var bundle = SigstoreBundle.Sign(SignStatement.Of(subject.Digest), key).Write();
        var referrer = new Referrer(
            subject, SigstoreBundle.MediaType, new MemoryBlob(SigstoreBundle.MediaType, bundle), "sigstore.json");
        foreach (var blob in referrer.Blobs)
        {
            registry.AddBlob(Base, blob.Memory);
        }

        registry.AddManifest(Base, tag: null, referrer.Manifest.Memory, MediaTypes.OciManifest);
    }

    /// <summary>Puts an evil layer in the place of the first one, under its annotation and diffID.</summary>
    private static void Plant(TestRegistry registry)
    {
        var evil = registry.AddBlob(Name, Gzip(Lies));
        var manifest = JsonNode.Parse(registry.FindManifest(Name, "latest")!.Content.Span)!;
        manifest["layers"]![0]!["digest"] = evil.Digest.ToString();
        manifest["layers"]![0]!["size"] = evil.Size;
        registry.AddManifest(Name, "latest", OciJson.Write(manifest), MediaTypes.OciManifest);
    }

    private static byte[] Gzip(ReadOnlyMemory<byte> tar)
    {
        using var gzipped = new MemoryStream();
        using (var gzip = new GZipStream(gzipped, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(tar.Span);
        }

        return gzipped.ToArray();
    }

    private async Task PushAsync(TestProject project, string machine, string property)
    {
        var result = await project.ContainerizeAsync($"-p:ContainerizeCacheDirectory={_machine[machine]}", property);

        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private Task<TestProject> ProjectAsync(string baseImage, string body) => TestProject.ConsoleAsync($"""
        <PropertyGroup>
          <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
          <ContainerBaseImage>{baseImage}</ContainerBaseImage>
          <ContainerizeCacheDirectory>{_machine["cache"]}</ContainerizeCacheDirectory>
        </PropertyGroup>
        {body}
        """);
}
