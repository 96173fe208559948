using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// A connection string with a password and another host than this machine: <c>Server=db;Password=…</c> as ADO.NET, ODBC and OLE DB have
/// it, and <c>host:6379,password=…</c> as clients of Redis do.
/// </summary>
internal sealed class ConnectionStringShape() : SecretShape(SecretKind.ConnectionString, "password", "pwd")
{
    private const int Longest = 1024;
    private const int LongestKey = 20;

    // A quote ends the text around it, unless it begins a value.
    private static readonly SearchValues<char> s_ends = SearchValues.Create("\"`\r\n<>");

    private static readonly SearchValues<char> s_key = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ");

    private static readonly SearchValues<char> s_valueEnds = SearchValues.Create("\"`\r\n<>;,");

    private static readonly HashSet<string> s_hosts = new(StringComparer.OrdinalIgnoreCase)
    {
        "server", "datasource", "host", "hostname", "address", "addr", "networkaddress", "endpoint", "endpoints",
    };

    private static readonly SearchValues<string> s_hostNames =
        SearchValues.Create(["server", "source", "host", "addr", "endpoint"], StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> s_users = new(StringComparer.OrdinalIgnoreCase) { "userid", "uid", "user", "username" };

    private static readonly HashSet<string> s_passwords = new(StringComparer.OrdinalIgnoreCase) { "password", "pwd" };

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        var rest = After(text, start, anchor.Length).TrimStart(' ');
        if (rest.IsEmpty || rest[0] != '=')
        {
            return false;
        }

        // Most are settled by what follows, without a look at the whole.
        var value = rest[1..Math.Min(rest.Length, Longest)];
        value = value.IndexOfAny(s_valueEnds) is var stop and >= 0 ? value[..stop] : value;
        if (Placeholder.IsPassword(value.Trim().Trim('\'')))
        {
            return false;
        }

        var before = text[Math.Max(0, start - Longest)..start];
        var begin = before.LastIndexOfAny(s_ends) + 1;
        var whole = text.Slice(start - before.Length + begin, Math.Min(text.Length - start + before.Length - begin, 2 * Longest));
        var own = before.Length - begin;
        var end = whole[own..].IndexOfAny(s_ends);
        return IsOne(end < 0 ? whole : whole[..(own + end)]);
    }

    private static bool IsOne(ReadOnlySpan<char> text)
    {
        var separator = text.Contains(';') ? ';' : ',';
        var host = separator == ',' ? Endpoint(text[..Math.Max(0, text.IndexOf(','))]) : default;
        // Most have none, and to take a text apart takes time.
        if (separator == ',' ? host.IsEmpty : !text.ContainsAny(s_hostNames))
        {
            return false;
        }

        ReadOnlySpan<char> user = default;
        ReadOnlySpan<char> password = default;
        foreach (var range in text.Split(separator))
        {
            var part = text[range];
            if (Value(part, s_passwords) is { Length: > 0 } secret)
            {
                password = secret;
            }
            else if (Value(part, s_users) is { Length: > 0 } name)
            {
                user = name;
            }

            if (separator == ';' && host.IsEmpty && Value(part, s_hosts) is { Length: > 0 } server)
            {
                host = HostOf(server);
            }
        }

        return !host.IsEmpty && !Placeholder.IsHost(host) && !Placeholder.IsPassword(password, user);
    }

    /// <summary>The value of the first key in a part that is one of some; what a file puts before the text does not matter.</summary>
    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> part, HashSet<string> keys)
    {
        for (var from = 0; part[from..].IndexOf('=') is var next and >= 0;)
        {
            var sign = from + next;
            var key = part[from..sign];
            key = key[(key.LastIndexOfAnyExcept(s_key) + 1)..];
            if (key.Length <= LongestKey && keys.Contains(key.ToString().Replace(" ", "", StringComparison.Ordinal)))
            {
                var value = part[(sign + 1)..].Trim();
                // 'Server=db;Password=' + variable: code that puts it together.
                return value is ['\'', ..] && value[1..].TrimStart() is ['+', ..] ? default : value.Trim('\'').Trim();
            }

            from = sign + 1;
        }

        return default;
    }

    /// <summary>The host of <c>tcp:host,1433</c>, <c>host\instance</c> or <c>sb://host/</c>.</summary>
    private static ReadOnlySpan<char> HostOf(ReadOnlySpan<char> server)
    {
        var host = server.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? server["tcp:".Length..] : server;
        host = host.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? host[(scheme + 3)..] : host;
        return host.IndexOfAny(",:/\\") is var end and > 0 ? host[..end] : host;
    }

    /// <summary>The host of <c>host:6379</c>, with whatever stands before it in the file; empty for another text.</summary>
    private static ReadOnlySpan<char> Endpoint(ReadOnlySpan<char> part)
    {
        var colon = part.LastIndexOf(':');
        if (colon <= 0 || colon == part.Length - 1 || part[(colon + 1)..].Trim().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return default;
        }

        var host = part[..colon];
        return host[(host.LastIndexOfAny(" =:'/") + 1)..];
    }
}
