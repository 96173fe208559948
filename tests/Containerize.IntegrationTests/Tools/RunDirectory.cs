using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>What the tests of one run share on the disk: the packed SDK, its unpacked form, a cache. Removed at the end.</summary>
[TestClass]
internal static class RunDirectory
{
    private static readonly TemporaryDirectory s_directory = new();

    internal static string FullName => s_directory.FullName;

    [AssemblyCleanup]
    public static void Remove() => s_directory.Dispose();
}
