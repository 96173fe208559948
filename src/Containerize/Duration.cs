using System.Globalization;
using System.Text.RegularExpressions;

namespace Containerize;

/// <summary>Lengths of time as people write them.</summary>
internal static partial class Duration
{
    // Longer than anything is kept, and short enough to be taken from any date.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36_500);

    /// <summary>Writes a rough number of seconds: <c>42 s</c>, <c>5 min</c>, <c>2.5 h</c>.</summary>
    internal static string Format(double seconds) => seconds switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };

    /// <summary>
    /// Reads <c>90s</c>, <c>1m30s</c>, <c>500ms</c>, <c>12h</c>, <c>7d</c>, <c>0</c>, or <c>[d.]hh:mm[:ss]</c>; at most a hundred years.
    /// </summary>
    /// <param name="unit">What a number alone counts; without it only 0 may stand alone.</param>
    internal static bool TryParse(string text, out TimeSpan time, TimeSpan unit = default)
    {
        time = default;
        var value = text.Trim();
        if (value.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out time) && time >= TimeSpan.Zero && time <= s_longest;
        }

        if (Form().Match(value) is not { Success: true } match)
        {
            return false;
        }

        var ticks = match.Groups["number"].Captures.Zip(match.Groups["unit"].Captures.Select(part => part.Value).DefaultIfEmpty(""))
            .Sum(part => decimal.Parse(part.First.ValueSpan, CultureInfo.InvariantCulture) * TicksOf(part.Second, unit));
        time = TimeSpan.FromTicks((long)Math.Min(ticks, s_longest.Ticks));
        var isNumberAlone = match.Groups["unit"].Captures.Count == 0;
        return ticks <= s_longest.Ticks && (!isNumberAlone || unit > TimeSpan.Zero || value.Trim('0', '.').Length == 0);
    }

    /// <summary>Reads the value of a property, see <see cref="TryParse"/>.</summary>
    /// <returns>The time; null when the value is empty.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static TimeSpan? Parse(string property, string text, TimeSpan unit = default) =>
        string.IsNullOrWhiteSpace(text) ? null
        : TryParse(text, out var time, unit) ? time
        : throw new ContainerizeException(
            DiagnosticCode.InvalidProperty,
            $"{property} '{text.Trim()}' is not a length of time. Write it like 30m, 12h, 7d, 1.06:00:00, or 0.");

    private static decimal TicksOf(string unit, TimeSpan alone) => unit.ToLowerInvariant() switch
    {
        "d" => TimeSpan.TicksPerDay,
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        _ => alone.Ticks,
    };

    [GeneratedRegex(
        @"\A(?:(?<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)|(?:(?<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?<unit>d|h|ms|m|s)\s*)+)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
