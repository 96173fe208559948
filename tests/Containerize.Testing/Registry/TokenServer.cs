using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Containerize.Testing.Registry;

/// <summary>What a token allows in a repository.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Actions">Of <c>pull</c>, <c>push</c>, <c>delete</c>.</param>
internal sealed record TokenScope(string Repository, IReadOnlyList<string> Actions)
{
    internal static TokenScope? Parse(string text)
    {
        var first = text.IndexOf(':', StringComparison.Ordinal);
        var last = text.LastIndexOf(':');
        return first < last && text[..first] == "repository"
            ? new(text[(first + 1)..last], text[(last + 1)..] == "*" ? ["pull", "push", "delete"] : text[(last + 1)..].Split(','))
            : null;
    }

    public override string ToString() => $"repository:{Repository}:{string.Join(',', Actions)}";
}

/// <summary>A token that was given out.</summary>
internal sealed class IssuedToken
{
    private readonly DateTimeOffset _expires;
    private int _usesLeft;

    internal IssuedToken(string value, string? user, IReadOnlyList<TokenScope> scopes, TimeSpan lifetime, int uses)
    {
        Value = value;
        User = user;
        Scopes = scopes;
        _expires = DateTimeOffset.UtcNow + lifetime;
        _usesLeft = uses;
    }

    /// <summary>The opaque token.</summary>
    public string Value { get; }

    /// <summary>Who got it; null is anyone.</summary>
    public string? User { get; }

    /// <summary>What it allows, which may be less than was asked for.</summary>
    public IReadOnlyList<TokenScope> Scopes { get; }

    internal bool TryUse() => DateTimeOffset.UtcNow < _expires && Interlocked.Decrement(ref _usesLeft) >= 0;

    internal void Expire() => Interlocked.Exchange(ref _usesLeft, 0);

    internal bool Grants(TokenScope needed) =>
        needed.Actions.All(action => Scopes.Any(scope => scope.Repository == needed.Repository && scope.Actions.Contains(action)));
}

/// <summary>Gives out tokens: GET with Basic or no credentials, POST with a refresh token or a password.</summary>
/// <remarks>Distribution's token authentication specification and its OAuth2 variant.</remarks>
internal sealed class TokenServer(BearerAuth auth, Func<string> address)
{
    private readonly ConcurrentDictionary<string, IssuedToken> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<IssuedToken> _issued = new();

    internal string Address => address();

    internal IReadOnlyList<IssuedToken> Issued => [.. _issued];

    internal bool TryUse(string value, [NotNullWhen(true)] out IssuedToken? token) =>
        _tokens.TryGetValue(value, out token) && token.TryUse();

    internal async Task<Reply> ServeAsync(Exchange exchange)
    {
        using var body = new MemoryStream();
        await exchange.ReceiveAsync(body);
        return exchange.Request.Method switch
        {
            "GET" => auth.GetRefusal is { } status ? Reply.Error(status, "UNSUPPORTED") : Get(exchange.Request),
            "POST" =>
                auth.PostRefusal is { } status
                    ? Reply.Error(status, "UNSUPPORTED")
                    : Post(exchange.Request, Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length)),
            _ => Reply.Error(405, "UNSUPPORTED"),
        };
    }

    internal IssuedToken Issue(string? user, IReadOnlyList<TokenScope> scopes)
    {
        var token = new IssuedToken(
            "token-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), user, scopes, auth.Lifetime, auth.MaxUses);
        _tokens[token.Value] = token;
        _issued.Enqueue(token);
        return token;
    }

    private Reply Get(RecordedRequest request)
    {
        if (request.Authorization is { } authorization && authorization != RegistryGate.Basic(auth.User, auth.Password))
        {
            return Reply.Error(401, "UNAUTHORIZED", "incorrect username or password");
        }

        var user = request.Authorization is null ? null : auth.User;
        return Grant(
            user,
            request.Parameter("service"),
            request.Parameters("scope"),
            auth.TokenMember,
            request.Parameter("offline_token") == "true");
    }

    private Reply Post(RecordedRequest request, string body)
    {
        var form = QueryHelpers.ParseQuery(body).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
        request.Form = form;
        var known = form.GetValueOrDefault("grant_type") switch
        {
            "refresh_token" => form.GetValueOrDefault("refresh_token") == auth.RefreshToken,
            "password" => form.GetValueOrDefault("username") == auth.User && form.GetValueOrDefault("password") == auth.Password,
            _ => false,
        };
        if (!known || !form.ContainsKey("client_id"))
        {
            return Reply.Error(known ? 400 : 401, "UNAUTHORIZED", known ? "client_id is missing" : "the grant is unknown or wrong");
        }

        // By OAuth2 the member is access_token, whatever the GET calls it.
        return Grant(auth.User, form.GetValueOrDefault("service"), form.GetValueOrDefault("scope", "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries), "access_token", form.GetValueOrDefault("access_type") == "offline");
    }

    private Reply Grant(string? user, string? service, IReadOnlyList<string> wanted, string member, bool offline)
    {
        if (service != auth.Service)
        {
            return Reply.Error(400, "UNSUPPORTED", "the service is unknown");
        }

        if (user is null && auth.AnonymousActions.Count == 0)
        {
            return Reply.Error(401, "UNAUTHORIZED", "authentication required");
        }

        var scopes = wanted.Select(TokenScope.Parse).OfType<TokenScope>()
            .Select(
                scope => scope with
                {
                    Actions = [.. scope.Actions.Where(
                        action => user is null ? auth.AnonymousActions.Contains(action) : auth.Allows(scope.Repository, action))],
                })
            .ToArray();
        var reply = new JsonObject { [member] = Issue(user, scopes).Value };
        if (auth.ExpiresIn is { } seconds)
        {
            reply["expires_in"] = seconds;
        }

        if (offline && user is not null)
        {
            reply["refresh_token"] = auth.RefreshToken;
        }

        return new Reply(200).WithJson(reply);
    }
}
