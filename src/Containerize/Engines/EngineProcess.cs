using System.Diagnostics;

namespace Containerize.Engines;

/// <summary>Runs an engine's command line, without a shell. It is the engine's own way to its daemon: hosts, contexts, certificates and tunnels are its affair.</summary>
internal static class EngineProcess
{
    private const int MaxText = 4 * 1024 * 1024;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="program">The program's full path.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="input">Writes what the command reads; null for nothing.</param>
    /// <param name="output">Takes what the command prints; null keeps it as text.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>What it said.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EngineNotFound"/>: it cannot be started; or what <paramref name="input"/> throws.</exception>
    internal static async Task<EngineReply> RunAsync(string program, IReadOnlyList<string> arguments, Func<Stream, CancellationToken, Task>? input, Stream? output, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                CreateNoWindow = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new ContainerizeException(DiagnosticCode.EngineNotFound, $"'{Printable.Clean(program)}' cannot be started: {Printable.Clean(failure.Message)}", failure);
        }

        try
        {
            using var text = new MemoryStream();
            var errors = ReadTextAsync(process.StandardError.BaseStream, cancellationToken);
            var printed = process.StandardOutput.BaseStream.CopyToAsync(output ?? text, cancellationToken);
            var broken = await FeedAsync(process, input, cancellationToken);
            await printed;
            var error = await errors;
            await process.WaitForExitAsync(cancellationToken);
            return broken is not null && process.ExitCode == 0
                ? throw broken
                : new EngineReply(process.ExitCode, System.Text.Encoding.UTF8.GetString(text.ToArray()), error);
        }
        finally
        {
            // Ended before its input is: half an archive must not be taken for a whole one.
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Feeds the command.</summary>
    /// <returns>The failure when the command stopped reading: its own exit code and words tell more.</returns>
    private static async Task<IOException?> FeedAsync(Process process, Func<Stream, CancellationToken, Task>? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                await input(process.StandardInput.BaseStream, cancellationToken);
            }

            process.StandardInput.Close();
            return null;
        }
        catch (IOException failure)
        {
            return failure;
        }
    }

    private static async Task<string> ReadTextAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var buffer = new char[8192];
        var text = new System.Text.StringBuilder();
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (text.Length < MaxText)
            {
                text.Append(buffer, 0, read);
            }
        }

        return text.ToString();
    }
}

/// <summary>What an engine's command said.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">What it printed, as UTF-8.</param>
/// <param name="Error">What it printed as errors.</param>
internal sealed record EngineReply(int ExitCode, string Output, string Error)
{
    /// <summary>Its own words for a failure, in one printable line.</summary>
    internal string Words => Printable.Clean((Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {ExitCode}");

    /// <summary>What it printed, line by line.</summary>
    internal IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
