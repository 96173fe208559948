using System.Globalization;

namespace Containerize.Http;

/// <summary>Reads <c>Retry-After</c>: seconds or a date. What is neither counts as absent (GHCR has sent <c>880.092µs</c>).</summary>
internal static class RetryAfter
{
    // Long enough to be named, short enough for any date.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);

    /// <summary>The pause that a response asks for; null when it asks for none.</summary>
    /// <param name="now">This machine's time, for a response without its own: clocks differ, and a date is one of the server's.</param>
    internal static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now)
    {
        now = response.Headers.Date ?? now;
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
        {
            return null;
        }

        var text = values.ToString().Trim();
        // "NaN" and "Infinity" are numbers under any style.
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && double.IsFinite(seconds))
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, s_longest.TotalSeconds));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date <= now ? TimeSpan.Zero : date - now < s_longest ? date - now : s_longest
            : null;
    }
}
