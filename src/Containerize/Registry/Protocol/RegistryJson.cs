using System.Text.Json.Serialization;

namespace Containerize.Registry.Protocol;

/// <summary>The small documents of registries and token services, of which duplicate members are refused.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(TokenReply))]
internal sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>The body of an error.</summary>
/// <remarks>OCI distribution specification, "Error Codes".</remarks>
internal sealed record ErrorReply([property: JsonPropertyName("errors")] IReadOnlyList<ErrorItem>? Errors);

/// <summary>One error.</summary>
internal sealed record ErrorItem(
    [property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] string? Message);

/// <summary>The answer of a token service.</summary>
/// <remarks>Docker registry token authentication specification, "Token Response Fields".</remarks>
internal sealed record TokenReply(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);
