using System.Globalization;
using Containerize.Layers.Entries;

namespace Containerize.Trees;

/// <summary>The users and groups of an image, by <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
internal sealed class UserDatabase
{
    /// <summary>Where the users are.</summary>
    internal const string Users = "etc/passwd";

    /// <summary>Where the groups are.</summary>
    internal const string Groups = "etc/group";

    private readonly List<string[]> _users;
    private readonly List<string[]> _groups;

    private UserDatabase(List<string[]> users, List<string[]> groups)
    {
        _users = users;
        _groups = groups;
    }

    /// <summary>Reads the two files.</summary>
    internal static UserDatabase Parse(string users, string groups) => new(Lines(users), Lines(groups));

    /// <summary>
    /// Looks up what a config's <c>User</c> says, as engines do: <c>user</c>, <c>user:group</c>, each a name or a number;
    /// empty is root. A user without a known group gets the group of the same number.
    /// </summary>
    /// <returns>The numbers; null when a name is unknown.</returns>
    internal Owner? Find(string text)
    {
        var parts = text.Trim().Split(':', 2);
        if (parts[0].Length == 0)
        {
            return Owner.Root;
        }

        var entry = _users.Find(user => user[0] == parts[0]) ?? _users.Find(user => user[2] == parts[0]);
        if (Number(entry?[2] ?? parts[0]) is not { } userId)
        {
            return null;
        }

        var groupId = parts.Length == 2
            ? Number(_groups.Find(group => group[0] == parts[1])?[2] ?? parts[1])
            : Number(entry?[3] ?? "") ?? userId;
        return groupId is null ? null : new Owner(userId, groupId.Value);
    }

    private static List<string[]> Lines(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd('\r').Split(':')).Where(fields => fields.Length >= 4)];

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
