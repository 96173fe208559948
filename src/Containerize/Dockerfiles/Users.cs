namespace Containerize.Dockerfiles;

/// <summary>The users and groups whose numbers a Dockerfile says.</summary>
internal sealed class Users
{
    private static readonly string[] s_commands = ["useradd", "adduser", "groupadd", "addgroup", "usermod"];
    private static readonly string[] s_number = ["-u", "--uid", "-g", "--gid"];

    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal) { ["root"] = "0" };
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Creates them.</summary>
    /// <param name="isDotnet">Whether the base image has .NET's user.</param>
    internal Users(bool isDotnet)
    {
        if (isDotnet)
        {
            _numbers["app"] = StageWalk.AppUser;
        }
    }

    /// <summary>Takes a command that makes a user or a group.</summary>
    /// <returns>Whether it is one.</returns>
    internal bool Take(RunCommand command)
    {
        var words = command.Words;
        if (command.Name is null || words.Length < 2 || !s_commands.Contains(command.Name))
        {
            return false;
        }

        var isGroup = command.Name is "groupadd" or "addgroup";
        string? number = null;
        for (var at = 1; at < words.Length; at++)
        {
            var (name, value) = words[at].Written.Split('=', 2) is [var before, var after]
                ? (before, after)
                : (words[at].Written, words.ElementAtOrDefault(at + 1)?.Value);
            if (s_number.Contains(name) && name.Contains('g', StringComparison.Ordinal) == isGroup && value?.All(char.IsAsciiDigit) == true)
            {
                number = value;
            }
        }

        // The name is the last word, but for addgroup USER GROUP; that has no number.
        if (number is not null)
        {
            _numbers[words[^1].Written] = number;
        }

        _made.Add(words[^1].Written);
        return true;
    }

    /// <summary>Whether the Dockerfile makes a user, who is not in the base image's list.</summary>
    internal bool IsMade(string name) => _made.Contains(name);

    /// <summary>The number of a user or group; null where the Dockerfile does not say it.</summary>
    internal string? Number(string name) =>
        name.Length > 0 && name.All(char.IsAsciiDigit) ? name : _numbers.GetValueOrDefault(name);
}
