using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Engines;

/// <summary>A container engine that runs on, or is reached from, this machine.</summary>
internal sealed class Engine
{
    // From this version on, Docker's own image store unpacks zstd.
    private const int FirstDockerWithZstd = 23;

    // An id has 71 characters; the command line of Windows holds 32,767.
    private const int ImagesAtOnce = 200;

    private const int LoadAttempts = 3;

    private const string PodmanName = "podman";

    // All that is asked of Docker's service in every build; each call of its program takes its time.
    private const string Server =
        "{{.Server.Os}}/{{.Server.Arch}}/{{.Server.Version}}/{{range .Server.Components}}{{.Name}},{{end}}";

    private readonly string _program;
    private readonly string? _server;
    private readonly bool _isPodman;
    private bool? _hasContainerdStore;

    private Engine(EngineKind kind, string program, Platform platform, string? server = null, string components = "")
    {
        Kind = kind;
        _program = program;
        Platform = platform;
        _server = server;
        // Docker's program can speak to Podman's service.
        _isPodman = kind == EngineKind.Podman || components.Contains(PodmanName, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A certain engine; never <see cref="EngineKind.Auto"/>.</summary>
    public EngineKind Kind { get; }

    /// <summary>
    /// The registry that the engine puts first before a name that has none, when it runs an image: <c>localhost</c> for Podman, as it
    /// calls what was built on this machine; null where that is Docker Hub.
    /// </summary>
    public string? OwnRegistry => _isPodman ? "localhost" : null;

    /// <summary>What the engine runs.</summary>
    public Platform Platform { get; }

    /// <summary>Finds an engine and asks whether it works.</summary>
    /// <param name="environment">Reads environment variables.</param>
    /// <returns>An engine that answers.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EngineNotFound"/> or
    /// <see cref="DiagnosticCode.EngineUnavailable"/>.</exception>
    public static async Task<Engine> FindAsync(EngineKind kind, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var wanted = kind == EngineKind.Auto ? [EngineKind.Docker, EngineKind.Podman] : new[] { kind };
        var failures = new List<string>();
        foreach (var candidate in wanted)
        {
            var name = NameOf(candidate);
            if (ProgramFinder.Find(name, environment("PATH")) is not { } program)
            {
                continue;
            }

            try
            {
                var (engine, words) = await OpenAsync(candidate, program, cancellationToken);
                if (engine is not null)
                {
                    return engine;
                }

                failures.Add($"{name}: {words}");
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.EngineUnavailable)
            {
                // The next one may start.
                failures.Add(failure.Message);
            }
        }

        var names = string.Join(" or ", wanted.Select(NameOf));
        throw failures.Count == 0
            ? new ContainerizeException(
                DiagnosticCode.EngineNotFound,
                $"The image cannot be loaded, because there is no {names} in PATH. Install it, choose another engine with LocalRegistry, " +
                $"push to a registry with ContainerRegistry, or write an archive with ContainerArchiveOutputPath.")
            : new ContainerizeException(
                DiagnosticCode.EngineUnavailable,
                $"The container engine does not answer. {string.Join(" ", failures)} Start it, or check where its program looks for it: " +
                $"DOCKER_HOST and the context, CONTAINERD_ADDRESS for ctr.");
    }

    /// <summary>
    /// The layers of the images that the engine has: for each image its diffIDs, bottom first. An archive that is loaded may leave out
    /// the bytes of layers at the bottom that are the same. Empty where the engine wants every byte.
    /// </summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> ListLayersAsync(CancellationToken cancellationToken)
    {
        // Docker's containerd image store looks for the bytes themselves, and would keep an image that it cannot unpack.
        if (LoadsFiles || Kind == EngineKind.Containerd || Kind == EngineKind.Docker && await HasContainerdStoreAsync(cancellationToken))
        {
            return [];
        }

        var images = (await RunAsync(["image", "ls", "--quiet", "--no-trunc"], cancellationToken)).Lines.Distinct().ToList();
        if (images.Count == 0)
        {
            return [];
        }

        var layers = new List<IReadOnlyList<string>>();
        foreach (var some in images.Chunk(ImagesAtOnce))
        {
            // An image that was removed meanwhile makes the command fail, but the others are told.
            var inspected = await RunAsync(["image", "inspect", "--format", "{{json .RootFS.Layers}}", .. some], cancellationToken);
            layers.AddRange(inspected.Lines.Where(line => line.StartsWith('[')).Select(ReadLayers));
        }

        return layers;
    }

    /// <summary>
    /// The digests of the blobs that the engine has; an archive that is loaded may leave them out, wherever they are in an image.
    /// </summary>
    /// <returns>The digests; null where the engine keeps no blobs, and <see cref="ListLayersAsync"/> tells what it has.</returns>
    public async Task<IReadOnlySet<string>?> ListBlobsAsync(CancellationToken cancellationToken) => Kind == EngineKind.Containerd
        ? (await RunAsync(["content", "ls", "--quiet"], cancellationToken)).Lines.ToHashSet(StringComparer.Ordinal)
        : null;

    /// <summary>
    /// Whether the engine is known not to unpack layers that are compressed with zstd: Docker before version 23, unless containerd keeps
    /// its images.
    /// </summary>
    /// <returns>What it calls itself, like <c>Docker 20.10.24</c>; null when it unpacks them, or it is not known.</returns>
    public async Task<string?> FindZstdRefuserAsync(CancellationToken cancellationToken)
    {
        // The versions of Podman's service count from elsewhere.
        return Kind == EngineKind.Docker && !_isPodman
            && int.TryParse(_server?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && major < FirstDockerWithZstd
            && !await HasContainerdStoreAsync(cancellationToken)
            ? $"{Kind} {Printable.Clean(_server)}"
            : null;
    }

    /// <summary>The version of the engine: of Docker's service, of Podman's program.</summary>
    /// <returns>The version; empty when it does not tell.</returns>
    public async Task<string> FindVersionAsync(CancellationToken cancellationToken)
    {
        var reply = Kind == EngineKind.Podman ? await RunAsync(["version", "--format", "{{.Client.Version}}"], cancellationToken) : null;
        return _server ?? (reply is { ExitCode: 0 } ? reply.Lines.LastOrDefault() ?? "" : "");
    }

    /// <summary>Loads an archive.</summary>
    /// <param name="write">Writes the archive.</param>
    /// <returns>Null when it is loaded, else the engine's own words.</returns>
    /// <exception cref="ContainerizeException">What the writing has to say; the engine has got nothing.</exception>
    public async Task<string?> LoadAsync(Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        if (LoadsFiles)
        {
            return await LoadFileAsync(write, cancellationToken);
        }

        string[] arguments = Kind == EngineKind.Containerd ? ["images", "import", "-"] : ["load", "--quiet"];
        for (var attempt = 1; ; attempt++)
        {
            var reply = await RunAsync(_program, arguments, write, output: null, cancellationToken);
            var failure = LoadReply.FailureIn(reply);
            if (failure is not null && attempt < LoadAttempts && IsUnpackedInARace(failure))
            {
                continue;
            }

            foreach (var name in LoadReply.NotUnpackedIn(reply))
            {
                // Else the next build would find the image under this name, and take it for one that is loaded.
                await RunAsync(["image", "rm", name], cancellationToken);
            }

            return failure;
        }
    }

    // The name is moved to the new image before that is unpacked; so the snapshots of the old one can be collected while the new layers
    // are put on them. The next import finds the name moved, and nothing to collect. Docker can keep its images in containerd, too.
    private bool IsUnpackedInARace(string words) => Kind is EngineKind.Containerd or EngineKind.Docker
        && words.Contains("snapshot", StringComparison.Ordinal)
        && words.Contains("not found", StringComparison.Ordinal);

    private async Task<string?> LoadFileAsync(Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("containerize-");
        try
        {
            var archive = Path.Combine(directory.FullName, "image.tar");
            using (var file = AtomicFile.Create(archive, isOurs: true))
            {
                await write(file.Stream, cancellationToken);
                file.Commit();
            }

            return LoadReply.FailureIn(await RunAsync(["image", "load", "--input", archive], cancellationToken));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Whether a name in the engine can stand for an index with all its platforms.</summary>
    public async Task<bool> KeepsIndexesAsync(CancellationToken cancellationToken) =>
        Kind == EngineKind.Docker && await HasContainerdStoreAsync(cancellationToken);

    /// <summary>Whether the engine takes the names of images as they are, and needs them in full: <c>docker.io/team/app:1.0</c>.</summary>
    public bool NeedsFullNames => Kind == EngineKind.Containerd;

    /// <summary>The id of an image: the digest of its config, or of its manifest where that is the engine's way.</summary>
    /// <param name="name">The image's name or id; in full where the engine needs that.</param>
    /// <returns>The id; null when the engine has no such image.</returns>
    public async Task<string?> FindImageAsync(string name, CancellationToken cancellationToken)
    {
        if (LoadsFiles)
        {
            // What these say of an image has no place for its id.
            return null;
        }

        if (Kind == EngineKind.Containerd)
        {
            // REF TYPE DIGEST STATUS SIZE UNPACKED: an import that failed leaves the name on an image that cannot be run.
            var check = await RunAsync(["images", "check", $"name==\"{name}\""], cancellationToken);
            return check.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is [_, _, _, "complete", .., "true"] && words[0] == name)
                .Select(words => words[2]).FirstOrDefault();
        }

        var reply = await RunAsync(["image", "inspect", "--format", "{{.Id}}", name], cancellationToken);
        return reply.ExitCode == 0 ? reply.Lines.FirstOrDefault() : null;
    }

    /// <summary>
    /// Whether the engine has the image of one platform under a name that stands for several. Asks engines that keep indexes, see
    /// <see cref="KeepsIndexesAsync"/>.
    /// </summary>
    /// <param name="name">The image's name.</param>
    /// <returns>False also where the engine is too old to say: it can get the image once more.</returns>
    public async Task<bool> HoldsPlatformAsync(string name, Platform platform, CancellationToken cancellationToken) =>
        (await RunAsync(["image", "inspect", "--platform", $"{platform}", "--format", "{{.Id}}", name], cancellationToken)).ExitCode == 0;

    /// <summary>Saves an image as an archive of <c>docker save</c>.</summary>
    /// <param name="name">The image's name or id.</param>
    /// <param name="target">Takes the archive.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EngineFailed"/>.</exception>
    public async Task SaveAsync(string name, Stream target, CancellationToken cancellationToken)
    {
        var reply = await RunAsync(_program, ["save", name], input: null, target, cancellationToken);
        if (reply.ExitCode != 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.EngineFailed, $"{NameOf(Kind)} could not save the image '{name}': {reply.Words}");
        }
    }

    private static async Task<(Engine? Engine, string Words)> OpenAsync(
        EngineKind kind, string program, CancellationToken cancellationToken)
    {
        if (kind is EngineKind.Wslc or EngineKind.MacOSContainer or EngineKind.Containerd)
        {
            // The first two run Linux on this machine's processor. All list what they have only while their service runs.
            var isContainerd = kind == EngineKind.Containerd;
            var answer = await RunAsync(program, isContainerd ? ["namespaces", "ls"] : ["image", "list"], null, null, cancellationToken);
            var family = isContainerd && OperatingSystem.IsWindows() ? "win" : "linux";
            var platform = Platform.FromRuntimeIdentifier($"{family}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
            return answer.ExitCode == 0 ? (new Engine(kind, program, platform), "") : (null, answer.Words);
        }

        var reply = kind == EngineKind.Docker
            ? await RunAsync(program, ["version", "--format", Server], null, null, cancellationToken)
            : await RunAsync(program, ["info", "--format", "{{.Host.OS}}/{{.Host.Arch}}"], null, null, cancellationToken);
        if (reply.ExitCode == 0
            && reply.Lines.LastOrDefault()?.Split('/', 4) is [{ Length: > 0 } os, { Length: > 0 } architecture, .. var more])
        {
            var platform = new Platform { Os = os, Architecture = architecture };
            return (new Engine(kind, program, platform, more.FirstOrDefault(), more.LastOrDefault() ?? ""), "");
        }

        // Podman can be installed under Docker's name.
        return kind == EngineKind.Docker
            && (await RunAsync(program, ["--version"], null, null, cancellationToken)).Output.Contains(
                PodmanName, StringComparison.OrdinalIgnoreCase)
            ? await OpenAsync(EngineKind.Podman, program, cancellationToken)
            : (null, reply.Words);
    }

    private IReadOnlyList<string> ReadLayers(string line) =>
    [
        .. OciJson.ReadArray(System.Text.Encoding.UTF8.GetBytes(line), "list of layers", NameOf(Kind))
            .Select(layer => layer is JsonValue value && value.TryGetValue<string>(out var diffId) ? diffId : ""),
    ];

    private async Task<bool> HasContainerdStoreAsync(CancellationToken cancellationToken) =>
        _hasContainerdStore ??= (await RunAsync(["info", "--format", "{{json .DriverStatus}}"], cancellationToken)).Output.Contains(
            "io.containerd", StringComparison.Ordinal);

    private Task<ProgramReply> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(_program, arguments, null, null, cancellationToken);

    // The engine's own way to its daemon: hosts, contexts, certificates and tunnels are its affair.
    private static async Task<ProgramReply> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        Func<Stream, CancellationToken, Task>? input,
        Stream? output,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ProgramRun.RunAsync(program, arguments, input, output, cancellationToken);
        }
        catch (ProgramException failure)
        {
            throw new ContainerizeException(DiagnosticCode.EngineUnavailable, $"'{program}' {failure.Message}", failure);
        }
    }

    // These read no archive from their standard input.
    private bool LoadsFiles => Kind is EngineKind.Wslc or EngineKind.MacOSContainer;

    private static string NameOf(EngineKind kind) => kind switch
    {
        EngineKind.Podman => PodmanName,
        EngineKind.Wslc => "wslc",
        EngineKind.MacOSContainer => "container",
        EngineKind.Containerd => "ctr",
        _ => "docker",
    };
}
