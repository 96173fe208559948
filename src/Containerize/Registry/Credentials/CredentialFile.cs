using System.Text.Json;
using System.Text;
using System.Text.Json.Serialization;

namespace Containerize.Registry.Credentials;

/// <summary>One credential file of Docker or Podman; both have the same form.</summary>
internal sealed class CredentialFile
{
    private readonly Dictionary<string, AuthEntry> _auths;
    private readonly IReadOnlyDictionary<string, string> _helpers;
    private readonly string? _store;
    private readonly string _source;

    private CredentialFile(CredentialFileContent content, string source)
    {
        _source = source;
        _store = content.CredsStore;
        _helpers = content.CredHelpers ?? new Dictionary<string, string>();
        _auths = (content.Auths ?? new Dictionary<string, AuthEntry?>())
            .Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
    }

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    internal static CredentialFile Parse(ReadOnlySpan<byte> json, string source)
    {
        // An empty file is what "docker logout" and secret mounts leave now and then.
        var content = json.Trim(" \r\n\t"u8).IsEmpty
            ? null
            : JsonSerializer.Deserialize(json, CredentialJson.Default.CredentialFileContent);
        return new(content ?? new(null, null, null), source);
    }

    /// <summary>
    /// Finds the credential for a repository: keys of repositories (longest first), the host's helper, the store, the host, keys shaped
    /// like URLs.
    /// </summary>
    internal async Task<Credential?> FindAsync(
        string registry, string repository, CredentialHelpers helpers, CancellationToken cancellationToken)
    {
        var hosts = RegistryAliases.HostsOf(registry);
        foreach (var path in Prefixes(repository))
        {
            if (hosts.Select(host => Entry($"{host}/{path}")).FirstOrDefault(found => found is not null) is { } credential)
            {
                return credential;
            }
        }

        var helper = hosts.Append(RegistryAliases.HelperKey(registry)).Select(host => _helpers.GetValueOrDefault(host))
            .FirstOrDefault(found => found is not null);
        if (helper is not null && await helpers.GetAsync(helper, RegistryAliases.HelperKey(registry), cancellationToken) is { } helped)
        {
            return helped;
        }

        if (!string.IsNullOrEmpty(_store) && _store != helper
            && await helpers.GetAsync(_store, RegistryAliases.HelperKey(registry), cancellationToken) is { } stored)
        {
            return stored;
        }

        return hosts.Select(Entry).FirstOrDefault(found => found is not null)
            ?? _auths.Keys.Where(key => RegistryAliases.HostOfUrl(key) == registry).Select(Entry)
            .FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<string> Prefixes(string repository)
    {
        for (var path = repository; path.Length > 0; path = path[..Math.Max(path.LastIndexOf('/'), 0)])
        {
            yield return path;
        }
    }

    private Credential? Entry(string key)
    {
        if (!_auths.TryGetValue(key, out var entry))
        {
            return null;
        }

        var (user, password) = entry.Auth is { Length: > 0 } auth ? Decode(auth) : (entry.Username ?? "", entry.Password ?? "");
        if (entry.RegistryToken is { Length: > 0 } registryToken)
        {
            return new(_source) { RegistryToken = registryToken };
        }

        if (entry.IdentityToken is { Length: > 0 } identityToken)
        {
            return new(_source) { User = user, Password = password, IdentityToken = identityToken };
        }

        // An entry without anything says that someone is logged in and a helper knows the rest.
        return user.Length == 0 && password.Length == 0 ? null : Credential.Of(_source, user, password);
    }

    private (string User, string Password) Decode(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth.Trim(), bytes, out var length))
        {
            throw new JsonException($"an 'auth' of {_source} is not base64");
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length).Trim('\0');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..].Trim('\0'));
    }
}

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
