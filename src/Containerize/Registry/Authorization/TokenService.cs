using System.Net.Http.Headers;
using System.Net;
using System.Text.Json;
using Containerize.Http;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Authorization;

/// <summary>A token and how long it is used.</summary>
internal sealed record BearerToken(string Value, DateTimeOffset RenewAt);

/// <summary>What a token service answers.</summary>
/// <param name="Token">The token; null when the service refuses who asks.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Refusal">What the service says where there is no token, as a sentence.</param>
internal sealed record TokenAnswer(BearerToken? Token, HttpStatusCode Status = HttpStatusCode.OK, string Refusal = "");

/// <summary>Gets tokens from the service that a registry's challenge names.</summary>
/// <remarks>Docker registry token authentication specification; the POST flow is its OAuth 2 part.</remarks>
internal sealed class TokenService(HttpSender sender, RegistryOptions options)
{
    private const int MaxReply = 1024 * 1024;
    private static readonly TimeSpan s_minLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_renewEarlier = TimeSpan.FromSeconds(5);

    /// <summary>Gets a token.</summary>
    /// <param name="origin">The registry that asked for it.</param>
    /// <param name="scopes">What it should allow, the needed scope first.</param>
    /// <param name="credential">Who asks; null is anonymous.</param>
    internal async Task<TokenAnswer> GetAsync(
        RegistryOrigin origin,
        Challenge challenge,
        IReadOnlyList<string> scopes,
        Credential? credential,
        CancellationToken cancellationToken)
    {
        var realm = await RealmGuard.CheckAsync(challenge.Parameters["realm"], origin, sender, cancellationToken);
        var service = challenge.Parameters.GetValueOrDefault("service");
        return await sender.Retrier.ExecuteAsync(
            async token =>
            {
                if (credential?.IdentityToken is not null
                    && await PostAsync(origin, realm, service, scopes, credential, token) is { } exchanged)
                {
                    return exchanged;
                }

                return await FetchAsync(origin, realm, service, scopes, credential, token);
            },
            cancellationToken);
    }

    private async Task<TokenAnswer> FetchAsync(
        RegistryOrigin origin,
        Uri realm,
        string? service,
        IReadOnlyList<string> scopes,
        Credential? credential,
        CancellationToken cancellationToken)
    {
        var url = service is null ? realm : VerbatimUrl.WithParameter(realm, "service", service);
        url = scopes.Aggregate(url, (current, scope) => VerbatimUrl.WithParameter(current, "scope", scope));
        AuthenticationHeaderValue? authorization = null;
        if (credential is not null)
        {
            var user = credential.User.Length > 0 ? credential.User : Credential.TokenUser;
            url = user == Credential.TokenUser ? url : VerbatimUrl.WithParameter(url, "account", user);
            authorization = HttpRequest.Basic(user, credential.IdentityToken ?? credential.Password);
        }

        using var response = await SendAsync(origin, new HttpRequest(HttpMethod.Get, url), authorization, cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => await ReadAsync(response, realm, cancellationToken),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => await RefuseAsync(response, realm, cancellationToken),
            _ => throw await RefusedAsync(response, realm, cancellationToken),
        };
    }

    /// <returns>The answer; null from a service that does not know this flow.</returns>
    private async Task<TokenAnswer?> PostAsync(
        RegistryOrigin origin,
        Uri realm,
        string? service,
        IReadOnlyList<string> scopes,
        Credential credential,
        CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = "containerize",
            ["service"] = service ?? origin.Base.Authority,
            ["scope"] = string.Join(' ', scopes),
            ["refresh_token"] = credential.IdentityToken!,
        };
        var request = new HttpRequest(HttpMethod.Post, realm) { Content = () => new FormUrlEncodedContent(form) };
        using var response = await SendAsync(origin, request, authorization: null, cancellationToken);
        return (int)response.StatusCode switch
        {
            200 => await ReadAsync(response, realm, cancellationToken),
            // Not every service knows this flow (GAR 404, ACR 400, Artifactory 401); most take the token as a password instead.
            400 or 401 or 404 or 405 => null,
            403 => await RefuseAsync(response, realm, cancellationToken),
            _ => throw await RefusedAsync(response, realm, cancellationToken),
        };
    }

    private Task<HttpResponseMessage> SendAsync(
        RegistryOrigin origin, HttpRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken) =>
        sender.SendAsync(
            request, new RequestRules(origin.Base, _ => authorization, url => PolicyFor(origin, request, url)), cancellationToken);

    private ConnectionPolicy PolicyFor(RegistryOrigin origin, HttpRequest request, Uri url)
    {
        if (request.Content is not null && !VerbatimUrl.SameOrigin(url, request.Url))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"The token service {VerbatimUrl.Public(request.Url)} redirects to {VerbatimUrl.Public(url)}; the identity token was not " +
                $"sent there.");
        }

        return origin.RealmPolicy(sender.Pool.ScopeOf(origin.Base));
    }

    private async Task<TokenAnswer> ReadAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(response, realm, cancellationToken);
        TokenReply? reply;
        try
        {
            reply = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenReply);
        }
        catch (JsonException)
        {
            // The exception may quote the token.
            throw Malformed(realm, "is not valid JSON");
        }

        var value = reply?.Token is { Length: > 0 } token ? token : reply?.AccessToken;
        if (string.IsNullOrEmpty(value))
        {
            throw Malformed(realm, "holds no token");
        }

        if (!Credential.IsToken(value))
        {
            throw Malformed(realm, "holds a token that no header can carry");
        }

        var seconds = reply!.ExpiresIn is { } given && double.IsFinite(given)
            ? Math.Clamp(given, s_minLifetime.TotalSeconds, TimeSpan.FromDays(1).TotalSeconds)
            : s_minLifetime.TotalSeconds;
        return new(new(value, options.TimeProvider.GetUtcNow() + TimeSpan.FromSeconds(seconds) - s_renewEarlier));
    }

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken)
    {
        try
        {
            return await ResponseBody.ReadAsync(response, MaxReply, options, cancellationToken)
                ?? throw Malformed(realm, $"is larger than {MaxReply} bytes");
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
        {
            throw sender.Failure(failure, realm);
        }
    }

    private async Task<TokenAnswer> RefuseAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken) =>
        new(Token: null, response.StatusCode, (await RefusedAsync(response, realm, cancellationToken)).Message);

    private async Task<ContainerizeException> RefusedAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken)
    {
        var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
        return new(
            DiagnosticCode.RegistryDenied,
            $"The token service {VerbatimUrl.Public(realm)} answered " +
            $"{(int)response.StatusCode}{(errors.Text.Length > 0 ? $" ({errors.Text})" : "")} instead of a token.");
    }

    private static ContainerizeException Malformed(Uri realm, string what) =>
        new(DiagnosticCode.RegistryError, $"The reply of the token service {VerbatimUrl.Public(realm)} {what}.");
}
