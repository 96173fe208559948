using System.Text;

namespace Containerize.Testing.Registry;

/// <summary>Refuses requests that lack the credentials that the registry wants.</summary>
internal sealed class RegistryGate(RegistryAuth? auth, TokenServer? tokens)
{
    internal Reply? Admit(Exchange exchange) => auth switch
    {
        BasicAuth basic =>
            exchange.Request.Authorization == Basic(basic.User, basic.Password) ? null : Challenge("Basic realm=\"test registry\""),
        BearerAuth bearer => Admit(bearer, exchange.Request),
        _ => null,
    };

    internal static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private Reply? Admit(BearerAuth bearer, RecordedRequest request)
    {
        var scopes = Needed(request);
        var token = request.Authorization is { } authorization && authorization.StartsWith("Bearer ", StringComparison.Ordinal)
            ? authorization["Bearer ".Length..]
            : null;
        var error = token is null ? null
            : !tokens!.TryUse(token, out var issued) ? "invalid_token"
            : !scopes.All(issued.Grants) ? "insufficient_scope"
            : "";
        if (error is "")
        {
            return null;
        }

        var challenge = new StringBuilder($"Bearer realm=\"{bearer.Realm ?? tokens!.Address}\"");
        foreach (
            var (name, value) in new[]
            {
                ("service", bearer.Service),
                ("scope", scopes.Count > 0 ? string.Join(' ', scopes) : null),
                ("error", error),
            })
        {
            if (value is not null)
            {
                challenge.Append(System.Globalization.CultureInfo.InvariantCulture, $",{name}=\"{value}\"");
            }
        }

        return Challenge(challenge.ToString(), error == "insufficient_scope" ? "DENIED" : "UNAUTHORIZED");
    }

    private static IReadOnlyList<TokenScope> Needed(RecordedRequest request)
    {
        if (request.Repository.Length == 0)
        {
            return [];
        }

        string[] actions = request.Method switch
        {
            "GET" or "HEAD" when request.Kind != RequestKind.Upload => ["pull"],
            "DELETE" when request.Kind != RequestKind.Upload => ["delete"],
            _ => ["pull", "push"],
        };
        var needed = new TokenScope(request.Repository, actions);
        return request.Parameter("mount") is not null && request.Parameter("from") is { } from
            ? [needed, new TokenScope(from, ["pull"])]
            : [needed];
    }

    private static Reply Challenge(string challenge, string code = "UNAUTHORIZED") =>
        Reply.Error(401, code, "authentication required").With("WWW-Authenticate", challenge);
}
