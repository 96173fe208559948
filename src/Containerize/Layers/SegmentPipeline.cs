using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Containerize.Compression;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>
/// Compresses segments side by side and writes them in order, hashing both forms on the way.
/// A fixed number of segments goes round, so the memory it takes does not depend on the size of the layer.
/// </summary>
internal sealed class SegmentPipeline : IDisposable
{
    private readonly Channel<Segment> _ordered =
        Channel.CreateUnbounded<Segment>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentStack<Segment> _idle = new();
    private readonly SemaphoreSlim _slots;
    private readonly TaskScheduler _compressors;
    private readonly Func<ISegmentCompressor>? _compressor;
    private readonly EarlierSegments? _earlier;
    private readonly byte[] _context;
    private readonly List<WrittenSegment> _written = [];
    private bool _isKnown = true;
    private readonly CancellationToken _cancellationToken;
    private readonly IncrementalHash _contentHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _outputHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Creates the pipeline.</summary>
    /// <param name="options">How the layer is written.</param>
    /// <param name="earlier">A layer that was made earlier, whose segments are taken where they are the same.</param>
    internal SegmentPipeline(LayerOptions options, EarlierSegments? earlier, CancellationToken cancellationToken)
    {
        var degree = Math.Clamp(options.MaxDegreeOfParallelism, 1, 8);
        _compressor = options.Compressor;
        Capacity = options.Encoding.Compression == LayerCompression.Zstd ? Segment.ZstdCapacity : Segment.Capacity;
        _earlier = earlier;
        _context =
            Encoding.UTF8.GetBytes($"{LayerContent.FormatVersion} {options.BytesKey} {options.ModificationTime.ToUnixTimeSeconds()}");
        _cancellationToken = cancellationToken;
        // Besides those being compressed: one is filled, one is written, two wait on either side.
        _slots = new SemaphoreSlim(degree + 4);
        // One item at a time: between them the pool's threads must be free for the filling and the writing.
        _compressors = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Current, degree, maxItemsPerTask: 1).ConcurrentScheduler;
    }

    /// <summary>How long a segment may be, in bytes.</summary>
    internal int Capacity { get; }

    /// <summary>The digest of what came in. Call it once, at the end.</summary>
    internal Digest ContentDigest => Digest.FromSha256(_contentHash.GetHashAndReset());

    /// <summary>The digest of what was written. Call it once, at the end.</summary>
    internal Digest OutputDigest => Digest.FromSha256(_outputHash.GetHashAndReset());

    /// <summary>Where the segments lie; null when it is not known what they were made from.</summary>
    internal SegmentTable? Segments => _isKnown ? new SegmentTable(_written) : null;

    /// <summary>How many bytes came in.</summary>
    internal long ContentSize { get; private set; }

    /// <summary>How many bytes were written.</summary>
    internal long OutputSize { get; private set; }

    /// <summary>Waits for an empty segment.</summary>
    internal async ValueTask<Segment> RentAsync()
    {
        await _slots.WaitAsync(_cancellationToken);
        return _idle.TryPop(out var segment) ? segment : new Segment(_compressor?.Invoke(), Capacity);
    }

    /// <summary>Sends a filled segment on its way.</summary>
    internal void Post(Segment segment)
    {
        segment.Compression =
            Task.Factory.StartNew(() => segment.Compress(_context, _earlier), _cancellationToken, TaskCreationOptions.None, _compressors);
        // The order of the channel is the order of the layer, so it cannot refuse.
        _ordered.Writer.TryWrite(segment);
    }

    /// <summary>Says that no segment follows.</summary>
    internal void Complete() => _ordered.Writer.Complete();

    /// <summary>Writes all segments until <see cref="Complete"/>.</summary>
    /// <param name="output">Takes the layer.</param>
    internal async Task DrainAsync(Stream output)
    {
        await foreach (var segment in _ordered.Reader.ReadAllAsync(_cancellationToken))
        {
            _contentHash.AppendData(segment.Content);
            ContentSize += segment.Content.Length;
            await segment.Compression;
            _outputHash.AppendData(segment.Compressed);
            OutputSize += segment.Compressed.Length;
            output.Write(segment.Compressed);
            if (segment.Written is { } written)
            {
                _written.Add(written);
            }
            else
            {
                _isKnown = false;
            }

            segment.Clear();
            _idle.Push(segment);
            _slots.Release();
        }
    }

    public void Dispose()
    {
        // After a failure some segments may still be compressed; those are not idle, and left to the garbage collector.
        foreach (var segment in _idle)
        {
            segment.Dispose();
        }

        _idle.Clear();
        _slots.Dispose();
        _contentHash.Dispose();
        _outputHash.Dispose();
    }
}
