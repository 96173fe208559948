namespace Containerize.Tests.Architecture;

/// <summary>One type of a room that uses a type of another room.</summary>
internal sealed record RoomUse(string User, string Used)
{
    internal string From => CompiledRooms.RoomOf(User);

    internal string To => CompiledRooms.RoomOf(Used);

    public override string ToString() => $"{User["Containerize.".Length..]} uses {Used["Containerize.".Length..]}";
}

/// <summary>The rooms as compiled: a room or sub-room is a namespace, <c>Registry</c> or <c>Registry/Transfer</c>.</summary>
internal static class CompiledRooms
{
    /// <summary>The namespace <c>Containerize</c> itself: what every room may use.</summary>
    internal const string Root = "";

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlySet<string>>> s_types = new(() =>
        new[] { "Containerize.dll", "Containerize.MSBuild.dll" }
            .SelectMany(file => CompiledReferences.Read(Path.Combine(AppContext.BaseDirectory, file)))
            .ToDictionary());

    private static readonly Lazy<IReadOnlyList<RoomUse>> s_uses = new(() =>
    [
        .. from type in s_types.Value
           from used in type.Value
           let use = new RoomUse(type.Key, used)
           where use.From != use.To && use.To.Length > 0
           select use,
    ]);

    /// <summary>The names of all rooms and sub-rooms.</summary>
    internal static IReadOnlySet<string> All => s_types.Value.Keys.Select(RoomOf).Where(room => room.Length > 0).ToHashSet();

    /// <summary>The same, and <see cref="Root"/>.</summary>
    internal static IReadOnlySet<string> AllAndRoot => s_types.Value.Keys.Select(RoomOf).ToHashSet();

    /// <summary>Each use of a type of one room or sub-room by a type of another one.</summary>
    internal static IReadOnlyList<RoomUse> Uses => [.. s_uses.Value.Where(use => use.From.Length > 0)];

    /// <summary>What the types for every room use of rooms.</summary>
    internal static IReadOnlyList<RoomUse> UsesFromRoot => [.. s_uses.Value.Where(use => use.From.Length == 0)];

    /// <summary>The simple names of a room's top-level types, without those of its sub-rooms.</summary>
    internal static IReadOnlySet<string> TypesOf(string room) =>
        s_types.Value.Keys.Where(type => RoomOf(type) == room).Select(type => type[(type.LastIndexOf('.') + 1)..].Split('`')[0])
            .Where(name => !name.StartsWith('<')).ToHashSet();

    internal static string RoomOf(string type)
    {
        var parts = type.Split('.');
        return string.Join('/', parts[1..^1]);
    }

    /// <summary><c>Registry</c> for <c>Registry/Transfer</c>.</summary>
    internal static string Outer(string room) => room.Split('/')[0];
}
