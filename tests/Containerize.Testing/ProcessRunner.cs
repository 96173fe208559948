using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Containerize.Testing;

/// <summary>Runs programs without a shell.</summary>
internal static class ProcessRunner
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program and captures what it prints.</summary>
    /// <param name="program">A path, or a name to be found in PATH.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="workingDirectory">Null means the current one.</param>
    /// <param name="environment">Set on top of this process's variables; null removes one.</param>
    /// <param name="timeout">Five minutes by default.</param>
    /// <exception cref="ProcessFailedException">It could not be started, or took too long and was killed with its children.</exception>
    public static async Task<ProcessResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var command = string.Join(' ', [program, .. start.ArgumentList]);
        using var process = new Process { StartInfo = start };
        var output = new Capture();
        var error = new Capture();
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => error.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            throw new ProcessFailedException($"'{command}' could not be started: {failure.Message}", failure);
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var end = new CancellationTokenSource(timeout ?? s_defaultTimeout);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new ProcessFailedException(
                $"'{command}' did not end within {timeout ?? s_defaultTimeout} and was killed.\n{output}{error}");
        }

        return new ProcessResult(command, process.ExitCode, output.ToString(), error.ToString());
    }

    private sealed class Capture
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();

        public override string ToString()
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }

        internal void Add(string? line)
        {
            lock (_lock)
            {
                if (line is not null)
                {
                    _text.Append(line).Append('\n');
                }
            }
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="Command">Program and arguments, to be read, not to be run.</param>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ProcessResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Returns the result of a success.</summary>
    /// <exception cref="ProcessFailedException">The exit code is not 0.</exception>
    public ProcessResult EnsureSuccess() => ExitCode == 0
        ? this
        : throw new ProcessFailedException($"'{Command}' ended with exit code {ExitCode}.\n{Output}{Error}");
}

/// <summary>A program did not do what a test needs.</summary>
internal sealed class ProcessFailedException(string message, Exception? innerException = null) : Exception(message, innerException);
