using System.Globalization;
using System.Text.Json.Nodes;

namespace Containerize.SupplyChain.Signing;

/// <summary>From when to when an authority or a log is trusted.</summary>
/// <param name="Start">The beginning; null for always.</param>
/// <param name="End">The end; null for none yet.</param>
/// <remarks>Sigstore, <i>sigstore_common.proto</i>, "TimeRange".</remarks>
internal readonly record struct ValidityPeriod(DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>Reads a period; what is missing has no limit.</summary>
    /// <exception cref="FormatException">A time is none.</exception>
    internal static ValidityPeriod Read(JsonNode? json) => new(Time(json.Text("start")), Time(json.Text("end")));

    /// <summary>Whether a time is in the period.</summary>
    internal bool Contains(DateTimeOffset time) => (Start is null || Start <= time) && (End is null || time <= End);

    private static DateTimeOffset? Time(string? text) => text is null
        ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
