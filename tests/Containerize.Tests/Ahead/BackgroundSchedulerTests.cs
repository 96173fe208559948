using Containerize.Ahead;

namespace Containerize.Tests.Ahead;

[TestClass]
internal sealed class BackgroundSchedulerTests
{
    private readonly BackgroundScheduler _scheduler = new();

    [TestCleanup]
    public void Stop() => _scheduler.Dispose();

    [TestMethod]
    public async Task Work_runs_on_one_thread_of_its_own()
    {
        var threads = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Begin(() => Environment.CurrentManagedThreadId)));

        Assert.AreEqual(1, threads.Distinct().Count());
        Assert.IsFalse(await Begin(() => Thread.CurrentThread.IsThreadPoolThread));
    }

    [TestMethod]
    public async Task The_thread_is_less_urgent_than_the_compiler()
    {
        var niceness = await Begin(() => File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[17]);

        Assert.AreEqual("10", niceness);
    }

    [TestMethod]
    public async Task What_a_build_waits_for_runs_on_the_pool()
    {
        using var blocked = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var first = Begin(() =>
        {
            started.Set();
            return blocked.Wait(TimeSpan.FromMinutes(1));
        });
        started.Wait();
        var second = Begin(() => Thread.CurrentThread.IsThreadPoolThread);

        using (_scheduler.Hurry())
        {
            Assert.IsTrue(await second);
            Assert.IsTrue(await Begin(() => Thread.CurrentThread.IsThreadPoolThread));
        }

        blocked.Set();
        Assert.IsTrue(await first);
        Assert.IsFalse(await Begin(() => Thread.CurrentThread.IsThreadPoolThread));
    }

    [TestMethod]
    public async Task Work_that_goes_on_after_a_pause_stays_there()
    {
        var isPool = await Task.Factory.StartNew(
            async () =>
            {
                await Task.Delay(1);
                return Thread.CurrentThread.IsThreadPoolThread;
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            _scheduler).Unwrap();

        Assert.IsFalse(isPool);
    }

    [TestMethod]
    public async Task What_is_left_at_the_end_still_ends()
    {
        _scheduler.Dispose();

        Assert.IsTrue(await Begin(() => Thread.CurrentThread.IsThreadPoolThread));
    }

    private Task<T> Begin<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler);
}
