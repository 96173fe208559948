using Containerize.Engines;
using Containerize.Testing;

namespace Containerize.Tests.Engines;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class EngineTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(200)]
    [DataRow(450)]
    public async Task An_engine_may_have_more_images_than_a_command_line_holds(int images)
    {
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder["docker"], $$"""
            #!/bin/sh
            case "$1 $2" in
              "version --format") echo linux/amd64;;
              "info --format") echo '[]';;
              "image ls") i=0; while [ $i -lt {{images}} ]; do i=$((i+1)); echo "sha256:$i"; done;;
              "image inspect") shift 4; echo $# >> '{{folder["counts"]}}'; for id; do echo "[\"$id\"]"; done;;
            esac
            """);

        var engine = await FindAsync(EngineKind.Docker, folder);

        var layers = await engine.ListLayersAsync(CancellationToken.None);

        Assert.HasCount(images, layers);
        Assert.HasCount(images, layers.Select(image => image.Single()).Distinct().ToList());
        // The shortest limit of a command line is that of Windows: 32,767 characters, of which an id takes 72.
        var counts = File.Exists(folder["counts"]) ? (await File.ReadAllLinesAsync(folder["counts"])).Select(int.Parse).ToList() : [];
        Assert.IsTrue(counts.TrueForAll(count => count * 72 < 32_000));
        Assert.AreEqual(images, counts.Sum());
    }

    [TestMethod]
    [DataRow("parent snapshot sha256:1 does not exist: not found", 1, 2, null)]
    [DataRow("parent snapshot sha256:1 does not exist: not found", 9, 3, "not found")]
    [DataRow("no space left on device", 9, 1, "no space left on device")]
    public async Task What_containerd_collected_while_it_unpacked_an_image_is_sent_again(
        string words, int failures, int attempts, string? failure)
    {
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder["ctr"], $"""
            #!/bin/sh
            test "$1" = images || exit 0
            printf x >> '{folder["attempts"]}'
            cat > '{folder["loaded"]}'
            case $(cat '{folder["attempts"]}') in {new string('x', failures)}?*) exit 0;; esac
            echo 'ctr: failed to prepare extraction snapshot "extract-1 sha256:2": {words}' >&2
            exit 1
            """);
        var engine = await FindAsync(EngineKind.Containerd, folder);

        var reply = await engine.LoadAsync(
            async (stream, token) => await stream.WriteAsync("image"u8.ToArray(), token), CancellationToken.None);

        if (failure is null)
        {
            Assert.IsNull(reply);
        }
        else
        {
            StringAssert.Contains(reply, failure);
        }

        Assert.HasCount(attempts, await File.ReadAllTextAsync(folder["attempts"]));
        Assert.AreEqual("image", await File.ReadAllTextAsync(folder["loaded"]));
    }

    [TestMethod]
    [DataRow("parent snapshot sha256:1 does not exist: not found", 1, 2, false)]
    [DataRow("parent snapshot sha256:1 does not exist: not found", 9, 3, true)]
    [DataRow("no space left on device", 1, 1, true)]
    public async Task An_image_that_Docker_does_not_unpack_is_not_left_under_its_name(string words, int failures, int attempts, bool fails)
    {
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder["docker"], $"""
            #!/bin/sh
            case "$1" in
              version) echo linux/amd64/28.2.2/Engine,;;
              load)
                printf x >> '{folder["attempts"]}'; cat > /dev/null
                echo 'Loaded image: app:latest'
                case $(cat '{folder["attempts"]}') in {new string('x', failures)}?*) exit 0;; esac
                echo 'Error unpacking image app:latest: failed to prepare snapshot: {words}';;
              image) echo "$@" >> '{folder["removed"]}';;
            esac
            """);
        var engine = await FindAsync(EngineKind.Docker, folder);

        var reply = await engine.LoadAsync(
            async (stream, token) => await stream.WriteAsync("image"u8.ToArray(), token), CancellationToken.None);

        Assert.AreEqual(fails, reply?.Contains(words, StringComparison.Ordinal) ?? false, reply);
        Assert.AreEqual(
            fails ? "image rm app:latest\n" : "", File.Exists(folder["removed"]) ? await File.ReadAllTextAsync(folder["removed"]) : "");
        Assert.HasCount(attempts, await File.ReadAllTextAsync(folder["attempts"]));
    }

    [TestMethod]
    [DataRow("#!/no/such/interpreter\n", true)]
    [DataRow("#!/no/such/interpreter\n", false)]
    [DataRow("\u007fELF", true)]
    [DataRow("#!/bin/sh\necho 'the service is stopped' >&2\nexit 1\n", true)]
    public async Task A_Docker_that_cannot_be_started_does_not_hide_Podman(string docker, bool isExecutable)
    {
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder["docker"], docker);
        if (!isExecutable && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["docker"], UnixFileMode.UserRead);
        }

        var alone = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => FindAsync(EngineKind.Auto, folder));
        await WriteAsync(folder["podman"], "#!/bin/sh\necho linux/arm64\n");

        Assert.AreEqual(EngineKind.Podman, (await FindAsync(EngineKind.Auto, folder)).Kind);
        Assert.AreEqual(isExecutable ? DiagnosticCode.EngineUnavailable : DiagnosticCode.EngineNotFound, alone.Code);
    }

    [TestMethod]
    [DataRow(EngineKind.Wslc, "wslc")]
    [DataRow(EngineKind.MacOSContainer, "container")]
    public async Task A_platforms_own_containers_get_the_image_as_a_file_that_is_gone_afterwards(object kind, string program)
    {
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder[program], $"""
            #!/bin/sh
            case "$1 $2" in
              "image list") echo NAME;;
              "image load")
                cp "$4" '{folder["loaded"]}'; echo "$4" > '{folder["path"]}'
                test "$(cat "$4")" != damaged || echo no image >&2; test "$(cat "$4")" != damaged;;
            esac
            """);
        var engine = await FindAsync((EngineKind)kind, folder);

        var loaded = await engine.LoadAsync(Writes("image"), CancellationToken.None);
        var refused = await engine.LoadAsync(Writes("damaged"), CancellationToken.None);

        Assert.IsNull(loaded);
        Assert.AreEqual("no image", refused);
        Assert.AreEqual("damaged", await File.ReadAllTextAsync(folder["loaded"]));
        Assert.IsFalse(File.Exists((await File.ReadAllTextAsync(folder["path"])).Trim()));
        Assert.IsEmpty(await engine.ListLayersAsync(CancellationToken.None));
        Assert.IsNull(await engine.FindImageAsync("app:latest", CancellationToken.None));
        Assert.AreEqual("linux", engine.Platform.Os);

        static Func<Stream, CancellationToken, Task> Writes(string text) =>
            async (stream, token) => await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), token);
    }

    [TestMethod]
    [DataRow("complete (3/3) 4.8 MiB/4.8 MiB true", true)]
    [DataRow("complete (3/3) 4.8 MiB/4.8 MiB false", false)]
    [DataRow("incomplete (2/3) 1.8 MiB/4.8 MiB false", false)]
    public async Task An_image_of_containerd_counts_when_it_is_complete_and_unpacked(string status, bool isThere)
    {
        const string Name = "docker.io/team/app:1.0";
        using var folder = new TemporaryDirectory();
        await WriteAsync(folder["ctr"], $"""
            #!/bin/sh
            case "$1 $2" in
              "namespaces ls") echo NAME LABELS;;
              "images check")
                test "$3" = 'name=="{Name}"' || exit 3
                echo 'REF TYPE DIGEST STATUS SIZE UNPACKED'
                echo '{Name} application/vnd.oci.image.manifest.v1+json sha256:1 {status}';;
              "content ls") echo sha256:2; echo sha256:3;;
              "images import") test "$3" = - && cat > '{folder["loaded"]}';;
            esac
            """);
        var engine = await FindAsync(EngineKind.Containerd, folder);

        Assert.AreEqual(isThere ? "sha256:1" : null, await engine.FindImageAsync(Name, CancellationToken.None));
        CollectionAssert.AreEquivalent(
            new[] { "sha256:2", "sha256:3" }, (await engine.ListBlobsAsync(CancellationToken.None))!.ToArray());
        Assert.IsNull(await engine.LoadAsync(
            async (stream, token) => await stream.WriteAsync("image"u8.ToArray(), token), CancellationToken.None));
        Assert.AreEqual("image", await File.ReadAllTextAsync(folder["loaded"]));
    }

    [TestMethod]
    [DataRow(EngineKind.Wslc, "wslc")]
    [DataRow(EngineKind.MacOSContainer, "container")]
    [DataRow(EngineKind.Podman, "podman")]
    [DataRow(EngineKind.Containerd, "ctr")]
    public async Task An_engine_that_is_not_there_or_does_not_run_is_named(object kind, string program)
    {
        using var folder = new TemporaryDirectory();
        var missing = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => FindAsync((EngineKind)kind, folder));
        await WriteAsync(folder[program], "#!/bin/sh\necho 'the service is stopped' >&2\nexit 1\n");

        var stopped = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => FindAsync((EngineKind)kind, folder));

        Assert.AreEqual(DiagnosticCode.EngineNotFound, missing.Code);
        StringAssert.Contains(missing.Message, $"no {program} in PATH");
        Assert.AreEqual(DiagnosticCode.EngineUnavailable, stopped.Code);
        StringAssert.Contains(stopped.Message, $"{program}: the service is stopped");
    }

    private static Task<Engine> FindAsync(EngineKind kind, TemporaryDirectory programs) => Engine.FindAsync(
        kind, name => name == "PATH" ? programs.FullName : null, CancellationToken.None);

    private static async Task WriteAsync(string path, string script)
    {
        await File.WriteAllTextAsync(path, script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
