using System.Text;

namespace Containerize.Inputs.Secrets;

/// <summary>A login as Docker's configuration keeps it: <c>"auth": "BASE64"</c> of user, colon and password.</summary>
internal sealed class DockerLoginShape() : SecretShape(SecretKind.DockerLogin, "\"auth\"")
{
    private const int Longest = 2048;

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (LoginText.Value(After(text, start, anchor.Length), ':') is not { IsEmpty: false, Length: <= Longest } value)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Longest];
        if (!Convert.TryFromBase64Chars(value, bytes, out var length))
        {
            return false;
        }

        var login = Encoding.UTF8.GetString(bytes[..length]).AsSpan();
        var colon = login.IndexOf(':');
        return colon > 0 && login.IndexOfAnyInRange('\0', '\x1f') < 0 && !login.Contains('\uFFFD')
            && !Placeholder.IsPassword(login[(colon + 1)..], login[..colon]);
    }
}

/// <summary>The password of a package source: <c>&lt;add key="ClearTextPassword" value="…" /&gt;</c> of NuGet.Config.</summary>
internal sealed class PackageSourcePasswordShape() : SecretShape(SecretKind.PackageSourcePassword, "ClearTextPassword\"")
{
    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        var rest = After(text, start, anchor.Length).TrimStart();
        return rest.StartsWith("value", StringComparison.OrdinalIgnoreCase)
            && LoginText.Value(rest["value".Length..], '=') is { IsEmpty: false } password && !Placeholder.IsPassword(password);
    }
}

/// <summary>Reads what is said of a name.</summary>
internal static class LoginText
{
    /// <summary>The text in quotes after a sign; empty for something else.</summary>
    internal static ReadOnlySpan<char> Value(ReadOnlySpan<char> rest, char sign)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != sign)
        {
            return default;
        }

        rest = rest[1..].TrimStart();
        return rest is ['"', ..] && rest[1..].IndexOf('"') is var end and > 0 ? rest.Slice(1, end) : default;
    }
}
