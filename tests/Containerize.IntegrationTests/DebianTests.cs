using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.IntegrationTests.Tools;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Images of Debian's packages, from this machine's own archive, in the hands of engines.</summary>
[TestClass]
[Requires("root", "apt-get", "podman", "runc", "dockerd", "docker", "update-ca-certificates")]
internal sealed class DebianTests
{
    // ELF: e_machine, EM_AARCH64.
    private const int ElfMachineOffset = 18;
    private const ushort ElfMachineArm64 = 183;
    private const string Answer = "1.234,50 €; Europe/Berlin 02:00:00; trusted roots; app /home/app";

    // One storage for all: images of this class have layers in common, and unpacking them takes longer than running them.
    private static Podman? s_podman;

    private static Podman Podman => s_podman ?? throw new InvalidOperationException("Podman's storage was not made.");

    [ClassInitialize]
    public static async Task MakeStorageAsync(TestContext _) => s_podman = await Podman.StartAsync();

    [ClassCleanup]
    public static async Task RemoveStorageAsync() => await (s_podman?.DisposeAsync() ?? ValueTask.CompletedTask);

    [TestMethod]
    public async Task The_quick_start_runs_in_podman_and_in_docker_with_cultures_time_zones_and_certificates()
    {
        var archive = await PublishAsync("hello-web");
        using var work = new TemporaryDirectory();
        await AssertBundleIsThatOfTheToolAsync(ImageValidator.Check(archive, baseLayers: 1).Single(), work);
        await PublishAsync("hello-web", "--no-build", "-p:ContainerBaseImage=debian-packages:trixie", "-p:ContainerRepository=hello-trixie",
            $"-p:ContainerArchiveOutputPath={work["trixie.tar"]}");
        StringAssert.Contains(ImageValidator.Check(work["trixie.tar"], baseLayers: 1).Single().Get("usr/lib/os-release")
            .ReadAllText(), "VERSION_CODENAME=trixie");

        await Podman.LoadAsync(archive);
        Assert.AreEqual(Answer, await Podman.AskAsync("hello-web:latest", FreePort.Find()));
        await Podman.LoadAsync(work["trixie.tar"]);
        Assert.AreEqual(Answer, await Podman.AskAsync("hello-trixie:latest", FreePort.Find()));
        await using var docker = await Dockerd.StartAsync();
        await docker.LoadAsync(archive);
        Assert.AreEqual(Answer, await docker.AskAsync("hello-web:latest", FreePort.Find()));
    }

    [TestMethod]
    public async Task Packages_that_the_base_lacks_make_an_app_work()
    {
        var archive = await PublishAsync("fonts");
        ImageValidator.Check(archive, baseLayers: 2);

        await Podman.LoadAsync(archive);
        Assert.AreEqual("DejaVu Sans draws 640 x 120", await Podman.AskAsync("fonts:latest", FreePort.Find()));
    }

    [TestMethod]
    public async Task An_app_that_is_not_root_reads_its_file_and_writes_into_its_directory_only()
    {
        var archive = await PublishAsync("files");
        var image = ImageValidator.Check(archive, baseLayers: 1).Single();
        Assert.AreEqual(1654, image.Get("data").Uid);

        await Podman.LoadAsync(archive);
        Assert.AreEqual("Hello from a file; does not write to /app; uid 1654", await Podman.AskAsync("files:latest", FreePort.Find()));
    }

    [TestMethod]
    public async Task An_app_of_three_projects_has_the_layers_that_it_chose()
    {
        var archive = await PublishAsync("three-projects/shop");
        var image = ImageValidator.Check(archive, baseLayers: 1).Single();
        Assert.HasCount(5, image.Layers);
        CollectionAssert.IsSubsetOf(new[] { "app/goods.txt" }, image.Layers[2].Paths.ToList());
        CollectionAssert.IsSubsetOf(new[] { "app/catalog.dll", "app/prices.dll" }, image.Layers[3].Paths.ToList());
        CollectionAssert.DoesNotContain(image.Layers[4].Paths.ToList(), "app/catalog.dll");

        await Podman.LoadAsync(archive);
        var run = (
            await Podman.RunAsync(
                "run",
                "--rm",
                "--network=host",
                "--ulimit",
                "nofile=1024:1024",
                "--ulimit",
                "nproc=1000:1000",
                "shop:latest")).EnsureSuccess();
        Assert.AreEqual("apple: 50 cents\npear: 40 cents", run.Output.Trim());
    }

    [TestMethod]
    public async Task The_lock_gives_the_same_image_in_another_process_without_a_cache_and_from_another_mirror()
    {
        using var project = await TestProject.WebAsync(
            "<PropertyGroup><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained>" +
                "<InvariantGlobalization>true</InvariantGlobalization><ContainerBaseImage>debian-packages:bookworm</ContainerBaseImage>" +
                "</PropertyGroup>");
        using var work = new TemporaryDirectory();
        var first = await project.ContainerizeAsync($"-p:ContainerizeCacheDirectory={work["cache"]}");
        Assert.AreEqual(0, first.ExitCode, first.Output);
        var (digest, archive) = (project.Digest, await File.ReadAllBytesAsync(project.Archive));
        var lockFile = Path.Combine(project.Directory, DebianLock.FileName);
        var locked = await File.ReadAllTextAsync(lockFile);
        // Packages alone: a locked build needs nothing else of a mirror.
        foreach (var package in DebianLock.Read(lockFile)!.Sets.Single().Packages)
        {
            work.Write(
                Path.Combine("mirror", package.Archive == ArchiveSources.Security ? "debian-security" : "debian", package.Path),
                await File.ReadAllBytesAsync(new BlobStore(work["cache"]).PathOf(package.Digest)));
        }

        Directory.Delete(work["cache"], recursive: true);
        foreach (var mirror in new[] { "", new Uri(work["mirror/debian"]).AbsoluteUri })
        {
            var again = await project.ContainerizeAsync("--no-build", $"-p:ContainerizeCacheDirectory={work[$"cache of {mirror.Length}"]}",
                "-p:ContainerizeDebianLockedMode=true", $"-p:ContainerizeDebianMirror={mirror}");

            Assert.AreEqual(0, again.ExitCode, again.Output);
            Assert.AreEqual(digest, project.Digest, mirror);
            CollectionAssert.AreEqual(archive, await File.ReadAllBytesAsync(project.Archive), mirror);
            Assert.AreEqual(locked, await File.ReadAllTextAsync(lockFile));
        }

        await AssertLockIsHeldAndRenewedAsync(project, lockFile, locked, work["cache of 0"]);
    }

    private static async Task AssertLockIsHeldAndRenewedAsync(TestProject project, string lockFile, string locked, string cache)
    {
        string[] held = ["--no-build", $"-p:ContainerizeCacheDirectory={cache}", "-p:ContainerizeDebianLockedMode=true"];
        var stale = await project.ContainerizeAsync([.. held, "-p:InvariantGlobalization=false"]);
        Assert.AreNotEqual(0, stale.ExitCode);
        StringAssert.Contains(stale.Output, "CTZ5011");

        var netbase = DebianLock.Read(lockFile)!.Sets.Single().Packages.Single(package => package.Name == "netbase");
        await File.WriteAllTextAsync(
            lockFile,
            locked.Replace(netbase.Digest.Hex, new string('0', netbase.Digest.Hex.Length), StringComparison.Ordinal)
                .Replace(netbase.Version, "0.1", StringComparison.Ordinal));
        var gone = await project.ContainerizeAsync(held);
        Assert.AreNotEqual(0, gone.ExitCode);
        StringAssert.Contains(gone.Output, "CTZ5012");
        StringAssert.Contains(gone.Output, "netbase 0.1");

        var renewed = await project.RunAsync("build", "-t:ContainerizeLockDebian", $"-p:ContainerizeCacheDirectory={cache}");
        Assert.AreEqual(0, renewed.ExitCode, renewed.Output);
        StringAssert.Contains(renewed.Output, lockFile);
        StringAssert.Contains(await File.ReadAllTextAsync(lockFile), netbase.Digest.Hex);
    }

    [TestMethod]
    [DataRow("bookworm")]
    [DataRow("trixie")]
    public async Task A_base_for_arm64_is_made_of_its_packages_on_any_machine(string suite)
    {
        using var work = new TemporaryDirectory();
        var store = new BlobStore(work["cache"]);
        var reporter = new RecordingReporter();
        using var packages = new DebianPackages(
            new DebianSettings { LockFile = work["lock.json"], LockMode = DebianLockMode.ReadOnly, IsInvariant = true }, store, reporter);

        var made = await new DebianBaseSource(suite, packages, new LayerCache(store), new LayerOptions())
            .OpenAsync(new Platform { Os = "linux", Architecture = "arm64" }, CancellationToken.None);

        await new LayoutDestination(work["layout"], new ImageName(null, "base", ["latest"]), reporter)
            .WriteAsync(new ImageSet(made.Image), CancellationToken.None);
        var image = ImageValidator.Check(work["layout"], baseLayers: 1).Single();
        Assert.AreEqual("linux/arm64", image.Platform);
        var library = image.Get("usr/lib/aarch64-linux-gnu/libc.so.6").ReadAllBytes();
        Assert.AreEqual("\u007FELF", Encoding.Latin1.GetString(library, 0, 4));
        Assert.AreEqual(ElfMachineArm64, BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan(ElfMachineOffset)));
        Assert.AreEqual("usr/lib", image.Get("lib").LinkTarget);
        Assert.IsNotNull(image.Find("usr/lib/ld-linux-aarch64.so.1"), "the loader, as programs name it");
        StringAssert.Contains(image.Get("usr/lib/os-release").ReadAllText(), $"VERSION_CODENAME={suite}");
        var notes = image.Layers[0].Entries.Where(entry => entry.Type == TarEntryType.RegularFile
            && entry.Path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal)
            && !entry.Path.EndsWith(".md5sums", StringComparison.Ordinal)).Select(entry => entry.ReadAllText()).ToList();
        CollectionAssert.AreEquivalent(
            new[] { "arm64", "all" },
            notes.Select(note => note.Split('\n').Single(line => line.StartsWith("Architecture: ", StringComparison.Ordinal))[14..])
                .Distinct().ToArray());
        Assert.IsTrue(notes.Exists(note => note.StartsWith("Package: libc6\n", StringComparison.Ordinal)));
        Assert.IsEmpty(reporter.Warnings);
    }

    /// <summary>Debian's own tool, let loose on the certificates of the image, has to write what we wrote.</summary>
    private static async Task AssertBundleIsThatOfTheToolAsync(ValidatedImage image, TemporaryDirectory work)
    {
        const string Certificates = "usr/share/ca-certificates/";
        var names = new List<string>();
        foreach (
            var entry in image.Layers[0].Entries.Where(entry => entry.Type == TarEntryType.RegularFile
                && entry.Path.StartsWith(Certificates, StringComparison.Ordinal)))
        {
            names.Add(entry.Path[Certificates.Length..]);
            work.Write(Path.Combine("certificates", names[^1]), entry.ReadAllBytes());
        }

        Assert.IsGreaterThan(100, names.Count);
        var settings = work.Write("ca-certificates.conf", string.Join('\n', names) + "\n");
        Directory.CreateDirectory(work["local"]);
        Directory.CreateDirectory(work["hooks"]);
        Directory.CreateDirectory(work["written"]);
        (
            await ProcessRunner.RunAsync(
                "update-ca-certificates",
                ["--certsconf", settings, "--certsdir", work["certificates"], "--localcertsdir", work["local"], "--etccertsdir",
                    work["written"], "--hooksdir", work["hooks"]])).EnsureSuccess();
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(work["written/ca-certificates.crt"]),
            image.Get("etc/ssl/certs/ca-certificates.crt").ReadAllBytes());
    }

    private static async Task<string> PublishAsync(string sample, params string[] arguments)
    {
        var result = await Dotnet.RunAsync(Repository.Root, ["publish", $"samples/{sample}", "-t:Containerize",
            "-p:ContainerizeStartCheck=Error", .. arguments]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return Path.Combine(
            Repository.Root, "samples", sample, "bin", "Release", "net10.0", "linux-x64", $"{Path.GetFileName(sample)}.tar");
    }
}
