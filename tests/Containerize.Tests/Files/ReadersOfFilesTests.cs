using Containerize.Bases;
using Containerize.Building;
using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Debian.Rootfs;
using Containerize.Destinations;
using Containerize.Http;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Files;

/// <summary>Whatever is read, a pipe or a device in its place is told or passed over, and nothing waits for it.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
internal sealed class ReadersOfFilesTests : IDisposable
{
    private const int Patience = 60_000;

    // The file, how it is read, and what a user hears: a code, or nothing.
    private static readonly Dictionary<string, (string File, Func<ReadersOfFilesTests, string, Task> Read, DiagnosticCode Code)> s_readers =
        new()
    {
        ["docker's credentials"] = (".docker/config.json", (test, _) => test.FindCredentialAsync(), DiagnosticCode.CredentialsUnusable),
        ["podman's credentials"] =
            (".config/containers/auth.json", (test, _) => test.FindCredentialAsync(), DiagnosticCode.CredentialsUnusable),
        ["registries.conf"] =
            ("etc/containers/registries.conf", (test, _) => Do(test.ReadMachine), DiagnosticCode.RegistryConfigurationUnusable),
        ["a part of registries.conf"] =
            (
                "etc/containers/registries.conf.d/x.conf",
                (test, _) => Do(test.ReadMachine),
                DiagnosticCode.RegistryConfigurationUnusable),
        ["daemon.json"] = ("etc/docker/daemon.json", (test, _) => Do(test.ReadMachine), DiagnosticCode.RegistryConfigurationUnusable),
        ["a registry's authority"] =
            ("etc/docker/certs.d/r.example/ca.crt", (test, _) => Do(test.ReadCertificates), DiagnosticCode.CredentialsUnusable),
        ["a client certificate"] =
            ("etc/containers/certs.d/r.example/x.cert", (test, _) => Do(test.ReadCertificates), DiagnosticCode.CredentialsUnusable),
        ["a certificate file"] = ("ca.pem", (test, file) => Do(() => _ = new ServerTrust([file])), DiagnosticCode.CredentialsUnusable),
        ["the lock of bases"] = ("lock.json", (test, file) => Do(() => BaseImageLock.Read(file)), DiagnosticCode.InvalidLockFile),
        ["the lock of packages"] = ("lock.json", (test, file) => Do(() => DebianLock.Read(file)), DiagnosticCode.InvalidDebianLock),
        ["a keyring"] = ("keys.gpg", (test, file) => Do(() => KeyRing.Read(file)), DiagnosticCode.InvalidKeyring),
        ["an authority for the image"] = ("ca.crt", (test, file) => Do(() => CaCertificate.Read(file)), DiagnosticCode.UnreadableFile),
        ["apt's settings"] =
            ("apt/apt.conf.d/01proxy", (test, _) => Do(() => AptConfiguration.Read(test._folder["apt"])), DiagnosticCode.None),
        ["apt's sources"] = (
            "apt/sources.list",
            (test, _) => Do(() => Assert.HasCount(1, new AptSources(test._folder["apt"]).PassedOver)),
            DiagnosticCode.None),
        ["apt's logins"] = (
            "apt/auth.conf",
            (test, _) => Do(() => Assert.HasCount(1, new AptLogins(test._folder["apt"]).Unreadable)),
            DiagnosticCode.None),
        ["apt's mirrors"] = (
            "mirrors.txt",
            (test, file) => Do(() => Assert.IsEmpty(AptAddress.ParseAll($"mirror+file:{file}", out _))),
            DiagnosticCode.None),
        ["an archive as a base"] = ("base.tar", (test, file) => new OciArchiveSource(file, null, test.Store)
            .OpenAsync(Sample.Amd64, test.Token), DiagnosticCode.BaseImageNotFound),
        ["docker's archive as a base"] = ("base.tar", (test, file) => new DockerArchiveSource(file, null, test.Store)
            .OpenAsync(Sample.Amd64, test.Token), DiagnosticCode.BaseImageNotFound),
        ["the index of a layout"] = ("layout/index.json", (test, _) => test.OpenLayoutAsync(), DiagnosticCode.InvalidArchive),
        ["the marker of a layout"] = ("layout/oci-layout", (test, _) => test.OpenLayoutAsync(), DiagnosticCode.InvalidArchive),
        ["a layer as a tar"] = ("layer.tar", (test, file) => test.PrepareLayerAsync(file), DiagnosticCode.UnreadableFile),
        ["an added file"] = (
            "added",
            (test, file) => Do(() => LayerEntries.Of([new AddedFile(file, "app/added", null, null)], new ExecuteBits())),
            DiagnosticCode.UnreadableFile),
        ["the layout of a destination"] = ("out/index.json", (test, _) => test.WriteLayoutAsync(), DiagnosticCode.CannotWrite),
        ["a lock of a destination"] = ("out/.index.json.lock", (test, _) => test.WriteLayoutAsync(), DiagnosticCode.CannotWrite),
        ["an archive that is there"] = ("out/image.tar", (test, file) => test.HoldsArchiveAsync(file), DiagnosticCode.None),
        ["what a project published last"] =
            ("obj/published.txt", (test, file) => Do(() => Assert.IsTrue(PreviousBuild.Load(file).IsEmpty)), DiagnosticCode.None),
        ["the hashes of a project"] = ("obj/hashes.txt", (test, file) => Do(() => FileHashes.Load(file).Save()), DiagnosticCode.None),
        ["the image that was built"] =
            (
                "obj/build.json",
                (test, _) =>
                    Do(() => BuiltImageFile.Load(new BlobStore(test._folder["obj"]), (_, _) => throw new NotSupportedException())),
                DiagnosticCode.InvalidArchive),
    };

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public static IEnumerable<object[]> ReadersAndFiles =>
        from reader in s_readers.Keys
        from special in SpecialFile.All
        where !(reader.Contains("archive", StringComparison.Ordinal) && (string)special[0] == SpecialFile.Directory)
        select new object[] { reader, special[0] };

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    private BlobStore Store => new(_folder["store"]);

    private RegistryOptions Options => new()
    {
        Environment = name => name == "HOME" ? _folder.FullName : null,
        SystemConfigDirectory = _folder["etc"],
        SystemRuntimeDirectory = _folder["run"],
        SystemDataDirectory = _folder["share"],
    };

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(ReadersAndFiles))]
    [Timeout(Patience, CooperativeCancellation = false)]
    public async Task What_is_no_file_holds_nothing_up(string reader, string special)
    {
        var (file, read, code) = s_readers[reader];
        await SpecialFile.PutAsync(special, _folder[file]);
        if (file.EndsWith(".cert", StringComparison.Ordinal))
        {
            _folder.Write(Path.ChangeExtension(file, ".key"), "");
        }

        var told = DiagnosticCode.None;
        try
        {
            await read(this, _folder[file]);
            told = _reporter.Warnings.Select(warning => warning.Code).FirstOrDefault();
        }
        catch (ContainerizeException failure)
        {
            told = failure.Code;
        }

        // A directory among the files that a directory is searched for is not one of them.
        var isPassedOver = special == SpecialFile.Directory
            && (file.Contains("certs.d", StringComparison.Ordinal) || file.Contains("conf.d", StringComparison.Ordinal));
        Assert.AreEqual(isPassedOver ? DiagnosticCode.None : code, told);
    }

    [TestMethod]
    [DataRow(".docker/config.json", "docker's credentials")]
    [DataRow("etc/containers/registries.conf", "registries.conf")]
    [DataRow("etc/docker/daemon.json", "daemon.json")]
    [DataRow("apt/apt.conf.d/01proxy", "apt's settings")]
    public async Task A_link_to_the_null_device_switches_a_configuration_off(string file, string reader)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
        File.CreateSymbolicLink(_folder[file], "/dev/null");

        await s_readers[reader].Read(this, _folder[file]);

        Assert.IsEmpty(_reporter.Warnings);
    }

    private static Task Do(Action read)
    {
        read();
        return Task.CompletedTask;
    }

    private void ReadMachine() => MachineConfiguration.Read(Options, _reporter);

    private void ReadCertificates() => new CertificateDirectories(Options, _reporter).Of("r.example");

    private async Task FindCredentialAsync() =>
        await new CredentialStore(Options, _reporter).FindAsync("r.example", "app", isWrite: false, Token);

    private async Task OpenLayoutAsync()
    {
        if (!Path.Exists(_folder["layout/index.json"]))
        {
            _folder.Write("layout/index.json", """{"schemaVersion":2,"manifests":[]}""");
        }

        if (!Path.Exists(_folder["layout/oci-layout"]))
        {
            _folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        }

        await new LayoutSource(_folder["layout"]).OpenAsync(Sample.Amd64, Token);
    }

    private async Task PrepareLayerAsync(string file)
    {
        var context = new LayerContext(
            Task.FromException<BaseImage>(new InvalidOperationException("The base is not needed.")),
            new LayerCache(Store),
            FileHashes.Load(null),
            new LayerOptions());
        await new TarLayer("layer", file).PrepareAsync(context, Token);
    }

    private async Task WriteLayoutAsync() =>
        await new LayoutDestination(_folder["out"], new ImageName(null, "app", ["1"]), _reporter)
            .WriteAsync(new ImageSet(Sample.Image()), Token);

    private async Task HoldsArchiveAsync(string file) =>
        Assert.IsNull(await new ArchiveDestination(file, new ImageName(null, "app", ["1"]), _reporter)
            .FindAsync(new ImageSet(Sample.Image()), Token));
}
