using System.Text;

namespace Containerize.Tests.Compression;

/// <summary>Bytes of many kinds, the same in every run.</summary>
internal static class SampleData
{
    internal static IEnumerable<string> Kinds => ["random", "zeros", "text", "few values", "short repetitions", "records", "assembly"];

    internal static byte[] Make(string kind, int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        switch (kind)
        {
            case "random":
                random.NextBytes(bytes);
                break;
            case "zeros":
                break;
            case "few values":
                Fill(bytes, _ => (byte)"abc"[random.Next(3)]);
                break;
            case "text":
                Repeat(bytes, () => Encoding.UTF8.GetBytes($"line {random.Next(1000)} says '{random.Next(50)} words', naïvely;\n"));
                break;
            case "short repetitions":
                Repeat(bytes, () => [(byte)random.Next(4), 7, 9, (byte)random.Next(2)]);
                break;
            case "records":
                Repeat(bytes, () => [.. BitConverter.GetBytes(random.Next(70_000)), 0, 0, 0, 1, (byte)random.Next(256)]);
                break;
            default:
                Repeat(bytes, () => File.ReadAllBytes(typeof(DiagnosticCode).Assembly.Location));
                break;
        }

        return bytes;
    }

    private static void Fill(Span<byte> bytes, Func<int, byte> value)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = value(i);
        }
    }

    private static void Repeat(Span<byte> bytes, Func<byte[]> next)
    {
        while (!bytes.IsEmpty)
        {
            var part = next();
            var count = Math.Min(part.Length, bytes.Length);
            part.AsSpan(0, count).CopyTo(bytes);
            bytes = bytes[count..];
        }
    }
}
