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
    internal static UserDatabase Parse(string users, string groups) => new(Lines(users, least: 4), Lines(groups, least: 3));

    /// <summary>
    /// Looks up who runs a config's <c>User</c>, as engines do: <c>user</c>, <c>user:group</c>, each a name or a number; empty is root.
    /// A number that no user has gets the group of root, unless the text names one.
    /// </summary>
    /// <returns>The numbers; null when a name is unknown.</returns>
    /// <remarks>github.com/moby/sys/user, <c>GetExecUser</c>.</remarks>
    internal Owner? Find(string text) => Find(text, userId => 0);

    /// <summary>
    /// The owner of what is made for a config's <c>User</c>: the same, but a number that no user has gets the group of the same number, as
    /// the group of root would share the files with others.
    /// </summary>
    /// <returns>The numbers; null when a name is unknown.</returns>
    internal Owner? OwnerFor(string text) => Find(text, userId => userId);

    private Owner? Find(string text, Func<int, int> groupOfUnknown)
    {
        var (user, group) = Parts(text);
        var entry = Entry(user);
        if (Number(entry?[2] ?? user) is not { } userId)
        {
            return null;
        }

        var groupId = group.Length > 0
            ? Number(_groups.Find(known => Names(known, group))?[2] ?? group)
            : Number(entry?[3] ?? "") ?? groupOfUnknown(userId);
        return groupId is null ? null : new Owner(userId, groupId.Value);
    }

    /// <summary>The name of a user.</summary>
    /// <returns>The name; null when no user has the number.</returns>
    internal string? NameOf(int userId) => _users.Find(user => Number(user[2]) == userId)?[0];

    /// <summary>The groups that engines give a user besides the own one: those of <c>/etc/group</c> that name him as a member.</summary>
    /// <param name="text">What a config's <c>User</c> says; a group that it names is the only one.</param>
    internal IReadOnlySet<int> GroupsOf(string text)
    {
        var (name, group) = Parts(text);
        return group.Length > 0 || Entry(name) is not { } user
            ? new HashSet<int>()
            : _groups.Where(known => known.Length > 3 && known[3].Split(',').Contains(user[0])).Select(known => Number(known[2])).OfType<int>().ToHashSet();
    }

    private string[]? Entry(string user) => _users.Find(entry => Names(entry, user));

    // A number is never taken for a name.
    private static bool Names(string[] entry, string text) => Number(text) is { } id ? Number(entry[2]) == id : entry[0] == text;

    private static (string User, string Group) Parts(string text) => text.Trim().Split(':', 2) switch
    {
        [var user] => (OrRoot(user), ""),
        [var user, var group] => (OrRoot(user), group),
        _ => default,
    };

    private static string OrRoot(string user) => user.Length == 0 ? "0" : user;

    // Engines take a field that is not there for an empty one; a group may end with its number.
    private static List<string[]> Lines(string text, int least) =>
        [.. text.Split('\n').Select(line => line.TrimEnd('\r').Split(':')).Where(fields => fields.Length >= least)];

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
