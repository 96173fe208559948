using System.Text.Json.Serialization;
using Containerize.Registry.Configuration;
using Containerize.Registry.Credentials;

namespace Containerize.Registry;

/// <summary>The small documents of registries, token services and credential files. Duplicate members are refused.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(CredentialFileContent))]
[JsonSerializable(typeof(HelperReply))]
[JsonSerializable(typeof(DockerDaemon))]
internal sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>The body of an error.</summary>
/// <remarks>OCI distribution specification, "Error Codes".</remarks>
internal sealed record ErrorReply([property: JsonPropertyName("errors")] IReadOnlyList<ErrorItem>? Errors);

/// <summary>One error.</summary>
internal sealed record ErrorItem([property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] string? Message);

/// <summary>The answer of a token service.</summary>
/// <remarks>Docker registry token authentication specification, "Token Response Fields".</remarks>
internal sealed record TokenReply(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);
