using System.Text.Json;
using System.Text;
using Containerize.Http;

namespace Containerize.Registry.Protocol;

/// <summary>What a registry says in the body of an error.</summary>
/// <param name="Codes">The codes of the distribution specification, or the registry's own.</param>
/// <param name="Text">The messages, cleaned; empty when it said nothing.</param>
internal sealed record RegistryErrors(IReadOnlyList<string> Codes, string Text)
{
    internal bool Has(params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (Codes.Contains(code, StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the body of an error. An unreadable one counts as empty: the status is what matters.</summary>
    internal static async Task<RegistryErrors> ReadAsync(
        HttpResponseMessage response, RegistryOptions options, CancellationToken cancellationToken) =>
        Parse(await ResponseBody.ReadErrorAsync(response, options, cancellationToken));

    internal static RegistryErrors Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, RegistryJson.Default.ErrorReply)?.Errors is { } errors)
            {
                errors = [.. errors.Where(error => error is not null)];
                var texts = errors.Select(
                    error => string.Join(": ", new[] { error.Code, error.Message }.Where(part => !string.IsNullOrEmpty(part))));
                return new([.. errors.Select(error => error.Code ?? "")], Printable.Clean(string.Join("; ", texts)));
            }
        }
        catch (JsonException)
        {
            // It has a form of its own, like the token services that say {"details":…}.
        }

        var text = Encoding.UTF8.GetString(body);
        return new([], text.TrimStart().StartsWith('<') ? "" : Printable.Clean(text));
    }
}
