using System.Formats.Tar;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Verification;
using static Containerize.Tests.Verification.VerificationLab;

namespace Containerize.Tests.Verification;

[TestClass]
internal sealed class RebuildVerifierTests
{
    private readonly VerificationLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    public async Task The_same_image_is_one_line()
    {
        var built = Build(Layer("app", Text("app/a.txt", "1")));

        var verdict = await _lab.VerifyAsync(built, built);

        Assert.IsTrue(verdict.IsEqual);
        Assert.AreEqual(
            $"app:1 is equal to what was rebuilt, to the byte: {built.Image.Manifest.Descriptor.Digest}",
            VerdictLines.Of(verdict).Single().ToString());
    }

    [TestMethod]
    public async Task The_same_image_in_a_registry_costs_no_layer_and_writes_nothing()
    {
        await using var registry = await TestRegistry.StartAsync();
        var built = Build(Layer("app", Text("app/a.txt", "1")));
        var image = built.Image;
        foreach (var blob in image.Layers.Select(layer => layer.Blob).OfType<MemoryBlob>().Append(image.Config.Blob))
        {
            registry.AddBlob("app", blob.Memory);
        }

        registry.AddManifest("app", "1", image.Manifest.Memory, image.Manifest.Descriptor.MediaType);

        var verdict = await _lab.VerifyAsync(new RegistryReference(ImageReference.Parse($"{registry.Authority}/app:1")), [built]);

        Assert.IsTrue(verdict.IsEqual);
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")).ToList());
        Assert.IsEmpty(registry.Requests.Where(request =>
            image.Layers.Any(layer => request.Path.Contains(layer.Blob.Descriptor.Digest.Hex, StringComparison.Ordinal))).ToList());
    }

    [TestMethod]
    public async Task An_image_that_does_not_exist_is_said_to()
    {
        await using var registry = await TestRegistry.StartAsync();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _lab.VerifyAsync(
            new RegistryReference(ImageReference.Parse($"{registry.Authority}/app:1")), [Build()]));

        Assert.AreEqual(DiagnosticCode.VerifiedImageNotFound, failure.Code);
    }

    [TestMethod]
    public async Task A_layer_names_its_first_file_of_each_cause()
    {
        var verdict = await _lab.VerifyAsync(
            Build(Layer("app", Text("app/a", "2026-11-29"), Text("app/b", "2026-11-29"), Text("app/c", "x"), Text("app/d", "="))),
            Build(Layer("app", Text("app/a", "2026-11-30"), Text("app/b", "2026-11-30"), Text("app/c", "y"), Text("app/d", "="))));

        var layer = verdict.Platforms.Single().Layers.Single();
        Assert.AreEqual(("app", 3), (layer.Name, layer.FileCount));
        CollectionAssert.AreEqual(
            new[] { "/app/a Clock 1", "/app/c Source 0" },
            layer.Files.Select(file => $"{file.Path} {file.Cause} {file.Others}").ToArray());
        Assert.AreEqual(Sameness.Different, verdict.Platforms.Single().Sameness);
        StringAssert.Contains(VerdictLines.Summary(verdict).ToString(), "/app/a of the project, a clock or a random number");
    }

    [TestMethod]
    public async Task Packages_are_those_of_both_files_of_dependencies()
    {
        static (string Path, byte[] Content) Dependencies(string version) => Text("app/app.deps.json",
            """
            {"targets":{"net10.0":{"Lib/VERSION":{"runtime":{"lib/net8.0/Lib.dll":{}}},"Own/1.0.0":{"runtime":{"Own.dll":{}}}}},
            "libraries":{"Lib/VERSION":{"type":"package"},"Own/1.0.0":{"type":"project"}}}
            """.Replace("VERSION", version, StringComparison.Ordinal));
        var verdict = await _lab.VerifyAsync(
            Build(Layer("dependencies", ("app/Lib.dll", [1])), Layer("app", Dependencies("1.0.0"), ("app/Own.dll", [0, 1]))),
            Build(Layer("dependencies", ("app/Lib.dll", [2])), Layer("app", Dependencies("2.0.0"), ("app/Own.dll", [0, 2]))));

        CollectionAssert.AreEqual(
            new[]
            {
                "/app/Lib.dll Lib 2.0.0 Package Lib 1.0.0 in the image, 2.0.0 in the rebuild",
                "/app/Own.dll project Own Source the content is another one",
                "/app/app.deps.json the .NET SDK Package Lib 1.0.0 in the image, 2.0.0 in the rebuild",
            },
            verdict.Platforms.Single().Layers.SelectMany(layer => layer.Files)
                .Select(file => $"{file.Path} {file.Origin} {file.Cause} {file.Detail}").ToArray());
    }

    [TestMethod]
    public async Task A_layer_that_is_compressed_in_another_way_has_the_same_content()
    {
        static TarEntry Entry() => TestLayer.Entry(TarEntryType.RegularFile, "app/a.txt", [1]);
        var verdict = await _lab.VerifyAsync(Build(Layer("app", compress: true, Entry())), Build(Layer("app", compress: false, Entry())));

        var platform = verdict.Platforms.Single();
        Assert.AreEqual(Sameness.SameContent, platform.Sameness);
        StringAssert.Contains(
            platform.Layers.Single().Note, "stored in another way: application/vnd.oci.image.layer.v1.tar+gzip in the image");
        Assert.IsFalse(verdict.IsEqual);
        StringAssert.Contains(
            VerdictLines.Summary(verdict).ToString(), "holds what was rebuilt, and is stored or annotated in another way");
    }

    [TestMethod]
    public async Task Files_with_other_times_alone_are_no_other_files()
    {
        var first = TestLayer.Entry(TarEntryType.RegularFile, "app/a", [1]);
        var second = TestLayer.Entry(TarEntryType.RegularFile, "app/a", [1]);
        second.ModificationTime = DateTimeOffset.UnixEpoch.AddDays(1000);
        var verdict = await _lab.VerifyAsync(Build(Layer("app", compress: true, first)), Build(Layer("app", compress: true, second)));

        var layer = verdict.Platforms.Single().Layers.Single();
        Assert.AreEqual(0, layer.FileCount);
        StringAssert.Contains(layer.Note, "SOURCE_DATE_EPOCH");
    }

    [TestMethod]
    public async Task A_layer_that_only_one_has_and_a_file_that_moved_there_are_named()
    {
        var verdict = await _lab.VerifyAsync(
            Build(Layer("app", ("app/Lib.dll", [1]), ("app/app.dll", [2]))),
            Build(Layer("dependencies", ("app/Lib.dll", [1])), Layer("app", ("app/app.dll", [2]))));

        var layers = verdict.Platforms.Single().Layers;
        CollectionAssert.AreEquivalent(
            new[]
            {
                "app /app/Lib.dll Layer it is in the layer 'dependencies' of the rebuild",
                "dependencies /app/Lib.dll Layer it is in the layer 'app' of the image",
            },
            layers.Select(layer => $"{layer.Name} {layer.Files.Single().Path} {layer.Files.Single().Cause} {layer.Files.Single().Detail}")
                .ToArray());
        Assert.IsNull(layers.Single(layer => layer.Name == "dependencies").Image);
    }

    [TestMethod]
    public async Task Another_base_is_named_and_not_read()
    {
        var app = Layer("app", Text("app/a.txt", "1"));
        var verdict = await _lab.VerifyAsync(
            Build(Sample.GzipLayer("old"), null, null, app), Build(Sample.GzipLayer("new"), null, null, app));

        var platform = verdict.Platforms.Single();
        Assert.AreEqual("base", platform.Layers.Single().Name);
        Assert.IsEmpty(platform.Layers.Single().Files);
        Assert.AreEqual(
            $"another base image: registry.example.com/base:1@{Sample.GzipLayer("old").DiffId} in the image, "
            + $"registry.example.com/base:1@{Sample.GzipLayer("new").DiffId} in the rebuild",
            platform.Layers.Single().Note);
    }

    [TestMethod]
    public async Task Settings_and_annotations_are_named_and_secrets_are_not()
    {
        static ImageSettings Settings(string user, string password) => new()
        {
            User = user,
            Environment = new Dictionary<string, string> { ["DB_PASSWORD"] = password },
        };
        var app = Layer("app", Text("app/a.txt", "1"));
        var verdict = await _lab.VerifyAsync(
            Build(Sample.GzipLayer(), null, Settings("app", "hunter2-first"), app),
            Build(Sample.GzipLayer(), null, Settings("1654", "hunter2-second"), app));

        var platform = verdict.Platforms.Single();
        Assert.AreEqual("User app 1654", $"{platform.Settings.Single().Name} {platform.Settings.Single().Image.Single()} "
            + platform.Settings.Single().Rebuilt.Single());
        Assert.IsFalse(string.Join('\n', VerdictLines.Of(verdict)).Contains("hunter2", StringComparison.Ordinal));
        Assert.IsEmpty(platform.Layers);
    }

    [TestMethod]
    public async Task Each_platform_of_an_index_has_its_verdict()
    {
        static BuiltImage For(Platform platform, string text) =>
            Build(Sample.GzipLayer(), platform, null, Layer("app", Text("app/a.txt", text)));
        var verdict = await _lab.VerifyAsync(
            [For(Sample.Amd64, "same"), For(Sample.Arm64, "one")], [For(Sample.Amd64, "same"), For(Sample.Arm64, "other")]);

        CollectionAssert.AreEqual(
            new[] { "linux/amd64 Equal", "linux/arm64 Different" },
            verdict.Platforms.Select(platform => $"{platform.Platform} {platform.Sameness}").ToArray());
        Assert.IsEmpty(verdict.Index);
        Assert.IsFalse(verdict.IsEqual);
    }

    [TestMethod]
    public async Task An_index_with_an_image_that_the_project_does_not_build_is_another_one()
    {
        static BuiltImage For(Platform platform) => Build(Sample.GzipLayer(), platform, null, Layer("app", Text("app/a.txt", "1")));
        var s390x = Sample.Amd64 with { Architecture = "s390x" };
        var verdict = await _lab.VerifyAsync(
            [For(Sample.Amd64), For(Sample.Arm64), For(s390x)], [For(Sample.Amd64), For(Sample.Arm64)]);

        StringAssert.StartsWith(verdict.Index.Single(), "only the image's has an image for linux/s390x");
        Assert.IsFalse(verdict.IsEqual);
    }

    [TestMethod]
    public async Task One_image_of_an_index_can_be_verified_alone_and_another_platform_is_not_there()
    {
        static BuiltImage For(Platform platform) => Build(Sample.GzipLayer(), platform, null, Layer("app", Text("app/a.txt", "1")));

        Assert.IsTrue((await _lab.VerifyAsync([For(Sample.Amd64), For(Sample.Arm64)], [For(Sample.Arm64)])).IsEqual);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _lab.VerifyAsync(
            [For(Sample.Amd64), For(Sample.Arm64)], [For(Sample.Amd64 with { Architecture = "s390x" })]));
        Assert.AreEqual(DiagnosticCode.VerifiedImageNotFound, failure.Code);
        StringAssert.Contains(failure.Message, "linux/s390x");
    }

    [TestMethod]
    [DataRow("1", true)]
    [DataRow("2", false)]
    public async Task Of_an_index_a_verdict_on_one_image_is_no_verdict_on_the_others(string text, bool isEqual)
    {
        static BuiltImage For(string architecture, string text = "1") => Build(
            Sample.GzipLayer(), Sample.Amd64 with { Architecture = architecture }, null, Layer("app", Text("app/a.txt", text)));

        var verdict = await _lab.VerifyAsync([For("amd64"), For("arm64"), For("s390x")], [For("arm64", text)]);

        var lines = string.Join('\n', VerdictLines.Of(verdict));
        Assert.AreEqual(isEqual, verdict.IsEqual);
        Assert.AreEqual(For("arm64").Image.Manifest.Descriptor.Digest.ToString(), verdict.Digest);
        StringAssert.Contains(lines, verdict.Digest);
        StringAssert.Contains(lines, "linux/arm64");
        Assert.HasCount(2, verdict.NotCompared);
        foreach (var other in new[] { For("amd64"), For("s390x") })
        {
            StringAssert.Contains(lines, $"{other.Image.Config.Platform} ({other.Image.Manifest.Descriptor.Digest})");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_verdict_on_all_images_names_what_was_compared(int images)
    {
        IReadOnlyList<BuiltImage> built = [.. new[] { Sample.Amd64, Sample.Arm64 }.Take(images)
            .Select(platform => Build(Sample.GzipLayer(), platform, null, Layer("app", Text("app/a.txt", "1"))))];

        var verdict = await _lab.VerifyAsync(built, built);

        Assert.IsEmpty(verdict.NotCompared);
        Assert.AreEqual(ImageSet.Of([.. built.Select(each => each.Image)]).Root.Descriptor.Digest.ToString(), verdict.Digest);
    }

    [TestMethod]
    public async Task A_provenance_says_which_commit_and_properties_the_image_needs()
    {
        var (image, rebuilt) = (Build(Layer("app", Text("app/a.txt", "1"))), Build(Layer("app", Text("app/a.txt", "2"))));
        var statement = """
            {"predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{
            "buildType":"https://containerize.invalid/build/v1",
            "externalParameters":{"properties":{"ContainerUser":"1654","ContainerRegistry":"elsewhere.example.com"}},
            "internalParameters":{"dotnetSdk":"10.0.101"},
            "resolvedDependencies":[{"uri":"git+https://example.com/app","digest":{"gitCommit":"c0ffee"}}]}}}
            """u8.ToArray();
        var evidence = new Evidence
        {
            Referrers =
            [
                new Referrer(
                    image.Image.Manifest.Descriptor,
                    Attestation.MediaType,
                    new MemoryBlob(Attestation.MediaType, statement),
                    "provenance.json"),
            ],
        };

        var source = (await _lab.VerifyAsync([image], [rebuilt], evidence)).Platforms.Single().Source!;

        Assert.AreEqual(("c0ffee", "tree", "10.0.101", true), (source.Commit, source.RebuiltCommit, source.Sdk, source.HasProvenance));
        Assert.AreEqual("ContainerUser 1654", $"{source.Properties.Single().Name} {source.Properties.Single().Image.Single()}");
    }

    [TestMethod]
    public async Task An_archive_of_docker_save_has_no_manifest_and_is_equal_by_its_config()
    {
        using var folder = new TemporaryDirectory();
        var built = Build(Layer("app", Text("app/a.txt", "1")));
        await new ArchiveDestination(folder["app.tar"], Sample.Name("1"), new RecordingReporter())
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
        var place = new DockerArchiveReference(folder["app.tar"], null);

        Assert.IsTrue((await _lab.VerifyAsync(place, [built])).IsEqual);
        var other = (await _lab.VerifyAsync(place, [Build(Layer("app", Text("app/a.txt", "2")))])).Platforms.Single();
        Assert.AreEqual("/app/a.txt", other.Layers.Single().Files.Single().Path);
    }
}
