using System.Text;
using CsCheck;

namespace Containerize.Fuzzing;

/// <summary>
/// Whatever the bytes are, a reader takes them or refuses them with a message: it never fails in another way, and never hangs.
/// </summary>
[TestClass]
internal sealed class ReaderTests
{
    /// <summary>Seconds for each reader; an hour by hand is CONTAINERIZE_FUZZ_SECONDS=180.</summary>
    private static readonly int s_seconds =
        int.TryParse(Environment.GetEnvironmentVariable("CONTAINERIZE_FUZZ_SECONDS"), out var seconds) ? seconds : 2;

    private static readonly TimeSpan s_mostForOneInput = TimeSpan.FromSeconds(20);

    public static IEnumerable<object[]> Targets => FuzzTargets.All.Select(target => new object[] { target.Name });

    [TestMethod]
    [DynamicData(nameof(Targets))]
    public void Seeds_are_taken(string name)
    {
        var target = FuzzTargets.Find(name);
        var refused = target.Seeds.Where(seed => !target.Feed(seed)).Select(Encoding.UTF8.GetString).ToList();

        Assert.IsTrue(refused.Count < target.Seeds.Count || name is "keyring", $"All were refused: {string.Join('\n', refused)}");
    }

    [TestMethod]
    [DynamicData(nameof(Targets))]
    public void Changed_seeds_are_taken_or_refused(string name)
    {
        var target = FuzzTargets.Find(name);

        Mutations.Of(target.Seeds)
            .Sample(bytes => IsTakenOrRefused(target, bytes), time: s_seconds, threads: 1, print: Convert.ToHexString);
    }

    private static bool IsTakenOrRefused(FuzzTarget target, byte[] bytes)
    {
        // On a thread of its own: a reader that loops must fail the test, not stop it.
        var feeding = Task.Run(() => target.Feed(bytes));
        if (!feeding.Wait(s_mostForOneInput))
        {
            throw new TimeoutException($"{target.Name} still reads {bytes.Length} bytes after {s_mostForOneInput.TotalSeconds} s.");
        }

        return true;
    }
}
