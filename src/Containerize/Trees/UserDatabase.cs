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

    /// <summary>The name of a user.</summary>
    /// <returns>The name; null when no user has the number.</returns>
    internal string? NameOf(int userId) => _users.Find(user => Number(user[2]) == userId)?[0];

    /// <summary>The groups that engines give a user besides the own one: those of <c>/etc/group</c> that name him as a member.</summary>
    /// <param name="text">What a config's <c>User</c> says; a group that it names is the only one.</param>
    internal IReadOnlySet<int> GroupsOf(string text)
    {
        var name = text.Trim();
        var user = _users.Find(entry => entry[0] == name) ?? _users.Find(entry => entry[2] == name);
        return user is null || name.Contains(':', StringComparison.Ordinal)
            ? new HashSet<int>()
            : _groups.Where(group => group[3].Split(',').Contains(user[0])).Select(group => Number(group[2])).OfType<int>().ToHashSet();
    }

    private static List<string[]> Lines(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd('\r').Split(':')).Where(fields => fields.Length >= 4)];

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
