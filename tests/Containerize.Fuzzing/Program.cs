using SharpFuzz;

namespace Containerize.Fuzzing;

/// <summary>What a fuzzer starts: <c>seeds TARGET DIRECTORY</c> writes the corpus, <c>feed TARGET</c> reads standard input under AFL++,
/// <c>replay TARGET FILE…</c> shows what an input does, <c>targets</c> lists the readers.</summary>
internal static class Program
{
    internal static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["targets"]:
                Console.WriteLine(string.Join('\n', FuzzTargets.All));
                return 0;
            case ["seeds", var name, var directory]:
                Directory.CreateDirectory(directory);
                foreach (var (seed, number) in FuzzTargets.Find(name).Seeds.Select((seed, number) => (seed, number)))
                {
                    File.WriteAllBytes(Path.Combine(directory, $"seed{number}"), seed);
                }

                return 0;
            case ["feed", var name]:
                // The instrumented library runs only inside of Run, which gives it the fuzzer's memory; seeds are made by the library.
                FuzzTarget? target = null;
                Fuzzer.OutOfProcess.Run(stream =>
                {
                    target ??= FuzzTargets.Find(name);
                    using var bytes = new MemoryStream();
                    stream.CopyTo(bytes);
                    target.Feed(bytes.ToArray());
                });
                return 0;
            case ["replay", var name, .. var files]:
                foreach (var file in files)
                {
                    Console.WriteLine($"{file}: {(FuzzTargets.Find(name).Feed(File.ReadAllBytes(file)) ? "taken" : "refused")}");
                }

                return 0;
            default:
                Console.Error.WriteLine("Usage: targets | seeds TARGET DIRECTORY | feed TARGET | replay TARGET FILE…");
                return 2;
        }
    }
}
