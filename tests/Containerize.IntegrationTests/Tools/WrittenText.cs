using System.IO.Compression;
using System.Text;

namespace Containerize.IntegrationTests.Tools;

/// <summary>What a build wrote, as text to search for secrets.</summary>
internal static class WrittenText
{
    /// <summary>Reads a file; binary logs are decompressed.</summary>
    internal static string Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".binlog", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
