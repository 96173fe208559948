using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The mirror of Debian that this machine's own apt sources name: tests add no host to it.</summary>
/// <param name="Uri">Where its <c>dists</c> and <c>pool</c> are.</param>
/// <param name="Release">The code name of this machine's release.</param>
internal sealed record AptMirror(string Uri, string Release)
{
    /// <summary>Finds it.</summary>
    /// <exception cref="ProcessFailedException">There is no apt here.</exception>
    /// <exception cref="InvalidOperationException">The sources name no mirror of the release.</exception>
    internal static async Task<AptMirror> FindAsync()
    {
        var release = (await File.ReadAllLinesAsync("/etc/os-release"))
            .Single(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal)).Split('=')[1];
        var sources = (await ProcessRunner.RunAsync("apt-get", ["indextargets", "--format", "$(REPO_URI) $(RELEASE)"]))
            .EnsureSuccess().Output;
        return new AptMirror(
            sources.Split('\n').First(line => line.EndsWith(" " + release, StringComparison.Ordinal)).Split(' ')[0], release);
    }
}
