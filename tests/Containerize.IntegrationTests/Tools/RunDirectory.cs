using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>What the tests of one run share on the disk: the packed SDK, its unpacked form, a cache. Removed at the end.</summary>
[TestClass]
internal static class RunDirectory
{
    private static readonly TemporaryDirectory s_directory = new();

    internal static string FullName => s_directory.FullName;

    /// <summary>Builds the tasks, unless tests/run did: tests that run side by side must not do it at the same time.</summary>
    [AssemblyInitialize]
    public static async Task BuildTasksAsync(TestContext _) =>
        (
            await Dotnet.RunAsync(
                Repository.Root,
                ["msbuild", "sdk/source/Containerize.Source.targets", "-t:_ContainerizeBuildTasks", "-v:quiet", "-nologo"],
                host: BuildHost.OwnProcess)).EnsureSuccess();

    [AssemblyCleanup]
    public static async Task RemoveAsync()
    {
        await BuildServers.EndAsync();
        s_directory.Dispose();
    }
}
