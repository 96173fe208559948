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
        await File.WriteAllTextAsync(folder["docker"], $$"""
            #!/bin/sh
            case "$1 $2" in
              "version --format") echo linux/amd64;;
              "info --format") echo '[]';;
              "image ls") i=0; while [ $i -lt {{images}} ]; do i=$((i+1)); echo "sha256:$i"; done;;
              "image inspect") shift 4; echo $# >> '{{folder["counts"]}}'; for id; do echo "[\"$id\"]"; done;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["docker"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var engine = await Engine.FindAsync(
            EngineKind.Docker, name => name == "PATH" ? $"{folder.FullName}:/usr/bin:/bin" : null, CancellationToken.None);

        var layers = await engine.ListLayersAsync(CancellationToken.None);

        Assert.HasCount(images, layers);
        Assert.HasCount(images, layers.Select(image => image.Single()).Distinct().ToList());
        // The shortest limit of a command line is that of Windows: 32,767 characters, of which an id takes 72.
        var counts = File.Exists(folder["counts"]) ? (await File.ReadAllLinesAsync(folder["counts"])).Select(int.Parse).ToList() : [];
        Assert.IsTrue(counts.TrueForAll(count => count * 72 < 32_000));
        Assert.AreEqual(images, counts.Sum());
    }
}
