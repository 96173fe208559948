using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Containerize.Debian.Model;

/// <summary>How a base has a directory that packages have too: dpkg leaves it alone.</summary>
/// <param name="Mode">Its permissions.</param>
/// <param name="UserId">The user who owns it.</param>
/// <param name="GroupId">The group that owns it.</param>
[JsonConverter(typeof(KeptDirectoryConverter))]
internal sealed record KeptDirectory(UnixFileMode Mode, int UserId, int GroupId)
{
    private const int Octal = 8;

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    internal static KeptDirectory? Parse(string? text) =>
        text?.Split(' ', ':') is [{ Length: > 0 and <= 4 } mode, var user, var group] && mode.All(digit => digit is >= '0' and <= '7')
        && int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId)
        && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var groupId)
            ? new((UnixFileMode)Convert.ToInt32(mode, Octal), userId, groupId)
            : null;

    /// <summary><c>2775 0:50</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString((int)Mode, Octal)} {UserId}:{GroupId}");
}

/// <summary>Such directories are strings in JSON.</summary>
internal sealed class KeptDirectoryConverter : JsonConverter<KeptDirectory>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override KeptDirectory? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KeptDirectory.Parse(reader.GetString()) ?? throw new JsonException("mode and owner of a directory are malformed");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, KeptDirectory value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
