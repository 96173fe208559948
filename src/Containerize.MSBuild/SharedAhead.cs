using Containerize.Ahead;
using Containerize.Layers;

namespace Containerize.MSBuild;

/// <summary>What the work ahead of all projects of a build has in common: one thread, and what was learnt of files.</summary>
internal sealed class SharedAhead : IDisposable
{
    internal BackgroundScheduler Scheduler { get; } = new();

    internal KnownContents Contents { get; } = new();

    public void Dispose() => Scheduler.Dispose();
}
