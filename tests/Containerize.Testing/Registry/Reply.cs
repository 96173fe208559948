using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Containerize.Testing.Registry;

/// <summary>An HTTP reply before it is sent, so that a <see cref="Fault"/> can change any part of it.</summary>
/// <param name="Status">The status.</param>
internal sealed record Reply(int Status)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The headers. Without <c>Content-Length</c> the body is sent in chunks.</summary>
    public ImmutableDictionary<string, StringValues> Headers { get; init; } =
        ImmutableDictionary.Create<string, StringValues>(StringComparer.OrdinalIgnoreCase).Add("Content-Length", "0");

    /// <summary>The body; not sent to HEAD, though its length is told.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>An error in the specification's form.</summary>
    public static Reply Error(int status, string code, string message = "") =>
        new Reply(status).WithJson(new JsonObject
        {
            ["errors"] = new JsonArray(
                new JsonObject { ["code"] = code, ["message"] = message.Length > 0 ? message : code, ["detail"] = new JsonObject() }),
        });

    /// <summary>Sets a header; several values become several header lines.</summary>
    public Reply With(string header, params string[] values) => this with { Headers = Headers.SetItem(header, values) };

    public Reply Without(string header) => this with { Headers = Headers.Remove(header) };

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>Sets the body and its length.</summary>
    public Reply WithBody(ReadOnlyMemory<byte> body, string? contentType = null)
    {
        var reply = (this with { Body = body }).With("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        return contentType is null ? reply : reply.With("Content-Type", contentType);
    }

    internal Reply WithJson(JsonNode json, string contentType = "application/json") =>
        WithBody(Encoding.UTF8.GetBytes(json.ToJsonString(s_json)), contentType);
}
