using System.Text.RegularExpressions;
using Containerize.Testing;

namespace Containerize.Tests.Architecture;

/// <summary>
/// The page <c>src/README.md</c>: its table says which rooms each room and sub-room may use, its picture shows them above one another.
/// </summary>
internal static partial class ArchitecturePage
{
    private const char Below = '←';

    private static readonly Lazy<MarkdownPage> s_page = new(() => MarkdownPage.Load(Path.Combine(Clone.Source, "README.md")));

    /// <summary>The table: for each room and sub-room the rooms and sub-rooms that it may use.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlySet<string>> Permitted =>
        Rows.ToDictionary(row => RoomName().Match(row[0]).Value, row => (IReadOnlySet<string>)Names(row[2]).ToHashSet());

    /// <summary>For each room the full path of the README that its row links to.</summary>
    internal static IReadOnlyDictionary<string, string> Readmes => Rows.Select(row => Linked().Match(row[0])).Where(link => link.Success)
        .ToDictionary(link => link.Groups[1].Value, link => Path.Combine(Clone.Source, link.Groups[2].Value));

    /// <summary>The picture of all rooms: each line one level, the lowest first.</summary>
    internal static Picture Rooms => new([.. PictureLines.Where(line => !IsOfSubRooms(line)).Reverse().Select(Names)]);

    /// <summary>
    /// The picture of each room that has sub-rooms: <c>Layers: Entries ← Windows ← Layers</c>. The last one is the room itself.
    /// </summary>
    internal static IReadOnlyDictionary<string, Picture> SubRooms => PictureLines.Where(IsOfSubRooms)
        .Select(line => (Room: line.Split(':')[0].Trim(), Levels: line.Split(':')[1].Split(Below).Select(Names)))
        .ToDictionary(
            picture => picture.Room,
            picture => new Picture([.. picture.Levels.Select(level => level.Select(name => InRoom(picture.Room, name)).ToList())]));

    private static IEnumerable<string[]> Rows => s_page.Value.Tables.Single(table => table.Rows[0] is ["Room", _, "Uses"]).Rows.Skip(2);

    // The first code block with a fence.
    private static IEnumerable<string> PictureLines => s_page.Value.Text.Split("```")[1].Split('\n');

    private static bool IsOfSubRooms(string line) => line.Contains(Below, StringComparison.Ordinal);

    private static string InRoom(string room, string name) => name == room ? name : $"{room}/{name}";

    private static IReadOnlyList<string> Names(string text) => [.. RoomName().Matches(text).Select(match => match.Value)];

    [GeneratedRegex("[A-Z][A-Za-z]+(/[A-Z][A-Za-z]+)?")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"\[(\w+)\]\(([^)]+)\)")]
    private static partial Regex Linked();
}

/// <summary>Rooms above one another.</summary>
/// <param name="Levels">The rooms that stand side by side, the lowest level first.</param>
internal sealed record Picture(IReadOnlyList<IReadOnlyList<string>> Levels)
{
    internal IEnumerable<string> Names => Levels.SelectMany(names => names);

    internal bool IsAbove(string upper, string lower) => LevelOf(upper) > LevelOf(lower);

    private int LevelOf(string room) => Levels.ToList().FindIndex(names => names.Contains(room));
}
