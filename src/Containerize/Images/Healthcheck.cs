using System.Globalization;
using System.Text.RegularExpressions;

namespace Containerize.Images;

/// <summary>How an engine finds out whether the app works.</summary>
/// <param name="Test"><c>NONE</c>; <c>CMD</c> and the parts of a command; or <c>CMD-SHELL</c> and a line for the shell.</param>
/// <remarks>Docker's extension of the config (<c>config.Healthcheck</c>), which the OCI image specification reserves a place for.</remarks>
internal sealed partial record Healthcheck(IReadOnlyList<string> Test)
{
    // Docker refuses what is shorter.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>The time between two checks; null for the engine's own.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The time after which a check counts as failed; null for the engine's own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The time that the app has to start; null for the engine's own.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>The time between two checks while the app starts; null for the engine's own.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>How many checks in a row must fail; null for the engine's own.</summary>
    public int? Retries { get; init; }

    /// <summary>The check of a command.</summary>
    /// <param name="parts">One part with spaces is a line for the shell; several, or one without, are a program and its arguments; <c>NONE</c> takes the base's check away.</param>
    /// <returns>The check.</returns>
    public static Healthcheck Of(IReadOnlyList<string> parts) => parts switch
    {
        ["NONE"] => new(["NONE"]),
        [var line] when line.Contains(' ', StringComparison.Ordinal) => new(["CMD-SHELL", line]),
        _ => new(["CMD", .. parts]),
    };

    /// <summary>Parses a time.</summary>
    /// <param name="text">As Docker writes it (<c>1m30s</c>, <c>500ms</c>), or <c>hh:mm:ss</c>.</param>
    /// <param name="time">The time.</param>
    /// <returns>Whether it is one, of at least a millisecond.</returns>
    public static bool TryParseTime(string text, out TimeSpan time)
    {
        time = default;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time) && time >= s_shortest;
        }

        if (text.Length == 0 || !Duration().IsMatch(text))
        {
            return false;
        }

        var seconds = Part().Matches(text).Sum(part => decimal.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch { "h" => 3600m, "m" => 60m, "s" => 1m, _ => 0.001m });
        if (seconds > (decimal)TimeSpan.MaxValue.TotalSeconds / 1000)
        {
            return false;
        }

        time = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return time >= s_shortest;
    }

    [GeneratedRegex(@"\A([0-9]{1,9}(\.[0-9]{1,9})?(h|ms|m|s))+\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(h|ms|m|s)")]
    private static partial Regex Part();
}
