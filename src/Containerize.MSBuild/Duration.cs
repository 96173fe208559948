using System.Globalization;
using System.Text.RegularExpressions;

namespace Containerize.MSBuild;

/// <summary>Reads lengths of time as people write them.</summary>
internal static partial class Duration
{
    /// <summary>Reads <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>7d</c>, <c>0</c>, or <c>[d.]hh:mm[:ss]</c>.</summary>
    /// <param name="property">The property, for the error message.</param>
    /// <param name="text">Its value.</param>
    /// <returns>The time; null when it is empty.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static TimeSpan? Parse(string property, string text)
    {
        var value = text.Trim();
        if (value.Length == 0)
        {
            return null;
        }

        if (Short().Match(value) is { Success: true } match && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && (match.Groups[2].Length > 0 || number == 0))
        {
            var seconds = number * match.Groups[2].Value.ToLowerInvariant() switch { "d" => 86400, "h" => 3600, "m" => 60, _ => 1 };
            return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        }

        return value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero
            ? time
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"{property} '{value}' is not a length of time. Write it like 30m, 12h, 7d, 1.06:00:00, or 0.");
    }

    [GeneratedRegex(@"\A([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Short();
}
