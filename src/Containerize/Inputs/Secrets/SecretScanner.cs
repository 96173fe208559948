using System.Buffers;
using System.Text;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// Finds secrets in text: one search for all anchors at once, and a look at each place by the shapes that have that anchor. Binary files
/// have none.
/// </summary>
internal static class SecretScanner
{
    /// <summary>The size up to which files are looked into, in bytes. Configuration and keys are far smaller.</summary>
    internal const int LargestFile = 4 * 1024 * 1024;

    /// <summary>How many secrets of a file are told; who has as many does not need the others to act.</summary>
    internal const int MaxFindings = 20;

    // Where other tools, as git, look for the NUL that text does not have.
    private const int LooksBinary = 8000;

    private static readonly SearchValues<string> s_anchors =
        SearchValues.Create([.. SecretShapes.All.SelectMany(shape => shape.Anchors)], StringComparison.OrdinalIgnoreCase);

    private static readonly ILookup<char, (string Anchor, SecretShape Shape)> s_shapes = SecretShapes.All
        .SelectMany(shape => shape.Anchors.Select(anchor => (anchor, shape)))
        .ToLookup(pair => char.ToLowerInvariant(pair.anchor[0]));

    /// <summary>Finds the secrets in the bytes of a file: UTF-16 if it says so, else UTF-8 or another that contains ASCII.</summary>
    internal static IReadOnlyList<SecretFinding> Scan(ReadOnlySpan<byte> content)
    {
        if (IsBinary(content))
        {
            return [];
        }

        // All that shapes consist of is ASCII; the rest need not be understood, and Latin-1 takes every byte as it is.
        var encoding = Utf16(content) ?? Encoding.Latin1;
        var buffer = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(content.Length));
        try
        {
            return Scan(buffer.AsSpan(0, encoding.GetChars(content, buffer)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static List<SecretFinding> Scan(ReadOnlySpan<char> text)
    {
        var found = new List<SecretFinding>();
        var (line, counted, position) = (1, 0, 0);
        while (found.Count < MaxFindings && text[position..].IndexOfAny(s_anchors) is var next and >= 0)
        {
            position += next;
            foreach (var (anchor, shape) in s_shapes[char.ToLowerInvariant(text[position])])
            {
                if (text[position..].StartsWith(anchor, StringComparison.OrdinalIgnoreCase) && shape.IsAt(text, position, anchor))
                {
                    line += text[counted..position].Count('\n');
                    counted = position;
                    var finding = new SecretFinding(shape.Kind, line);
                    if (!found.Contains(finding))
                    {
                        found.Add(finding);
                    }
                }
            }

            position++;
        }

        return found;
    }

    private static bool IsBinary(ReadOnlySpan<byte> content) =>
        Utf16(content) is null && content[..Math.Min(content.Length, LooksBinary)].Contains((byte)0);

    private static Encoding? Utf16(ReadOnlySpan<byte> content) => content switch
    {
        [0xff, 0xfe, ..] => Encoding.Unicode,
        [0xfe, 0xff, ..] => Encoding.BigEndianUnicode,
        _ => null,
    };
}
