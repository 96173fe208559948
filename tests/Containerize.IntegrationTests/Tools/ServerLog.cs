using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// A build's own log, written by its server. The client of MSBuild sometimes drops the last packets of a server
/// (https://github.com/dotnet/msbuild/issues/14172): the command fails, and says no reason, although the build succeeded.
/// </summary>
internal sealed class ServerLog(string path)
{
    // The commands of dotnet that hand their other arguments to MSBuild.
    private static readonly string[] s_commands = ["build", "msbuild", "pack", "publish", "restore"];

    /// <summary>The command's arguments; should it be a build, with those of one on a server: a log, and no further nodes.</summary>
    internal IReadOnlyCollection<string> Arguments(IReadOnlyCollection<string> command)
    {
        File.Delete(path);
        // Of an app in one file, dotnet takes no arguments for MSBuild that it does not know.
        return s_commands.Contains(command.FirstOrDefault()) && !command.Any(argument => argument.EndsWith(".cs", StringComparison.Ordinal))
            ? [.. command, $"-flp9:LogFile={path};Verbosity=minimal;Summary", .. Nodes(command)]
            : command;
    }

    // A server builds several projects at a time in nodes, each of which loads everything once more. Two builds of tests fill two cores;
    // the tests that are about nodes say how many.
    private static IEnumerable<string> Nodes(IReadOnlyCollection<string> command) =>
        command.Any(argument => argument.StartsWith("-m", StringComparison.Ordinal)) ? [] : ["-m:1"];

    /// <summary>What the command said, unless it failed without a reason: then what the log says.</summary>
    internal ProcessResult Complete(ProcessResult result)
    {
        if (result.ExitCode != 1 || result.Output.Contains("error", StringComparison.Ordinal) || !File.Exists(path))
        {
            return result;
        }

        var log = File.ReadAllText(path);
        return result with { ExitCode = log.Contains("\nBuild succeeded.\n", StringComparison.Ordinal) ? 0 : 1, Output = log };
    }
}
