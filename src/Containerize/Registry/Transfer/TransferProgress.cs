namespace Containerize.Registry.Transfer;

/// <summary>
/// How far one transfer is. Counted by the transfer, told by <see cref="TransferReport"/>; its end is told by disposing it.
/// </summary>
/// <param name="report">Tells of all transfers together.</param>
/// <param name="size">How many bytes there are.</param>
internal sealed class TransferProgress(TransferGroup report, long size) : IDisposable
{
    private long _done;
    private long _moved;
    private int _ended;

    /// <summary>How many bytes were moved, repeated ones included.</summary>
    internal long Moved => Interlocked.Read(ref _moved);

    /// <summary>How many bytes are where they should be.</summary>
    internal long Done => Math.Min(Interlocked.Read(ref _done), size);

    /// <summary>How many bytes there are.</summary>
    internal long Size => size;

    internal void Add(int count)
    {
        Interlocked.Add(ref _done, count);
        Interlocked.Add(ref _moved, count);
    }

    /// <summary>The transfer goes on from another place.</summary>
    internal void GoTo(long position) => Interlocked.Exchange(ref _done, position);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            report.End(this);
        }
    }
}
