using System.IO.Compression;

namespace Containerize.Compression;

internal sealed class GzipMember
{
    private readonly DeflateLevel _level;
    internal GzipMember(DeflateLevel level) => _level = level;

    internal static int MaxLength(int length) => length + (length / 1000) + 1024;

    internal int Compress(ReadOnlySpan<byte> content, byte[] output)
    {
        using var stream = new MemoryStream(output);
        using (var gzip = new GZipStream(stream, _level == DeflateLevel.Fast ? CompressionLevel.Fastest : CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return (int)stream.Position;
    }
}
