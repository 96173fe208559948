using System.Text.Json;
using System.Text;
using System.Text.Json.Serialization;
using Containerize.Oci;

namespace Containerize.Registry.Credentials;

/// <summary>
/// One credential file of Docker or Podman. Both have the same form; Podman's keys may name repositories, Docker looks at their hosts
/// alone.
/// </summary>
internal sealed class CredentialFile
{
    private readonly IReadOnlyList<Login> _logins;
    private readonly IReadOnlyDictionary<string, string> _helpers;
    private readonly string? _store;
    private readonly string _source;
    private readonly bool _isDockers;

    private CredentialFile(CredentialFileContent content, string source, bool isDockers)
    {
        _source = source;
        _isDockers = isDockers;
        _store = content.CredsStore;
        _helpers = (content.CredHelpers ?? new Dictionary<string, string>())
            .GroupBy(pair => RegistryOf(RegistryLocation.Parse(pair.Key)))
            .ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);
        _logins =
        [
            .. (content.Auths ?? new Dictionary<string, AuthEntry?>())
                .Where(pair => pair.Value is not null)
                .Select(pair => Login.Of(pair.Key, pair.Value!))
                // A key that is just a host says most exactly what it is for.
                .OrderByDescending(login => login.Path.Length).ThenBy(login => login.IsUrl),
        ];
    }

    /// <summary>Reads the content of a file.</summary>
    /// <param name="source">What the file is called in messages.</param>
    /// <param name="isDockers">Whether it is Docker's, so that a key with the path of another repository counts for its whole host.</param>
    /// <exception cref="JsonException">It is damaged.</exception>
    internal static CredentialFile Parse(ReadOnlySpan<byte> json, string source, bool isDockers)
    {
        // An empty file is what "docker logout" and secret mounts leave now and then.
        var content = json.Trim(" \r\n\t"u8).IsEmpty
            ? null
            : JsonSerializer.Deserialize(json, CredentialJson.Default.CredentialFileContent);
        return new(content ?? new(null, null, null), source, isDockers);
    }

    /// <summary>
    /// Finds the credential for a repository: keys with its path (longest first), the host's helper, the store, keys of the host alone, and
    /// in Docker's files the host's other keys.
    /// </summary>
    internal async Task<Credential?> FindAsync(
        string registry, string repository, CredentialHelpers helpers, CancellationToken cancellationToken)
    {
        var logins = _logins.Where(login => login.Registry == registry).ToList();
        if (FirstOf(logins.Where(login => login.Path.Length > 0 && login.Covers(repository))) is { } own)
        {
            return own;
        }

        var helper = _helpers.GetValueOrDefault(registry);
        if (helper is not null && await helpers.GetAsync(helper, registry, _isDockers, cancellationToken) is { } helped)
        {
            return helped;
        }

        if (!string.IsNullOrEmpty(_store) && _store != helper
            && await helpers.GetAsync(_store, registry, _isDockers, cancellationToken) is { } stored)
        {
            return stored;
        }

        return FirstOf(logins.Where(login => login.Path.Length == 0)) ?? (_isDockers ? FirstOf(logins) : null);
    }

    private static string RegistryOf(RegistryLocation location) => ImageReference.NormalizeRegistry(location.Host);

    private Credential? FirstOf(IEnumerable<Login> logins) =>
        logins.Select(login => Read(login.Entry)).FirstOrDefault(found => found is not null);

    private Credential? Read(AuthEntry entry)
    {
        var (user, password) = entry.Auth is { Length: > 0 } auth ? Decode(auth) : (entry.Username ?? "", entry.Password ?? "");
        if (entry.RegistryToken is { Length: > 0 } registryToken)
        {
            return Credential.IsToken(registryToken)
                ? new(_source) { RegistryToken = registryToken }
                : throw new JsonException($"a 'registrytoken' of {_source} has characters that no header can carry");
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

    /// <summary>
    /// One entry of <c>auths</c> with its key taken apart: <c>host</c>, <c>host/path</c>, or a URL as Docker writes it for its Hub.
    /// </summary>
    private sealed record Login(string Registry, string Path, bool IsUrl, AuthEntry Entry)
    {
        internal static Login Of(string key, AuthEntry entry)
        {
            var location = RegistryLocation.Parse(key);
            return new(RegistryOf(location), PathOf(location), key.Contains('/', StringComparison.Ordinal), entry);
        }

        internal bool Covers(string repository) => repository == Path || repository.StartsWith(Path + '/', StringComparison.Ordinal);

        /// <summary>The path without the version of the registry's API, with which URLs begin.</summary>
        private static string PathOf(RegistryLocation location) =>
            location.Path is "v1" or "v2" ? ""
            : location.Scheme.Length > 0
            && (location.Path.StartsWith("v1/", StringComparison.Ordinal)
            || location.Path.StartsWith("v2/", StringComparison.Ordinal)) ? location.Path[3..]
            : location.Path;
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

/// <summary>
/// The documents of credential files and helpers. Duplicate members are refused; their names are read in any case, as Docker does.
/// </summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    PropertyNameCaseInsensitive = true,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CredentialFileContent))]
[JsonSerializable(typeof(HelperReply))]
internal sealed partial class CredentialJson : JsonSerializerContext;
