using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>The logins of <c>auth.conf</c>: names and passwords for archives, kept apart from their addresses.</summary>
/// <remarks>The manual page <i>apt_auth.conf(5)</i>.</remarks>
internal sealed class AptLogins
{
    private readonly List<AptLogin> _logins = [];
    private readonly List<string> _unreadable = [];

    /// <summary>Reads the logins.</summary>
    /// <param name="directory">apt's configuration, usually <c>/etc/apt</c>.</param>
    internal AptLogins(string directory)
    {
        // The first one that fits wins.
        foreach (var file in AptFiles.Of(Path.Combine(directory, "auth.conf.d"), ".conf").Prepend(Path.Combine(directory, "auth.conf"))
            .Where(RegularFile.IsThere))
        {
            try
            {
                Add(RegularFile.ReadAllLines(file));
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // Most are for root alone. It matters only when a download is refused.
                _unreadable.Add(file);
            }
        }
    }

    /// <summary>Files that this user may not read.</summary>
    internal IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>Finds the login for an address.</summary>
    /// <returns>Name and password; null when there is none for it.</returns>
    internal AptLogin? Find(Uri address) => _logins.FirstOrDefault(login => login.Fits(address));

    private void Add(IEnumerable<string> lines)
    {
        AptLogin? login = null;
        var words = new Queue<string>(lines.Where(line => !line.TrimStart().StartsWith('#'))
            .SelectMany(line => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)));
        while (words.TryDequeue(out var word))
        {
            if (word is not ("machine" or "login" or "password") || !words.TryDequeue(out var value))
            {
                continue;
            }

            switch (word)
            {
                case "machine":
                    Keep(login);
                    login = new AptLogin(value);
                    break;
                case "login" when login is not null:
                    login = login with { Name = value };
                    break;
                case "password" when login is not null:
                    login = login with { Password = value };
                    break;
            }
        }

        Keep(login);
    }

    private void Keep(AptLogin? login)
    {
        if (login is { Name.Length: > 0 } or { Password.Length: > 0 })
        {
            _logins.Add(login);
        }
    }
}

/// <summary>A login.</summary>
/// <param name="Machine">What it is for: <c>[protocol://]host[:port][/path]</c>.</param>
internal sealed record AptLogin(string Machine)
{
    private const string ProtocolEnd = "://";

    /// <summary>The user's name.</summary>
    internal string Name { get; init; } = "";

    /// <summary>The password.</summary>
    internal string Password { get; init; } = "";

    /// <summary>
    /// Whether it is for an address. Without a protocol it is for encrypted connections only; its path is the begin of theirs.
    /// </summary>
    internal bool Fits(Uri address)
    {
        var end = Machine.IndexOf(ProtocolEnd, StringComparison.Ordinal);
        var protocol = end < 0 ? Uri.UriSchemeHttps : Machine[..end];
        var place = end < 0 ? Machine : Machine[(end + ProtocolEnd.Length)..];
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (place, "") : (place[..slash], place[slash..]);
        return protocol.Equals(address.Scheme, StringComparison.OrdinalIgnoreCase)
            && (host.Equals(address.Host, StringComparison.OrdinalIgnoreCase)
            || host.Equals($"{address.Host}:{address.Port}", StringComparison.OrdinalIgnoreCase))
            && address.AbsolutePath.StartsWith(path, StringComparison.Ordinal);
    }

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => Machine;
}
