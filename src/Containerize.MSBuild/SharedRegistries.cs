using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.MSBuild;

/// <summary>
/// The client that the tasks of a build reach registries with: connections, tokens and what was learnt of registries are kept from one
/// task to the next.
/// </summary>
internal sealed class SharedRegistries : IDisposable
{
    private readonly CurrentTask _task = new();

    internal SharedRegistries(RegistryOptions options, BlobStore cache) => Client = new RegistryClient(options, _task, cache);

    internal RegistryClient Client { get; }

    /// <summary>Has the client report to a task, for all that the calling method does and calls.</summary>
    /// <returns>Ends it: a task must not log after its end.</returns>
    internal IDisposable ReportTo(IReporter reporter) => _task.Begin(reporter);

    public void Dispose() => Client.Dispose();

    // Tasks may run at the same time; each has its own flow of calls.
    private sealed class CurrentTask : IReporter
    {
        private readonly AsyncLocal<TaskLog?> _current = new();

        internal TaskLog Begin(IReporter reporter) => _current.Value = new TaskLog { Reporter = reporter };

        public void Message(Message text) => _current.Value?.Reporter?.Message(text);

        public void Detail(Message text) => _current.Value?.Reporter?.Detail(text);

        public void Warning(DiagnosticCode code, Message text, SourcePosition? at) =>
            _current.Value?.Reporter?.Warning(code, text, at);
    }

    // Timers and requests that outlive their task still hold it.
    private sealed class TaskLog : IDisposable
    {
        internal IReporter? Reporter { get; set; }

        public void Dispose() => Reporter = null;
    }
}
