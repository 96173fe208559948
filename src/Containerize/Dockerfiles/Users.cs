namespace Containerize.Dockerfiles;

/// <summary>The users and groups whose numbers a Dockerfile says.</summary>
internal sealed class Users
{
    private static readonly string[] s_withValue =
        ["-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive", "-g", "--gid", "-G",
            "--groups", "-k", "--skel", "-K", "--key", "-l", "--login", "-p", "--password", "-P", "--prefix", "-R", "--root", "-s",
            "--shell", "-u", "--uid", "-Z", "--selinux-user"];

    // Those of Debian, and the short ones of BusyBox.
    private static readonly string[] s_adduserWithValue =
        ["--home", "--shell", "--uid", "--gid", "--ingroup", "--gecos", "--comment", "--conf", "--firstuid", "--lastuid", "--firstgid",
            "--lastgid", "-h", "-g", "-s", "-G", "-u", "-k"];

    private static readonly string[] s_groupWithValue =
        ["-g", "--gid", "-K", "--key", "-n", "--new-name", "-p", "--password", "-P", "--prefix", "-R", "--root", "-U", "--users",
            "--firstgid", "--lastgid", "--conf"];

    private readonly Names _users;
    private readonly Names _groups;
    private readonly Dictionary<string, string> _groupOf = new(StringComparer.Ordinal);

    /// <summary>Creates them.</summary>
    /// <param name="isDotnet">Whether the base image has .NET's user.</param>
    internal Users(bool isDotnet) => (_users, _groups) = (new(isDotnet), new(isDotnet));

    /// <summary>Takes a command that makes or changes a user or a group.</summary>
    /// <returns>Whether it is one.</returns>
    internal bool Take(RunCommand command)
    {
        switch (command.Name)
        {
            case "useradd" or "usermod":
                var options = CommandOptions.Read(command.Arguments, s_withValue);
                var isWithoutGroup = options.HasAny("-N", "--no-user-group");
                Take(options, options.Value("-g", "--gid")?.Value, isNew: command.Name == "useradd", isWithoutGroup);
                return true;
            case "adduser":
                var added = CommandOptions.Read(command.Arguments, s_adduserWithValue);
                // Both adduser put a user of the system into nogroup; Debian's --group makes one.
                var isOfSystem = added.HasAny("-S", "--system") && !added.HasAny("--group");
                Take(
                    added, added.Value("-G", "--gid", "--ingroup")?.Value ?? (isOfSystem ? "nogroup" : null), isNew: true,
                    isWithoutGroup: false);
                return true;
            case "groupadd" or "addgroup" or "groupmod":
                var group = CommandOptions.Read(command.Arguments, s_groupWithValue);
                if (group.Operands is [{ Value: { } name }])
                {
                    _groups.Make(name, group.Value("-g", "--gid")?.Value, isNew: command.Name != "groupmod");
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>The numbers of an owner: <c>user</c> or <c>user:group</c>; null where the Dockerfile does not say one of them.</summary>
    /// <param name="isWithGroup">Whether a user alone means its group, too: for COPY, but not for <c>chown</c>.</param>
    internal string? OwnerOf(string text, bool isWithGroup = false)
    {
        var (user, group) = Split(text);
        group ??= isWithGroup ? _groupOf.GetValueOrDefault(user) : null;
        return Join(
            user.Length == 0 ? "0" : _users.Number(user),
            group is null ? null : _groups.Number(group.Length == 0 ? _groupOf.GetValueOrDefault(user, user) : group),
            isAlone: group is null);
    }

    /// <summary>
    /// The user of USER, for the image. That has no entry for users of the Dockerfile, so they are numbers, also their group; null where
    /// one of them is not said. Names of the base stay.
    /// </summary>
    internal string? UserOf(string text)
    {
        var (user, written) = Split(text);
        var group = written is null or "" ? _groupOf.GetValueOrDefault(_users.NameOf(user) ?? user) : written;
        return Join(_users.InImage(user), group is null ? null : _groups.InImage(group), isAlone: group is null);
    }

    private void Take(CommandOptions options, string? group, bool isNew, bool isWithoutGroup)
    {
        // With two names, the first one joins the group that the second one names.
        if (options.Operands is not [{ Value: { } name }])
        {
            return;
        }

        var number = options.Value("-u", "--uid")?.Value;
        _users.Make(name, number, isNew);
        if (group is not null)
        {
            _groupOf[name] = group;
        }
        else if (isNew && !isWithoutGroup)
        {
            // A new user gets a group of the same name, and of the same number if that is free.
            _groups.MakeWith(name, number);
            _groupOf[name] = name;
        }
    }

    private static (string User, string? Group) Split(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);

    private static string? Join(string? user, string? group, bool isAlone) =>
        isAlone ? user
        : user is null || group is null ? null
        : $"{user}:{group}";

    /// <summary>The names of users, or of groups.</summary>
    private sealed class Names
    {
        private readonly Dictionary<string, string> _ofBase = new(StringComparer.Ordinal) { ["root"] = "0" };
        private readonly Dictionary<string, string?> _made = new(StringComparer.Ordinal);

        internal Names(bool isDotnet)
        {
            if (isDotnet)
            {
                _ofBase["app"] = StageWalk.AppUser;
            }
        }

        // One of the base that is changed without a number stays what it is.
        internal void Make(string name, string? number, bool isNew)
        {
            if (isNew || number is not null)
            {
                _made[name] = number is not null && IsNumber(number) ? number : null;
            }
        }

        internal void MakeWith(string name, string? number)
        {
            if (!_made.ContainsKey(name))
            {
                Make(name, number, isNew: true);
            }
        }

        // The user that a number stands for, as containers look it up.
        internal string? NameOf(string number) => _made.LastOrDefault(made => made.Value == number).Key;

        internal string? Number(string name) => IsNumber(name) ? name
            : _made.TryGetValue(name, out var number) ? number
            : _ofBase.GetValueOrDefault(name);

        internal string? InImage(string name) => IsNumber(name) || !_made.TryGetValue(name, out var number) ? name : number;

        private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
    }
}
