using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Debian.Rootfs;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Layers;
using Containerize.Trees;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Trees;

/// <summary>Other bytes than a digest names get nowhere: not into a layer, not into a lock, not into the cache.</summary>
[TestClass]
internal sealed class LyingMirrorTests : IAsyncDisposable
{
    private const string Repository = "dotnet/base";

    private readonly TemporaryDirectory _folder = new();
    private readonly List<IDisposable> _used = [];

    private TestRegistry? _registry;

    /// <summary>What a build reads out of the layers of its base.</summary>
    internal enum Reading
    {
        /// <summary>The bundle, to which the project's own certificate authorities are added.</summary>
        Certificates,

        /// <summary>dpkg's status and the release, for packages.</summary>
        Packages,

        /// <summary>The same, for <c>-t:ContainerizeLockDebian</c>.</summary>
        Lock,

        /// <summary>The users, for the owner of a writable directory.</summary>
        Users,

        /// <summary>Links and directories, for where files go.</summary>
        Links,
    }

    private BlobStore Cache => new(_folder["cache"]);

    private TestRegistry Registry => _registry ?? throw new InvalidOperationException("The registry was not started.");

    private static TestLayer Honest { get; } = BaseLayer("the true bundle", "1654", "usr/bin");

    [TestInitialize]
    public async Task StartAsync() => _registry = await TestRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _used.ForEach(used => used.Dispose());
        await Registry.DisposeAsync();
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow(nameof(Reading.Certificates))]
    [DataRow(nameof(Reading.Packages))]
    [DataRow(nameof(Reading.Lock))]
    [DataRow(nameof(Reading.Users))]
    [DataRow(nameof(Reading.Links))]
    public async Task Other_bytes_under_the_digest_of_a_base_layer_are_refused_and_nothing_is_kept(string reading)
    {
        Registry.AddImage(Repository, "1", TestImage.Create(Honest));
        var digest = Digest.Of(Honest.Content.Span);
        var lies = BaseLayer("another bundle!", "0000", "tmp/bin");
        Assert.AreEqual(Honest.Content.Length, lies.Content.Length, "The size gives nothing away.");

        foreach (
            var content in new[]
            {
                lies.Content,
                lies.Content[..^512],
                (byte[])[.. lies.Content.Span, .. new byte[512]],
                Honest.Content[..1024],
                ReadOnlyMemory<byte>.Empty,
            })
        {
            Registry.AddBlob(Repository, digest, content);

            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(reading));

            // A body that ends too early looks like a broken connection.
            Assert.AreEqual(
                content.Length < Honest.Content.Length ? DiagnosticCode.RegistryUnavailable : DiagnosticCode.DigestMismatch, failure.Code);
            StringAssert.Contains(failure.Message, digest.ToString());
            // Blobs of documents, and when they were used, are no knowledge of the layer. Nor is what came before a connection broke: it is
            // verified with the rest, when there is one.
            string[] partial = content.Length < Honest.Content.Length ? [CacheFiles.Parts] : [];
            string[] expected = ["blobs", "locks", RecordKind.Use.Name, CacheMarker.FileName, .. partial];
            Assert.AreEqual(
                "", string.Join('\n', _folder.Files().Where(file => !expected.Any(name => file.Contains(name, StringComparison.Ordinal)))));
            Assert.IsFalse(File.Exists(Cache.PathOf(digest)));
        }

        Registry.AddBlob(Repository, digest, Honest.Content);
        await AssertIsTrueAsync(reading);
    }

    [TestMethod]
    [DataRow(nameof(Reading.Certificates), "other bytes")]
    [DataRow(nameof(Reading.Users), "other bytes")]
    [DataRow(nameof(Reading.Links), "cut short")]
    [DataRow(nameof(Reading.Certificates), "too long")]
    [DataRow(nameof(Reading.Users), "empty")]
    [DataRow(nameof(Reading.Links), "a link")]
    public async Task A_damaged_copy_in_the_cache_is_moved_aside_and_fetched_again(string reading, string damage)
    {
        Registry.AddImage(Repository, "1", TestImage.Create(Honest));
        var path = Cache.PathOf(Digest.Of(Honest.Content.Span));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var lies = BaseLayer("another bundle!", "0000", "tmp/bin").Content.ToArray();
        switch (damage)
        {
            case "a link":
                File.CreateSymbolicLink(path, _folder.Write("elsewhere", Encoding.UTF8.GetBytes("anything")));
                break;
            default:
                await File.WriteAllBytesAsync(
                    path, damage switch { "other bytes" => lies, "cut short" => lies[..1000], "too long" => [.. lies, 0], _ => [] });
                break;
        }

        await AssertIsTrueAsync(reading);

        CollectionAssert.AreEqual(Honest.Content.ToArray(), await File.ReadAllBytesAsync(path));
        Assert.HasCount(1, Directory.GetFiles(_folder["cache"]).Where(file => Path.GetFileName(file) != CacheMarker.FileName).ToList());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(-1)]
    [DataRow(-1000)]
    [DataRow(int.MaxValue)]
    public async Task A_size_that_lies_is_refused_and_the_good_copy_stays(int difference)
    {
        var image = TestImage.Create(Honest);
        Registry.AddImage(Repository, "1", WithSize(image, manifest => manifest["layers"]![0]!, difference));
        await Cache.AddAsync(DescriptorOf(Honest), new MemoryStream(Honest.Content.ToArray()), "test", CancellationToken.None);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(nameof(Reading.Certificates)));

        Assert.AreEqual(difference > 0 ? DiagnosticCode.RegistryUnavailable : DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsTrue(Cache.TryGet(DescriptorOf(Honest), out _));
        Assert.IsFalse(Directory.Exists(_folder["cache/trees"]));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(-1)]
    public async Task The_sizes_of_manifests_and_configs_count_too(int difference)
    {
        var image = TestImage.Create(Honest);
        Registry.AddImage(Repository, "1", WithSize(image, manifest => manifest["config"]!, difference));
        var index = JsonNode.Parse(TestImage.Index(image))!;
        index["manifests"]![0]!["size"] = image.Manifest.Length + difference;
        Registry.AddImage(Repository, null, image);
        Registry.AddManifest(Repository, "2", Encoding.UTF8.GetBytes(index.ToJsonString()), MediaTypes.OciIndex);

        foreach (var tag in new[] { "1", "2" })
        {
            var expected = tag == "1" && difference > 0 ? DiagnosticCode.RegistryUnavailable : DiagnosticCode.DigestMismatch;
            Assert.AreEqual(expected, (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync(tag))).Code, tag);
        }
    }

    [TestMethod]
    [DataRow("other bytes")]
    [DataRow("cut short")]
    public async Task A_damaged_layout_is_refused_and_stays_as_it_is(string damage)
    {
        var image = TestImage.Create(Honest);
        TestImage.WriteLayout(_folder["layout"], ("1", image));
        var path = _folder[$"layout/blobs/sha256/{Digest.Of(Honest.Content.Span).Hex}"];
        var lies = BaseLayer("another bundle!", "0000", "tmp/bin").Content.ToArray();
        var opened = await new LayoutSource(_folder["layout"], "1").OpenAsync(Sample.Amd64, CancellationToken.None);
        await File.WriteAllBytesAsync(path, damage == "cut short" ? lies[..1000] : lies);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(nameof(Reading.Users), opened));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        StringAssert.Contains(failure.Message, path);
        Assert.IsTrue(File.Exists(path));
        Assert.IsFalse(Directory.Exists(_folder["cache/trees"]));
    }

    [TestMethod]
    public async Task The_layer_of_another_image_is_refused_when_its_bytes_are_others()
    {
        var digest = Digest.Of(Honest.Content.Span);
        Registry.AddBlob(Repository, digest, BaseLayer("another bundle!", "0000", "tmp/bin").Content);

        var prepared = await new RegistryLayer(Registry.Repository(Repository), digest, Client())
            .PrepareAsync(Context(EmptyBase()), CancellationToken.None);
        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => prepared.WriteAsync(similar: null, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsEmpty(_folder.Files().Where(file => file.Contains("blobs", StringComparison.Ordinal)).ToList());
    }

    [TestMethod]
    public async Task A_tar_that_changes_after_it_was_hashed_is_not_read()
    {
        var path = _folder.Write("tools.tar", TestLayer.Tar(Text("a")));
        var prepared = await new TarLayer("tools.tar", path).PrepareAsync(Context(EmptyBase()), CancellationToken.None);
        await File.WriteAllBytesAsync(path, TestLayer.Tar(Text("b")));

        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => prepared.WriteAsync(similar: null, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.FileChanged, failure.Code);
    }

    private static TestLayer BaseLayer(string bundle, string user, string bin) => TestLayer.FromTar(
        TestLayer.Tar(
            DirectoryAt("etc"),
            Text("etc/passwd", $"root:x:0:0::/root:/bin/sh\napp:x:{user}:{user}::/home/app:/bin/sh\n"),
            Text("etc/ssl/certs/ca-certificates.crt", bundle + "\n"),
            Link("bin", bin),
            Text("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
            Text("var/lib/dpkg/status", $"Package: base\nStatus: install ok installed\nVersion: {user}\n")),
        compress: false);

    private static Descriptor DescriptorOf(TestLayer layer) => new MemoryBlob(MediaTypes.OciLayer, layer.Content).Descriptor;

    private static TestImage WithSize(TestImage image, Func<JsonNode, JsonNode> choose, int difference)
    {
        var manifest = JsonNode.Parse(image.Manifest.Span)!;
        var descriptor = choose(manifest);
        descriptor["size"] = descriptor["size"]!.GetValue<long>() + difference;
        return image with { Manifest = Encoding.UTF8.GetBytes(manifest.ToJsonString()) };
    }

    private static BaseImage EmptyBase() => new(Sample.Image(Sample.Amd64, []), "base");

    /// <summary>Reads as a build does, and finds what the honest layer says.</summary>
    private async Task AssertIsTrueAsync(string reading)
    {
        if (reading is nameof(Reading.Packages) or nameof(Reading.Lock))
        {
            // The base is read; that there is no archive comes after it.
            Assert.AreEqual(
                DiagnosticCode.ArchiveUnavailable,
                (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => BuildAsync(reading))).Code);
            return;
        }

        var entries = LayerFixture.Entries(await BuildAsync(reading))
            .ToDictionary(entry => entry.Name.TrimEnd('/'), StringComparer.Ordinal);
        switch (reading)
        {
            case nameof(Reading.Certificates):
                StringAssert.StartsWith(
                    Encoding.ASCII.GetString(LayerFixture.Content(entries["etc/ssl/certs/ca-certificates.crt"])), "the true bundle\n");
                break;
            case nameof(Reading.Users):
                Assert.AreEqual(1654, entries["data"].Uid);
                break;
            default:
                Assert.IsTrue(entries.ContainsKey("usr/bin/tool"));
                break;
        }
    }

    private async Task<LayerRecord> BuildAsync(string reading, BaseImage? opened = null)
    {
        var context = Context(opened ?? await OpenAsync("1"));
        if (reading == nameof(Reading.Lock))
        {
            await new DebianLayer(Packages(reading)).MakeAsync(context, CancellationToken.None);
            throw new InvalidOperationException("There is no archive to lock packages of.");
        }

        ILayerSource source = reading switch
        {
            nameof(Reading.Users) or nameof(Reading.Links) => Placed(),
            _ => new DebianLayer(Packages(reading)),
        };
        return await (await source.PrepareAsync(context, CancellationToken.None)).WriteAsync(similar: null, CancellationToken.None);
    }

    private async Task<BaseImage> OpenAsync(string tag) =>
        await new RegistrySource(
            Client(),
            new ImageReference(Registry.Repository(Repository), tag, null),
            tags: null,
            Cache,
            prefetch: false).OpenAsync(Sample.Amd64, CancellationToken.None);

    private LayerContext Context(BaseImage opened) =>
        new(Task.FromResult(opened), new LayerCache(Cache), FileHashes.Load(null), new LayerOptions());

    private static EntriesLayer Placed()
    {
        LayerEntry[] entries =
        [
            new() { Path = "bin/tool", Type = LayerEntryType.File, Mode = Mode("755"), Content = "tool"u8.ToArray() },
            new() { Path = "data", Type = LayerEntryType.Directory, Mode = Mode("755") },
        ];
        var placement = new Placement([new WritableDirectory("data", Mode("755"), null)], "app", new Dictionary<string, string>());
        return new EntriesLayer("files", entries) { Placement = placement };
    }

    private RegistryClient Client()
    {
        var options = new RegistryOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(5),
            Environment = _ => null,
            SystemConfigDirectory = _folder["etc"],
            SystemRuntimeDirectory = _folder["run"],
            SystemDataDirectory = _folder["share"],
        };
        var client = new RegistryClient(options, new RecordingReporter(), Cache);
        _used.Add(client);
        return client;
    }

    private DebianPackages Packages(string reading)
    {
        var settings = new DebianSettings
        {
            LockFile = _folder["lock.json"],
            LockMode = reading == nameof(Reading.Lock) ? DebianLockMode.Renew : DebianLockMode.Update,
            Mirror = new Uri(_folder["no-mirror/"]).AbsoluteUri,
            Packages = reading == nameof(Reading.Certificates) ? [] : ["libx"],
            Certificates = reading == nameof(Reading.Certificates) ? [Certificate()] : [],
        };
        var packages = new DebianPackages(settings, Cache, new RecordingReporter());
        _used.Add(packages);
        return packages;
    }

    private static CaCertificate Certificate()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=Corp", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return new CaCertificate("corp", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
    }
}
