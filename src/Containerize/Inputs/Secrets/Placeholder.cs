namespace Containerize.Inputs.Secrets;

/// <summary>
/// Tells what stands in place of a secret from one. Where it is in doubt, it is none: a file that is wrongly left out breaks an app, and
/// what says "password" of itself, or is shorter than any service accepts, protects nothing.
/// </summary>
internal static class Placeholder
{
    private const int ShortestPassword = 6;
    private const int LongestPassword = 256;
    private const int VariedToken = 8;

    // Passwords that images, servers and documents bring, after Letters.
    private static readonly HashSet<string> s_words = new(StringComparer.Ordinal)
    {
        "pass", "pwd", "passa", "passaword", "secret", "topsecret", "mysecret", "changeit", "changeme", "test", "testing", "tester", "demo",
        "none", "null", "empty", "undefined", "default", "guest", "admin", "administrator", "root", "user", "username", "login", "letmein",
        "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "oracle", "sqlserver", "minioadmin",
        "minio", "elastic", "value", "string", "token", "qwerty", "abc", "abcdef", "dev", "development", "local", "localdev", "foobar",
        "hunter",
    };

    private static readonly string[] s_beginnings =
    [
        "your", "changeme", "changethis", "changeit", "replace", "insert", "enteryour", "example", "sample", "dummy", "redact", "removed",
        "hidden", "todo", "fixme", "fake", "theactual", "notareal", "setby", "setin", "setvia", "fromenv", "fromkeyvault",
    ];

    private static readonly string[] s_samples = ["example", "sample", "placeholder", "dummy", "your", "xxxx", "1234567890", "abcdefgh"];

    /// <summary>Whether a password is a placeholder, a variable, or one that everybody knows.</summary>
    /// <param name="password">The password.</param>
    /// <param name="user">Whose it is; empty when that is not known. A password that equals it is a default.</param>
    internal static bool IsPassword(ReadOnlySpan<char> password, ReadOnlySpan<char> user = default)
    {
        var text = password.Trim();
        if (text.Length is < ShortestPassword or > LongestPassword || IsVariable(text) || Distinct(text) < 3
            || text.Equals(user.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var letters = Letters(text);
        return s_words.Contains(letters) || s_beginnings.Any(word => letters.StartsWith(word, StringComparison.Ordinal))
            || letters.Contains("password", StringComparison.Ordinal) || letters.Contains("passwort", StringComparison.Ordinal)
            || letters.Contains("passwd", StringComparison.Ordinal) || letters.Contains("placeholder", StringComparison.Ordinal);
    }

    /// <summary>Whether a token is an example: it says so, or has hardly any different characters.</summary>
    internal static bool IsSample(ReadOnlySpan<char> token)
    {
        foreach (var sample in s_samples)
        {
            if (token.Contains(sample, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return !IsVaried(token);
    }

    /// <summary>Whether a token has as many different characters as a random one.</summary>
    internal static bool IsVaried(ReadOnlySpan<char> token) => Distinct(token) >= VariedToken;

    /// <summary>
    /// Whether a host is this machine, or one of documents. What guards a service of the developer's own machine is in every template, and
    /// opens nothing elsewhere.
    /// </summary>
    internal static bool IsHost(ReadOnlySpan<char> host)
    {
        var name = host.Trim();
        if (name.IsEmpty || IsVariable(name) || name is "." or "::1" or "[::1]" or "0.0.0.0")
        {
            return true;
        }

        return name.StartsWith("127.", StringComparison.Ordinal)
            || name.StartsWith("[::1]", StringComparison.Ordinal)
            || name.StartsWith(".\\", StringComparison.Ordinal)
            || name.StartsWith("(local", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("your", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("myserver", StringComparison.OrdinalIgnoreCase)
            || IsOrBelow(name, "localhost") || IsOrBelow(name, "host.docker.internal")
            // RFC 2606 and RFC 6761 reserve these for documents and tests.
            || IsOrBelow(name, "example.com") || IsOrBelow(name, "example.org") || IsOrBelow(name, "example.net")
            || IsOrBelow(name, "example") || IsOrBelow(name, "test") || IsOrBelow(name, "invalid");
    }

    // <x>, {x}, {{x}}, ${x}, $(x), $X, %x%, %(x), #{x}, [x], __x__: what templates and tools replace.
    private static bool IsVariable(ReadOnlySpan<char> text) =>
        text[0] is '<' or '{' or '['
        || text.StartsWith("&lt", StringComparison.Ordinal) || text.StartsWith("\\u003c", StringComparison.OrdinalIgnoreCase)
        || text.Contains("${", StringComparison.Ordinal) || text.Contains("$(", StringComparison.Ordinal)
        || text.Contains("{{", StringComparison.Ordinal) || text.Contains("#{", StringComparison.Ordinal)
        || text.Contains("%(", StringComparison.Ordinal)
        || (text[0] == '$' && text[1..].IndexOfAnyExceptInRange('A', 'z') < 0)
        || (text[0] == '%' && text[^1] == '%')
        || (text.StartsWith("__", StringComparison.Ordinal) && text.EndsWith("__", StringComparison.Ordinal));

    private static bool IsOrBelow(ReadOnlySpan<char> name, ReadOnlySpan<char> domain) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');

    private static int Distinct(ReadOnlySpan<char> text)
    {
        Span<bool> seen = stackalloc bool[128];
        seen.Clear();
        foreach (var character in text)
        {
            // Tokens and keys are ASCII; elsewhere two characters may count as one.
            seen[character % 128] = true;
        }

        return seen.Count(true);
    }

    // P@ssw0rd!23 becomes password.
    private static string Letters(ReadOnlySpan<char> text)
    {
        var last = text.Length;
        while (last > 0 && !char.IsAsciiLetter(text[last - 1]))
        {
            last--;
        }

        var letters = new System.Text.StringBuilder(last);
        foreach (var character in text[..last])
        {
            var letter = character switch
            {
                '@' or '4' => 'a',
                '0' => 'o',
                '$' or '5' => 's',
                '3' => 'e',
                '1' => 'i',
                _ => char.ToLowerInvariant(character),
            };
            if (char.IsAsciiLetter(letter))
            {
                letters.Append(letter);
            }
        }

        return letters.ToString();
    }
}
