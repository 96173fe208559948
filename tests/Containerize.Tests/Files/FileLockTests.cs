using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class FileLockTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _folder = new();

    private string LockPath => _folder["lock"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task One_holds_it_at_a_time_and_nothing_stays_behind()
    {
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var time = 0; time < 25; time++)
            {
                using (await FileLock.AcquireAsync(LockPath, s_patience, CancellationToken.None))
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    entered++;
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
            }
        })));

        Assert.AreEqual(1, most);
        Assert.AreEqual(200, entered);
        Assert.IsFalse(File.Exists(LockPath));
    }

    [TestMethod]
    public async Task A_file_that_a_crash_left_behind_hinders_no_one()
    {
        await File.WriteAllTextAsync(LockPath, "left behind");
        using (await FileLock.AcquireAsync(LockPath, TimeSpan.Zero, CancellationToken.None))
        {
            Assert.IsTrue(File.Exists(LockPath));
        }

        Assert.IsFalse(File.Exists(LockPath));
    }

    [TestMethod]
    public async Task Waiting_ends_with_patience_or_when_it_is_cancelled()
    {
        using var held = await FileLock.AcquireAsync(LockPath, s_patience, CancellationToken.None);
        using var stop = new CancellationTokenSource();

        var waiting = FileLock.AcquireAsync(LockPath, s_patience, stop.Token);
        await Assert.ThrowsExactlyAsync<IOException>(() => FileLock.AcquireAsync(LockPath, TimeSpan.Zero, CancellationToken.None));
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
        Assert.IsTrue(File.Exists(LockPath), "It is still held.");
    }

    [TestMethod]
    [DataRow(0x80070020, 0, true, DisplayName = "shared with no one")]
    [DataRow(0x80070020, 60, true, DisplayName = "shared with no one for a minute")]
    [DataRow(0x80070005, 0, true, DisplayName = "perhaps being deleted")]
    [DataRow(0x80070005, 1, true, DisplayName = "perhaps still being deleted")]
    [DataRow(0x80070005, 2, false, DisplayName = "not to be written")]
    [DataRow(0x80070005, 60, false, DisplayName = "never to be written")]
    [DataRow(0x80070003, 0, false, DisplayName = "no such directory")]
    public void On_Windows_what_is_denied_counts_as_held_for_a_moment_only(uint result, int seconds, bool isHeld) => Assert.AreEqual(
        isHeld, FileLock.IsHeldOnWindows(new IOException("", unchecked((int)result)), TimeSpan.FromSeconds(seconds)));

    [TestMethod]
    public async Task What_is_not_held_but_impossible_is_told_at_once() =>
        await Assert.ThrowsExactlyAsync<DirectoryNotFoundException>(
            () => FileLock.AcquireAsync(_folder["missing/lock"], s_patience, CancellationToken.None));
}
