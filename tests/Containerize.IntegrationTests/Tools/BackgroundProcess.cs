using System.Collections.Concurrent;
using System.Diagnostics;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A server of the machine that runs while tests need it, and is stopped by its own process id.</summary>
internal sealed class BackgroundProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private BackgroundProcess(Process process) => _process = process;

    internal static async Task<BackgroundProcess> StartAsync(
        string program, IEnumerable<string> arguments, Func<Task<bool>> isReady, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var server = new BackgroundProcess(new Process { StartInfo = start });
        server._process.OutputDataReceived += (_, line) => server._output.Enqueue(line.Data ?? "");
        server._process.ErrorDataReceived += (_, line) => server._output.Enqueue(line.Data ?? "");
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromMinutes(1); waited += TimeSpan.FromMilliseconds(100))
        {
            if (server._process.HasExited)
            {
                throw new InvalidOperationException($"{program} ended at once:\n{server.Output}");
            }

            if (await isReady())
            {
                return server;
            }

            await Task.Delay(100);
        }

        await server.DisposeAsync();
        throw new InvalidOperationException($"{program} did not get ready:\n{server.Output}");
    }

    internal string Output => string.Join('\n', _output);

    /// <summary>Kills the process itself; nothing is finished, nothing is said.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // A daemon gets the chance to stop what it started.
            using var terminate = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await terminate.WaitForExitAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }
}
