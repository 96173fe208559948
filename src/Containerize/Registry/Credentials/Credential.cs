namespace Containerize.Registry.Credentials;

/// <summary>Who someone is to a registry. Printing it shows only where it came from.</summary>
/// <param name="source">Where it came from, for messages.</param>
internal sealed class Credential(string source)
{
    /// <summary>The user that stands for an identity token.</summary>
    internal const string TokenUser = "<token>";

    /// <summary>Where it came from.</summary>
    internal string Source { get; } = source;

    /// <summary>The user.</summary>
    internal string User { get; init; } = "";

    /// <summary>The password.</summary>
    internal string Password { get; init; } = "";

    /// <summary>A token that is exchanged for others (OAuth 2's refresh token).</summary>
    internal string? IdentityToken { get; init; }

    /// <summary>A token that is sent to the registry itself.</summary>
    internal string? RegistryToken { get; init; }

    /// <summary>A user and a secret as helpers and variables give them: the user may say that the secret is an identity token.</summary>
    internal static Credential Of(string source, string user, string secret) => user == TokenUser
        ? new(source) { User = user, IdentityToken = secret }
        : new(source) { User = user, Password = secret };

    /// <summary>Whether text can stand in a header as a token: printable ASCII.</summary>
    internal static bool IsToken(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public override string ToString() => Source;
}
