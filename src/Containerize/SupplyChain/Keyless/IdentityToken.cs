using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>A token that says who builds. It is a secret as long as it is good: nothing shows it.</summary>
/// <remarks>OpenID Connect Core, "ID Token". Fulcio verifies it; here it is only read.</remarks>
internal sealed class IdentityToken
{
    private const int LeastSecret = 12;

    private IdentityToken(string text, string issuer, string subject)
    {
        Text = text;
        Issuer = issuer;
        Subject = subject;
    }

    /// <summary>The token, for Fulcio alone.</summary>
    internal string Text { get; }

    /// <summary>Who issued it.</summary>
    internal string Issuer { get; }

    /// <summary>Whom Fulcio certifies: a verified mail address, else the subject.</summary>
    internal string Subject { get; }

    /// <summary>Reads a token.</summary>
    /// <param name="origin">Where it comes from, for messages.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.IdentityTokenUnusable"/>.</exception>
    internal static IdentityToken Parse(string text, Message origin, DateTimeOffset now)
    {
        var parts = text.Trim().Split('.');
        if (parts.Length != 3 || Claims(parts[1]) is not { } claims || claims.Text("iss") is not { } issuer
            || claims.Text("sub") is not { } subject)
        {
            throw Unusable($"{origin} is no identity token (a JWT with issuer and subject)");
        }

        if (claims.Number("exp") is { } expiry && expiry <= now.ToUnixTimeSeconds())
        {
            throw Unusable($"{origin} is a token that has expired");
        }

        var isVerified = claims.Member("email_verified") is JsonValue verified
            && (verified.TryGetValue<bool>(out var flag) ? flag : claims.Text("email_verified") == "true");
        return new(text.Trim(), issuer, isVerified ? claims.Text("email") ?? subject : subject);
    }

    /// <summary>The failure of a token that cannot be had or used.</summary>
    /// <param name="why">Why, as a sentence without its end; nothing of the token.</param>
    internal static ContainerizeException Unusable(Message why) => new(
        DiagnosticCode.IdentityTokenUnusable,
        $"The image cannot be signed without a key: {why}. ContainerizeSigningIdentity says where the token comes from.");

    /// <summary>Whether a text shows a part of the token.</summary>
    internal bool IsIn(string text) =>
        Text.Split('.').Any(part => part.Length >= LeastSecret && text.Contains(part[..LeastSecret], StringComparison.Ordinal));

    private static JsonObject? Claims(string part)
    {
        try
        {
            return JsonMembers.Base64(part) is { } json ? OciJson.ReadObject(json, "token", "an identity") : null;
        }
        catch (ContainerizeException)
        {
            return null;
        }
    }
}
