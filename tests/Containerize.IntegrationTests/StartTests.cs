using System.Globalization;
using System.Text;
using Containerize.Building;
using Containerize.Compression;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.IntegrationTests.Tools;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Starting;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>
/// Whether an image starts: what the check says of many apps on many bases is what Podman finds when it runs them. An error means that the
/// image does not start; an image that does not start has an error or a warning.
/// </summary>
[TestClass]
[Requires("root", "podman", "runc", "debootstrap", "apt-get", "gcc", "dpkg-deb")]
internal sealed class StartTests
{
    private const int LeastImages = 25;

    private static readonly Platform s_platform = new() { Os = "linux", Architecture = "amd64" };
    private static readonly Dictionary<string, string> s_cultures = new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "false" };

    private static IEnumerable<StartCase> Cases =>
    [
        // Apps with their own runtime.
        new("contained", "bookworm"),
        new("contained", "trixie"),
        new("contained", "debian+dotnet"),
        new("contained", "bookworm invariant"),
        new("contained", "bookworm invariant") { Variables = s_cultures, Warns = DiagnosticCode.StartLoadedLibraryMissing },
        new("contained", "bookworm invariant")
        {
            Line = ["/app/probe", "web"],
            Variables = s_cultures,
            Fails = DiagnosticCode.StartLoadedLibraryMissing,
        },
        new("contained", "bookworm native invariant") { Fails = DiagnosticCode.StartLibraryMissing },
        new("contained", "scratch") { Fails = DiagnosticCode.StartLoaderMissing },
        new("single", "bookworm"),
        new("single", "bookworm native invariant") { Fails = DiagnosticCode.StartLibraryMissing },
        new("musl", "bookworm") { Fails = DiagnosticCode.StartLoaderMissing },
        new("musl", "musl") { Fails = DiagnosticCode.StartLibraryMissing },
        new("native", "bookworm native"),
        new("native", "bookworm native invariant") { Variables = s_cultures, Fails = DiagnosticCode.StartLoadedLibraryMissing },
        new("native", "scratch") { Fails = DiagnosticCode.StartLoaderMissing },

        // Apps that need .NET.
        new("dependent", "debian+dotnet") { Line = ["dotnet", "/app/probe.dll"] },
        new("dependent", "debian+dotnet") { Line = ["dotnet", "/app/probe.dll", "web"] },
        new("dependent", "debian+dotnet")
        {
            Line = ["dotnet", "/app/probe.dll", "web"],
            Variables = new() { ["ASPNETCORE_HTTP_PORTS"] = "80" },
            Fails = DiagnosticCode.StartPortPrivileged,
        },
        new("dependent", "debian+dotnet")
        {
            Line = ["dotnet", "/app/probe.dll", "web"],
            Variables = new() { ["ASPNETCORE_HTTP_PORTS"] = "" },
            Warns = DiagnosticCode.StartListensLocally,
        },
        new("dependent", "debian+dotnet"),
        new("dependent", "bookworm") { Fails = DiagnosticCode.StartNoDotnet },
        new("dependent", "bookworm") { Line = ["dotnet", "/app/probe.dll"], Fails = DiagnosticCode.StartNoDotnet },
        new("dependent", "debian+broken dotnet") { Line = ["dotnet", "/app/probe.dll"], Fails = DiagnosticCode.StartNoDotnet },
        new("dependent", "debian+dotnet")
        {
            Variables = new() { ["DOTNET_ROLL_FORWARD"] = "Disable" },
            Fails = DiagnosticCode.StartFrameworkMissing,
        },
        new("single-dependent", "debian+dotnet"),
        new("single-dependent", "bookworm") { Fails = DiagnosticCode.StartNoDotnet },
        new("newer", "debian+dotnet") { Line = ["dotnet", "/app/probe.dll"], Fails = DiagnosticCode.StartFrameworkMissing },

        // Libraries that the app asks for while it runs.
        new("contained", "bookworm") { Line = ["/app/probe", "draw"], Fails = DiagnosticCode.StartLibraryMissing },
        new("contained", "bookworm") { Line = ["/app/probe", "draw"], Packages = ["libfontconfig1"] },
        new("contained", "bookworm") { Line = ["/app/probe", "kerberos"], Fails = DiagnosticCode.StartLoadedLibraryMissing },
        new("contained", "bookworm") { Line = ["/app/probe", "zone"] },
        new("contained", "bookworm invariant") { Line = ["/app/probe", "zone"], Fails = DiagnosticCode.StartNoTimeZones },
        new("contained", "bookworm") { Line = ["/app/probe", "crypto"] },
        new("contained", "bookworm invariant no-ssl")
        {
            Line = ["/app/probe", "crypto"],
            Fails = DiagnosticCode.StartLoadedLibraryMissing,
        },
        new("contained", "bookworm") { Line = ["/app/probe", "authorities"] },
        new("contained", "bookworm no-authorities")
        {
            Line = ["/app/probe", "authorities"],
            Fails = DiagnosticCode.StartNoAuthorities,
        },

        // Programs of C, and scripts.
        new("c-static", "scratch"),
        new("c-dynamic", "bookworm"),
        new("c-dynamic", "musl") { Fails = DiagnosticCode.StartLoaderMissing },
        new("c-musl", "musl"),
        new("c-musl", "bookworm") { Fails = DiagnosticCode.StartLoaderMissing },
        new("c-too-new", "bookworm") { Fails = DiagnosticCode.StartLibraryTooOld },
        new("c-arm64", "scratch") { Fails = DiagnosticCode.StartOtherMachine },
        new("script", "debian+dotnet"),
        new("script", "bookworm") { Fails = DiagnosticCode.StartLoaderMissing },
        new("script-windows", "debian+dotnet") { Fails = DiagnosticCode.StartLoaderMissing },
        new("script-python", "debian+dotnet") { Fails = DiagnosticCode.StartLoaderMissing },
        new("text", "debian+dotnet") { Fails = DiagnosticCode.StartNotExecutable },
        new("c-static", "debian+dotnet") { Line = ["sh", "-c", "exec /app/probe"] },
        new("c-static", "scratch") { Line = ["sh", "-c", "exec /app/probe"], Fails = DiagnosticCode.StartMissing },
        new("c-static", "bookworm") { Line = ["true"], Fails = DiagnosticCode.StartMissing },

        // Behind programs that start others.
        new("c-static", "bookworm") { Line = ["tini", "--", "/app/probe"], Packages = ["tini"] },
        new("c-static", "bookworm") { Line = ["tini", "--", "/app/gone"], Packages = ["tini"], Fails = DiagnosticCode.StartMissing },
        new("c-musl", "bookworm")
        {
            Line = ["dumb-init", "--", "/app/probe"],
            Packages = ["dumb-init"],
            Fails = DiagnosticCode.StartLoaderMissing,
        },
        new("c-static", "bookworm") { Line = ["catatonit", "--", "/app/probe"], Packages = ["catatonit"] },
        new("c-static", "bookworm") { Line = ["gosu", "nobody", "/app/probe"], Packages = ["gosu"], User = "root" },
        new("c-static", "bookworm")
        {
            Line = ["gosu", "nobody", "/app/probe"],
            Packages = ["gosu"],
            User = "1654",
            Fails = DiagnosticCode.StartUserNotChanged,
        },
        new("c-static", "bookworm")
        {
            Line = ["gosu", "ghost", "/app/probe"],
            Packages = ["gosu"],
            User = "root",
            Fails = DiagnosticCode.StartUserMissing,
        },
        new("c-too-new", "debian+dotnet") { Line = ["timeout", "5", "/app/probe"], Fails = DiagnosticCode.StartLibraryTooOld },
        new("c-static", "debian+dotnet") { Line = ["timeout", "-k", "1", "5", "nice", "-n", "5", "/app/probe"] },
        new("c-static", "debian+dotnet") { Line = ["setpriv", "--reuid=65534", "--clear-groups", "/app/probe"], User = "root" },
        new("c-static", "debian+dotnet") { Line = ["env", "A=1", "gone"], Fails = DiagnosticCode.StartMissing },
        new("c-static", "debian+dotnet") { Line = ["env", "PATH=/app", "probe"] },
        new("text", "debian+dotnet") { Line = ["sh", "-c", "exec /app/probe"] },
        new("c-static", "debian+dotnet")
        {
            Line = ["sh", "-c", "/app/gone > /dev/null || exit 1"],
            Fails = DiagnosticCode.StartMissing,
        },
        new("dependent", "debian+dotnet") { Line = ["sh", "-c", "exec dotnet /app/probe.dll"] },
        new("dependent", "debian+dotnet")
        {
            Line = ["sh", "-c", "DOTNET_ROLL_FORWARD=Disable exec dotnet /app/probe.dll"],
            Fails = DiagnosticCode.StartFrameworkMissing,
        },

        // How it runs.
        new("c-static", "bookworm") { User = "nobody" },
        new("c-static", "scratch") { User = "1654:1654" },
        new("c-static", "bookworm") { User = "ghost", Fails = DiagnosticCode.StartUserMissing },
        new("c-static", "scratch") { User = "app", Fails = DiagnosticCode.StartUserMissing },
        new("c-static", "scratch") { StopSignal = "SIGNONE", Fails = DiagnosticCode.StartSignalUnknown },
        new("c-static", "scratch") { StopSignal = "SIGRTMIN+3" },
        new("c-static", "scratch") { Mode = FileModes.Data, Fails = DiagnosticCode.StartNotExecutable },
        new("c-static", "scratch") { DirectoryMode = FileModes.PrivateDirectory, User = "1654", Fails = DiagnosticCode.StartNotExecutable },
        new("c-static", "bookworm") { Volume = "/data", Warns = DiagnosticCode.StartDirectoryUnusable },
        new("c-static", "scratch") { Healthcheck = ["curl", "http://localhost"], Warns = DiagnosticCode.StartHealthcheckMissing },
    ];

    [TestMethod]
    public async Task The_check_says_of_each_image_what_Podman_finds()
    {
        using var directory = new TemporaryDirectory();
        using var apps = await StartApps.CreateAsync();
        await using var podman = await Podman.StartAsync();
        var cache = new BlobStore(directory["cache"]);
        var bases = new StartBases(apps, cache, directory);
        var opened = new Dictionary<string, Containerize.Bases.IImageSource>(StringComparer.Ordinal);
        var table = new StringBuilder("| App | Base | Verdict | Podman |\n|---|---|---|---|\n");
        var wrong = new List<string>();
        var (count, started) = (0, 0);
        foreach (var image in Cases)
        {
            if (!opened.TryGetValue(image.Base, out var source))
            {
                opened[image.Base] = source = await bases.OpenAsync(image.Base);
            }

            var (built, found) = await BuildAsync(image, source, apps, cache, directory);
            var tag = string.Create(CultureInfo.InvariantCulture, $"case{count++}");
            await new LayoutDestination(directory["layout"], new ImageName(null, "start", [tag]), new RecordingReporter(), cache: cache)
                .WriteAsync(new ImageSet(built.Image), CancellationToken.None);
            var (runs, said) = await RunAsync(podman, directory.FullName, tag);
            started += runs ? 1 : 0;
            var verdict = found.Count == 0 ? "starts"
                : string.Join(", ", found.Select(finding =>
                    $"{(finding.IsCertain ? "error" : "warning")} {ContainerizeException.Format(finding.Code)}"));
            var row = $"| {image} | {image.Base} | {verdict} | {(runs ? "starts" : $"fails: {said}")} |";
            table.Append(row).Append('\n');
            Judge(image, found, runs, said, wrong);
        }

        Console.WriteLine(table);
        Assert.IsEmpty(wrong, string.Join('\n', wrong) + "\n" + table);
        Assert.IsGreaterThanOrEqualTo(LeastImages, count);
        Assert.IsTrue(started * 3 >= count && started * 3 <= count * 2, $"{started} of {count} images start: about half of them should.");
    }

    [TestMethod]
    public async Task What_is_known_of_a_base_is_not_read_again()
    {
        using var directory = new TemporaryDirectory();
        var source = new Containerize.Bases.LayoutSource((await DebianBase.SharedAsync()).Layout, "base");
        var opened = (await source.OpenAsync(s_platform, CancellationToken.None)).Image;
        var cache = new BlobStore(directory["cache"]);
        await FindAsync(opened);

        // The layers are gone, on this machine and where they came from; another image on them is judged.
        cache.RemoveAllExcept(new HashSet<Digest>());
        await FindAsync(Image.Create(
            ImageFormat.Oci,
            opened.Config.With(new ImageSettings { Labels = new Dictionary<string, string> { ["another"] = "image" } }),
            [.. opened.Layers.Select(layer => layer with { Blob = new FileBlob(layer.Blob.Descriptor, directory["gone"]) })],
            new Dictionary<string, string>()));

        async Task FindAsync(Image image)
        {
            var reporter = new RecordingReporter();
            var program = image.WithConfig(image.Config.With(new ImageSettings { Entrypoint = ["/bin/missing"] }));
            var found = await new StartCheck(program, image.Layers.Count, [], [], IsInvariant: false)
                .FindAsync(cache, reporter, CancellationToken.None);
            Assert.AreEqual(DiagnosticCode.StartMissing, found.Single().Code, string.Join('\n', reporter.Details));
        }
    }

    private static void Judge(StartCase image, IReadOnlyList<StartFinding> found, bool runs, string said, List<string> wrong)
    {
        var name = $"{image} on {image.Base}";
        if (runs && found.FirstOrDefault(finding => finding.IsCertain) is { } error)
        {
            wrong.Add($"A false error: {name} starts. {error.Text}");
        }

        if (!runs && found.Count == 0)
        {
            wrong.Add($"A missed failure: {name} does not start. {said}");
        }

        if (runs != (image.Fails is null))
        {
            wrong.Add($"Not what the case is for: {name} {(runs ? "starts" : $"does not start: {said}")}");
        }

        if ((image.Fails ?? image.Warns) is { } code && found.All(finding => finding.Code != code))
        {
            var others = string.Join(' ', found.Select(finding => $"{finding.Code}: {finding.Text}"));
            wrong.Add($"Another reason than {code}: {name}. {others}");
        }
    }

    private static async Task<(BuiltImage Built, IReadOnlyList<StartFinding> Found)> BuildAsync(
        StartCase image, Containerize.Bases.IImageSource source, StartApps apps, BlobStore cache, TemporaryDirectory directory)
    {
        var reporter = new RecordingReporter();
        using var packages = new DebianPackages(
            new DebianSettings
            {
                LockFile = directory["added.lock.json"],
                LockMode = DebianLockMode.ReadOnly,
                Packages = image.Packages,
            },
            cache,
            reporter);
        var rules = new EntryRules("/app", LayerOptions.DefaultModificationTime);
        var app = EntriesLayer.Of("app", apps.FilesOf(image.App), rules);
        app = app with
        {
            Entries =
            [
                .. app.Entries.Select(entry => entry.Path == "app/probe" ? entry with { Mode = image.Mode } : entry),
                new LayerEntry { Path = "app", Type = LayerEntryType.Directory, Mode = image.DirectoryMode },
            ],
        };
        var request = new ImageRequest
        {
            Layers = [.. packages.Layers, app],
            Base = source,
            Platform = s_platform,
            WorkingDirectory = "/app",
            Command = new ImageCommand { AppCommand = image.Line },
            Environment = image.Variables,
            User = image.User,
            StopSignal = image.StopSignal,
            Volumes = image.Volume is { } volume ? [volume] : [],
            Healthcheck = image.Healthcheck is { } test ? Healthcheck.Of(test) : null,
            Compression = LayerCompression.Gzip,
            GzipLevel = DeflateLevel.Fast,
            StartCheck = StartPolicy.Warn,
        };
        using var client = new RegistryClient(new RegistryOptions { Environment = _ => null }, reporter);
        var memory = new BuildMemory(
            new LayerCache(cache),
            FileHashes.Load(null),
            PreviousBuild.None,
            new PreviousImages(client, ReuseRequest.None, request.Platform, cache, reporter));
        var built = await ImageBuilder.BuildAsync(request, memory, (_, _) => Task.FromResult(true), reporter, CancellationToken.None);
        var (config, ports) = (built.Image.Config.Blob.Descriptor.Digest, StartReport.PortsOf(request, built.Image));
        var found = new StartMemory(cache, config, ports, request.IsInvariant).Read()
            ?? throw new InvalidOperationException("The check has to remember what it found.");
        var warned = reporter.Warnings.Select(warning => warning.Code).ToList();
        CollectionAssert.IsSubsetOf(found.Select(finding => finding.Code).ToList(), warned);
        return (built, found);
    }

    private static async Task<(bool Runs, string Said)> RunAsync(Podman podman, string directory, string tag)
    {
        // A relative path: Podman makes a name of it, which may have no capitals.
        var pulled = await ProcessRunner.RunAsync("podman", ["pull", "-q", $"oci:layout:{tag}"], directory, podman.Environment);
        var id = pulled.EnsureSuccess().Output.Trim();
        var run = await podman.RunAsync(
            "run", "--rm", "--network=host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", id);
        var said = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"exit code {run.ExitCode}";
        return (run.ExitCode == 0, Printable.Clean(said.Replace('|', '/'))[..Math.Min(100, Printable.Clean(said).Length)]);
    }

    /// <param name="App">The app.</param>
    /// <param name="Base">The base.</param>
    private sealed record StartCase(string App, string Base)
    {
        internal IReadOnlyList<string> Line { get; init; } = ["/app/probe"];

        internal Dictionary<string, string> Variables { get; init; } = [];

        internal IReadOnlyList<string> Packages { get; init; } = [];

        internal string? User { get; init; }

        internal string? StopSignal { get; init; }

        internal string? Volume { get; init; }

        internal IReadOnlyList<string>? Healthcheck { get; init; }

        internal UnixFileMode Mode { get; init; } = FileModes.Executable;

        internal UnixFileMode DirectoryMode { get; init; } = FileModes.Executable;

        /// <summary>What is said of an image that starts.</summary>
        internal DiagnosticCode? Warns { get; init; }

        /// <summary>Why it does not start; null for an image that does.</summary>
        internal DiagnosticCode? Fails { get; init; }

        public override string ToString() => string.Join(
            ", ",
            (string[])[App, .. Line is ["/app/probe"] ? (string[])[] : [$"`{string.Join(' ', Line)}`"],
                .. Variables.Select(variable => $"{variable.Key}={variable.Value}"), .. Packages.Select(package => "+" + package),
                .. User is null ? (string[])[] : [$"user {User}"], .. StopSignal is null ? (string[])[] : [StopSignal],
                .. Volume is null ? (string[])[] : [$"volume {Volume}"],
                .. Healthcheck is null ? (string[])[] : [$"health check {Healthcheck[0]}"],
                .. Mode == FileModes.Executable ? (string[])[] : ["mode 644"],
                .. DirectoryMode == FileModes.Executable ? (string[])[] : ["directory mode 700"]]);
    }
}
