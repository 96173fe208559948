using System.Globalization;
using Containerize.Oci;

namespace Containerize.Registry.Transfer;

/// <summary>Says how a transfer proceeds, calmly and only when it lasts.</summary>
internal sealed class TransferProgress : IDisposable
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(5);

    private readonly string _what;
    private readonly long _size;
    private readonly IReporter _reporter;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _done;
    private long _moved;

    /// <param name="verb">What is done: <c>Pushing</c>.</param>
    /// <param name="descriptor">The blob.</param>
    /// <param name="place">Where from or to: <c>to registry/repository</c>.</param>
    /// <param name="reporter">Hears about it.</param>
    /// <param name="time">The clock.</param>
    internal TransferProgress(string verb, Descriptor descriptor, string place, IReporter reporter, TimeProvider time)
    {
        _what = $"{verb} {descriptor.Digest.Algorithm}:{descriptor.Digest.Hex[..12]} {place}";
        _size = descriptor.Size;
        _reporter = reporter;
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Report(), null, s_pace, s_pace);
    }

    /// <summary>How many bytes were moved, repeated ones included.</summary>
    internal long Moved => Interlocked.Read(ref _moved);

    internal void Add(int count)
    {
        Interlocked.Add(ref _done, count);
        Interlocked.Add(ref _moved, count);
    }

    /// <summary>The transfer goes on from another place.</summary>
    internal void GoTo(long position) => Interlocked.Exchange(ref _done, position);

    public void Dispose() => _timer.Dispose();

    private void Report()
    {
        var done = Interlocked.Read(ref _done);
        var rate = Moved / Math.Max(_time.GetElapsedTime(_start).TotalSeconds, 0.001);
        var left = rate > 0 ? $", {Math.Max(_size - done, 0) / rate:0} s left" : "";
        _reporter.Message(string.Create(CultureInfo.InvariantCulture, $"{_what}: {Size(done)} of {Size(_size)} ({Size((long)rate)}/s{left})"));
    }

    private static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };
}
