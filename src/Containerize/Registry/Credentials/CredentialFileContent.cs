using System.Text.Json.Serialization;

namespace Containerize.Registry.Credentials;

/// <summary>The members of Docker's <c>config.json</c> and Podman's <c>auth.json</c> that concern credentials.</summary>
internal sealed record CredentialFileContent(
    [property: JsonPropertyName("auths")] IReadOnlyDictionary<string, AuthEntry?>? Auths,
    [property: JsonPropertyName("credHelpers")] IReadOnlyDictionary<string, string>? CredHelpers,
    [property: JsonPropertyName("credsStore")] string? CredsStore);

/// <summary>One entry of <c>auths</c>.</summary>
internal sealed record AuthEntry(
    [property: JsonPropertyName("auth")] string? Auth,
    [property: JsonPropertyName("username")] string? Username,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken,
    [property: JsonPropertyName("registrytoken")] string? RegistryToken);

/// <summary>What a credential helper prints.</summary>
internal sealed record HelperReply(string? Username, string? Secret);

/// <summary>The documents of credential files and helpers. Duplicate members are refused.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CredentialFileContent))]
[JsonSerializable(typeof(HelperReply))]
internal sealed partial class CredentialJson : JsonSerializerContext;
