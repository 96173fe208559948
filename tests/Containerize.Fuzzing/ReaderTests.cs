using System.Text;
using CsCheck;

namespace Containerize.Fuzzing;

/// <summary>
/// Whatever the bytes are, a reader takes them or refuses them with a message: it never fails in another way, and never hangs.
/// </summary>
[TestClass]
internal sealed class ReaderTests
{
    private const int InputsWithoutLimit = 1000;

    /// <summary>
    /// Seconds for each reader, with new inputs in each run; an hour by hand is CONTAINERIZE_FUZZ_SECONDS=180. Without it the inputs are
    /// the same in each run: what a change broke shows, and nothing else stops it.
    /// </summary>
    private static readonly int? s_seconds =
        int.TryParse(Environment.GetEnvironmentVariable("CONTAINERIZE_FUZZ_SECONDS"), out var seconds) ? seconds : null;

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

        var inputs = Mutations.Of(target.Seeds);
        if (s_seconds is { } limit)
        {
            inputs.Sample(bytes => IsTakenOrRefused(target, bytes), time: limit, threads: 1, print: Convert.ToHexString);
            return;
        }

        var random = new PCG(stream: 1, seed: 1);
        for (var count = 0; count < InputsWithoutLimit; count++)
        {
            var bytes = inputs.Generate(random, null, out _);
            try
            {
                IsTakenOrRefused(target, bytes);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{name} failed on {Convert.ToHexString(bytes)}", failure);
            }
        }
    }

    [TestMethod]
    [DataRow("image-lock", "7B2276657273696F6E223A312C22696D61676573223A7B2261FF223A22227D7D", DisplayName = "a name that is not UTF-8")]
    [DataRow("keyring", "A57CAAB9B3EC31", DisplayName = "a key of a version that does not exist")]
    public void What_once_failed_is_taken_or_refused(string name, string bytes) =>
        Assert.IsTrue(IsTakenOrRefused(FuzzTargets.Find(name), Convert.FromHexString(bytes)));

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
