using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Containerize.Verification;

/// <summary>What makes two texts differ, where it is one kind of thing: times, random numbers, paths, commits, line ends.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Detail">What the cause shows in: both values, and the line.</param>
internal sealed record TextDifference(DifferenceCause Cause, string Detail)
{
    private const int MaxShown = 80;
    private const int Sniffed = 8192;

    private const string Months = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";

    // ISO 8601, RFC 1123, times of day, seconds and milliseconds since 1970 (from 2017 to 2033), ticks of .NET.
    private const string Time =
        @"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?"
        + @"|\d{1,2}[/.]\d{1,2}[/.](20)\d\d(,? \d{1,2}:\d\d(:\d\d)?( ?[AP]M)?)?"
        + @"|((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(\d{1,2} " + Months + "|" + Months + @" \d{1,2},?)"
        + @"( \d\d:\d\d:\d\d)?( [A-Z]{3,4})? \d{4}( \d\d:\d\d:\d\d( (GMT|UTC|[+-]\d{4}))?)?"
        + @"|\b\d\d:\d\d:\d\d([.,]\d+)?\b|\b1[5-9]\d{8}(\d{3})?\b|\b6[3-5]\d{16}\b|\b20\d\d[01]\d[0-3]\d[T.-]?\d{4,6}Z?\b";

    private const string RandomId = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    private const string Commit = @"\b[0-9a-f]{40}\b";
    private const string AbsolutePath = @"(?<![\w.:/\\])(/[\w.@+ ~-]+){2,}/?|\b[A-Za-z]:[\\/]+[^""'<>|*?\r\n;]+";

    // Each replaces what it finds; what is equal then differs in nothing else. They are not compiled into the tasks, which would be
    // larger by a tenth of a megabyte: few builds get here.
    private static readonly (DifferenceCause Cause, Regex Pattern)[] s_kinds =
    [
        (DifferenceCause.Clock, new(Time, RegexOptions.CultureInvariant)),
        (DifferenceCause.Clock, new(RandomId, RegexOptions.CultureInvariant)),
        (DifferenceCause.Source, new(Commit, RegexOptions.CultureInvariant)),
        (DifferenceCause.Path, new(AbsolutePath, RegexOptions.CultureInvariant)),
    ];

    /// <summary>The text of a file; null for a file of another kind.</summary>
    internal static string? Read(byte[] content)
    {
        if (content.AsSpan(0, Math.Min(content.Length, Sniffed)).Contains((byte)0))
        {
            return null;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Compares the texts of files.</summary>
    /// <returns>The one kind of thing in which they differ; null where it is something else, or several.</returns>
    internal static TextDifference? OfFiles(string image, string rebuilt)
    {
        if (Unix(image) == Unix(rebuilt))
        {
            return new(
                DifferenceCause.LineEnds, $"lines end with {LineEnd(image)} in the image and with {LineEnd(rebuilt)} in the rebuild");
        }

        var (old, now) = (Unix(image).Split('\n'), Unix(rebuilt).Split('\n'));
        if (old.Length != now.Length)
        {
            return Of(image, rebuilt);
        }

        TextDifference? first = null;
        for (var line = 0; line < old.Length; line++)
        {
            if (old[line] == now[line])
            {
                continue;
            }

            if (Of(old[line], now[line]) is not { } difference)
            {
                return null;
            }

            first ??= difference with
            {
                Detail = string.Create(CultureInfo.InvariantCulture, $"line {line + 1}: {difference.Detail}"),
            };
        }

        return first;
    }

    /// <summary>The number of the first line that differs, from 1.</summary>
    internal static int FirstLine(string image, string rebuilt) =>
        Unix(image).Split('\n').Zip(Unix(rebuilt).Split('\n')).TakeWhile(line => line.First == line.Second).Count() + 1;

    /// <summary>Compares two texts.</summary>
    internal static TextDifference? Of(string image, string rebuilt)
    {
        TextDifference? first = null;
        foreach (var (cause, pattern) in s_kinds)
        {
            first ??= Find(pattern, cause, image, rebuilt);
            (image, rebuilt) = (pattern.Replace(image, "\0"), pattern.Replace(rebuilt, "\0"));
            if (image == rebuilt)
            {
                return first;
            }
        }

        return null;
    }

    private static TextDifference? Find(Regex pattern, DifferenceCause cause, string image, string rebuilt)
    {
        var pair = pattern.Matches(image).Zip(pattern.Matches(rebuilt)).FirstOrDefault(pair => pair.First.Value != pair.Second.Value);
        return pair.First is null ? null : new(cause, $"'{Cut(pair.First.Value)}' in the image, '{Cut(pair.Second.Value)}' in the rebuild");
    }

    private static string Cut(string text) => text.Length > MaxShown ? text[..MaxShown] + "…" : text;

    private static string Unix(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string LineEnd(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "CR LF" : "LF";
}
