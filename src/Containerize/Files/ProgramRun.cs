using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Containerize.Files;

/// <summary>
/// Runs programs of the machine to their end, without a shell. A program that is waited for no longer is killed with what it started.
/// </summary>
internal static class ProgramRun
{
    /// <summary>How much text a program may print, in bytes; one that prints more is killed.</summary>
    internal const int MaxText = 16 * 1024 * 1024;

    private const int Buffer = 16 * 1024;

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program's full path.</param>
    /// <param name="input">Writes what the program reads; null for nothing.</param>
    /// <param name="output">Takes what the program prints; null keeps it as text.</param>
    /// <param name="place">Where it runs; null for where this process does.</param>
    /// <exception cref="ProgramException">It cannot be started, or prints too much.</exception>
    /// <exception cref="ContainerizeException">What <paramref name="input"/> throws.</exception>
    internal static async Task<ProgramReply> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        Func<Stream, CancellationToken, Task>? input,
        Stream? output,
        CancellationToken cancellationToken,
        ProgramPlace? place = null)
    {
        using var process = Start(program, arguments, place);
        try
        {
#pragma warning disable CA2025 // The program is ended before it is disposed, and with it what is read of it.
            var errors = ReadTextAsync(process, process.StandardError.BaseStream, cancellationToken);
            var text = output is null ? ReadTextAsync(process, process.StandardOutput.BaseStream, cancellationToken) : null;
#pragma warning restore CA2025
            var copied = output is null ? Task.CompletedTask : process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
            var broken = await FeedAsync(process, input, cancellationToken);
            await copied;
            var printed = text is null ? "" : await text;
            var error = await errors;
            await process.WaitForExitAsync(cancellationToken);
            return broken is not null && process.ExitCode == 0 ? throw broken : new ProgramReply(process.ExitCode, printed, error);
        }
        finally
        {
            // Ended before its input is: half an archive must not be taken for a whole one.
            Stop(process);
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, ProgramPlace? place)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                CreateNoWindow = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = place?.Directory ?? "",
            },
        };
        foreach (var (name, value) in place?.Variables ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                process.StartInfo.Environment.Remove(name);
            }
            else
            {
                process.StartInfo.Environment[name] = value;
            }
        }

        try
        {
            process.Start();
            return process;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException)
        {
            process.Dispose();
            throw new ProgramException($"cannot be started: {failure.Message}", failure);
        }
    }

    /// <summary>Feeds the program.</summary>
    /// <returns>The failure when it stopped reading: its own exit code and words tell more.</returns>
    private static async Task<IOException?> FeedAsync(
        Process process, Func<Stream, CancellationToken, Task>? input, CancellationToken cancellationToken)
    {
        IOException? broken = null;
        try
        {
            if (input is not null)
            {
                await input(process.StandardInput.BaseStream, cancellationToken);
            }
        }
        catch (IOException failure)
        {
            broken = failure;
        }

        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The pipe has no buffer: what was to be written is, or its writer has just failed and said what it makes of that.
        }

        return broken;
    }

    private static async Task<string> ReadTextAsync(Process process, Stream stream, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[Buffer];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await text.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (text.Length > MaxText)
            {
                // It may wait for its other streams meanwhile.
                Stop(process);
                throw new ProgramException($"printed more than {ByteSize.Format(MaxText)}");
            }
        }

        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or AggregateException)
        {
            // It ended meanwhile, or what it started has rights of its own.
        }
    }
}

/// <summary>Where a program runs.</summary>
/// <param name="Directory">Its current directory, a full path.</param>
/// <param name="Variables">Environment variables that are others than those of this process; null for one that it does not get.</param>
internal sealed record ProgramPlace(string Directory, IReadOnlyDictionary<string, string?> Variables);

/// <summary>What a program said.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">What it printed, as UTF-8.</param>
/// <param name="Error">What it printed as errors.</param>
internal sealed record ProgramReply(int ExitCode, string Output, string Error)
{
    /// <summary>Its own words for a failure, in one printable line; of a long one the end.</summary>
    internal string Words => Printable.CleanEnd(
        ErrorLines.Concat(Lines).Prepend($"exit code {ExitCode}").LastOrDefault(), Printable.MaxLength);

    /// <summary>The first error of a build, which is the cause of those that follow; else its own words.</summary>
    internal string FirstError => Lines.FirstOrDefault(line => line.Contains(": error ", StringComparison.Ordinal)) ?? Words;

    /// <summary>What it printed, line by line.</summary>
    internal IEnumerable<string> Lines => LinesOf(Output);

    /// <summary>What it printed as errors, line by line.</summary>
    internal IEnumerable<string> ErrorLines => LinesOf(Error);

    private static string[] LinesOf(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Why a program did not do its work; the message is the end of a sentence that begins with the program.</summary>
internal sealed class ProgramException(string message, Exception? innerException = null) : Exception(message, innerException);
