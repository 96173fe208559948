using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Containerize.Ahead;

/// <summary>
/// Runs work that can wait on one thread of low priority, so that it takes what the compiler leaves of one core. As soon as a build waits
/// for that work, it runs on the thread pool, as all other work of the build.
/// </summary>
internal sealed partial class BackgroundScheduler : TaskScheduler, IDisposable
{
    private readonly ConcurrentQueue<Task> _queue = new();
    private readonly Lazy<Thread> _thread;
#pragma warning disable CA2213 // The thread may still wait for it at the end. It holds no handle of the system.
    private readonly SemaphoreSlim _work = new(0);
#pragma warning restore CA2213
    private int _waiting;
    private volatile bool _isEnded;

    internal BackgroundScheduler() => _thread = new Lazy<Thread>(Start);

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => Environment.ProcessorCount;

    /// <summary>Says that a build waits for the work.</summary>
    /// <returns>Ends the waiting.</returns>
    internal IDisposable Hurry()
    {
        Interlocked.Increment(ref _waiting);
        for (var left = _queue.Count; left > 0; left--)
        {
            RunSoon();
        }

        return new Waiting(this);
    }

    /// <summary>Ends the thread. What is left runs on the pool: work that was cancelled has files to remove.</summary>
    public void Dispose()
    {
        _isEnded = true;
        _work.Release();
        for (var left = _queue.Count; left > 0; left--)
        {
            RunSoon();
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        _queue.Enqueue(task);
        if (_isEnded || Volatile.Read(ref _waiting) > 0)
        {
            RunSoon();
            return;
        }

        _ = _thread.Value;
        _work.Release();
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

    private Thread Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "Containerize ahead", Priority = ThreadPriority.BelowNormal };
        thread.UnsafeStart();
        return thread;
    }

    private void Run()
    {
        if (OperatingSystem.IsLinux())
        {
            LowerPriority();
        }

        for (_work.Wait(); !_isEnded; _work.Wait())
        {
            if (Volatile.Read(ref _waiting) == 0)
            {
                RunNext();
            }
        }
    }

    // The first caller takes a task; there may be more calls than tasks.
    private void RunNext()
    {
        if (_queue.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }
    }

    private void RunSoon() => ThreadPool.UnsafeQueueUserWorkItem(static scheduler => scheduler.RunNext(), this, preferLocal: false);

    // .NET leaves priorities of threads to the system on Linux, and there each thread is as nice as it says itself.
    private static void LowerPriority()
    {
        const int Process = 0;
        const int ThisThread = 0;
        const int Nice = 10;
        try
        {
            _ = SetPriority(Process, ThisThread, Nice);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Then it is as urgent as the compiler.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);

    private sealed class Waiting(BackgroundScheduler scheduler) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                Interlocked.Decrement(ref scheduler._waiting);
            }
        }
    }
}
