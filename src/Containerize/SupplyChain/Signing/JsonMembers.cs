using System.Globalization;
using System.Text.Json.Nodes;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// Reads members of JSON that others wrote. What is missing or of another type is null: the caller decides what that means.
/// </summary>
internal static class JsonMembers
{
    extension(JsonNode? node)
    {
        /// <summary>A member of an object.</summary>
        internal JsonNode? Member(string name) => (node as JsonObject)?[name];

        /// <summary>The elements of a list; none where there is no list.</summary>
        internal IEnumerable<JsonNode?> Elements(string name) => node.Member(name) as JsonArray ?? [];

        /// <summary>A text.</summary>
        internal string? Text(string name) =>
            node.Member(name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

        /// <summary>A whole number, which protocol buffers write as a text where it may be large.</summary>
        internal long? Number(string name) =>
            node.Member(name) is not JsonValue value ? null
            : value.TryGetValue<long>(out var number) ? number
            : value.TryGetValue<string>(out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                ? number : null;

        /// <summary>Bytes in base64, with either alphabet.</summary>
        internal byte[]? Bytes(string name) => Base64(node.Text(name));
    }

    /// <summary>Decodes base64, with either alphabet and with or without its end; null when it is none.</summary>
    internal static byte[]? Base64(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var plain = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[(plain.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }
}
