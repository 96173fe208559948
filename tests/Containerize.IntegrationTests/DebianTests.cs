using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Images of Debian's packages, from this machine's own archive, in the hands of engines.</summary>
[TestClass]
[Requires("root", "apt-get", "podman", "runc", "dockerd", "docker")]
public sealed class DebianTests
{
    [TestMethod]
    public async Task The_quick_start_runs_in_podman_and_in_docker_with_cultures_time_zones_and_certificates()
    {
        var archive = await PublishAsync("hello-web");
        ImageValidator.Check(archive, baseLayers: 1);

        await using (var podman = new Podman())
        {
            await podman.LoadAsync(archive);
            Assert.AreEqual("1.234,50 €; Europe/Berlin 02:00:00; trusted roots; app /home/app", await podman.AskAsync("hello-web:latest", FreePort.Find()));
        }

        await using var docker = await Dockerd.StartAsync();
        await docker.LoadAsync(archive);
        Assert.AreEqual("1.234,50 €; Europe/Berlin 02:00:00; trusted roots; app /home/app", await docker.AskAsync("hello-web:latest", FreePort.Find()));
    }

    [TestMethod]
    public async Task Packages_that_the_base_lacks_make_an_app_work()
    {
        var archive = await PublishAsync("fonts");
        ImageValidator.Check(archive, baseLayers: 2);

        await using var podman = new Podman();
        await podman.LoadAsync(archive);
        Assert.AreEqual("DejaVu Sans draws 640 x 120", await podman.AskAsync("fonts:latest", FreePort.Find()));
    }

    [TestMethod]
    public async Task The_lock_gives_the_same_image_on_a_machine_without_a_cache()
    {
        using var project = await TestProject.WebAsync("<PropertyGroup><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained><InvariantGlobalization>true</InvariantGlobalization><ContainerBaseImage>debian-packages:bookworm</ContainerBaseImage></PropertyGroup>");
        var first = await project.ContainerizeAsync();
        Assert.AreEqual(0, first.ExitCode, first.Output);
        var digest = project.Digest;
        using var cache = new TemporaryDirectory();

        var second = await project.ContainerizeAsync($"-p:ContainerizeCacheDirectory={cache.FullName}", "-p:ContainerizeDebianLockedMode=true");

        Assert.AreEqual(0, second.ExitCode, second.Output);
        Assert.AreEqual(digest, project.Digest);
        Assert.IsTrue(File.Exists(Path.Combine(project.Directory, "containerize.debian.lock.json")));
    }

    [TestMethod]
    public async Task An_app_without_a_runtime_is_refused_on_a_base_without_one()
    {
        using var project = await TestProject.WebAsync("<PropertyGroup><ContainerBaseImage>debian-packages:bookworm</ContainerBaseImage></PropertyGroup>");

        var result = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "CTZ5060");
    }

    private static async Task<string> PublishAsync(string sample)
    {
        var result = await Dotnet.RunAsync(Repository.Root, ["publish", $"samples/{sample}", "-t:Containerize"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return Path.Combine(Repository.Root, "samples", sample, "bin", "Release", "net10.0", "linux-x64", $"{sample}.tar");
    }
}
