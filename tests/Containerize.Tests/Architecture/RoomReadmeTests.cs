using System.Text.RegularExpressions;
using Containerize.Testing;

namespace Containerize.Tests.Architecture;

/// <summary>
/// The README of a room has a table of the room's types: all of them, and no others. A sub-room's types are under a heading with its name.
/// </summary>
[TestClass]
internal sealed partial class RoomReadmeTests
{
    [TestMethod]
    public void Each_room_has_a_README() => Wrong.None(
        CompiledRooms.All.Select(CompiledRooms.Outer).Distinct()
            .Except(ArchitecturePage.Readmes.Where(readme => File.Exists(readme.Value)).Select(readme => readme.Key))
            .Select(room => $"Write a README for {room}, and link to it from its row in the table of rooms in src/README.md."));

    [TestMethod]
    public void Each_type_is_in_the_README_of_its_room() => Wrong.None(
        from readme in Readmes
        let listed = TypesIn(readme.Value, readme.Key)
        from room in CompiledRooms.AllAndRoot.Where(room => CompiledRooms.Outer(room) == readme.Key)
        from type in CompiledRooms.TypesOf(room).Except(listed[room])
        select $"Add `{type}` to the table of types in {Place(room, readme.Value)}.");

    [TestMethod]
    public void No_README_lists_a_type_that_is_not_in_its_room() => Wrong.None(
        from readme in Readmes
        from listed in TypesIn(readme.Value, readme.Key)
        from type in listed.Except(CompiledRooms.TypesOf(listed.Key))
        select $"Remove `{type}` from the table of types in {Place(listed.Key, readme.Value)}: there is no such type.");

    /// <summary>Explanations, flows and tables grow stale when what they name is renamed or removed.</summary>
    [TestMethod]
    public void Names_in_READMEs_occur_in_the_code()
    {
        var code = Code().SelectMany(file => CodeName().Matches(File.ReadAllText(file))).Select(name => name.Value).ToHashSet();

        Wrong.None(
            from readme in Readmes
            from name in CodeName().Matches(File.ReadAllText(readme.Value)).Select(name => name.Value).Distinct()
            where !code.Contains(name)
            select $"{Place(CompiledRooms.Root, readme.Value)} names {name}, which no code does.");
    }

    private static IEnumerable<string> Code() =>
        from pattern in new[] { "*.cs", "*.props", "*.targets" }
        from directory in new[] { "src", "sdk", "tests" }
        from file in Directory.GetFiles(Path.Combine(Clone.Root, directory), pattern, SearchOption.AllDirectories)
        select file;

    /// <summary>The types for every room are on the page of the architecture.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Readmes =>
        ArchitecturePage.Readmes.Append(new(CompiledRooms.Root, Path.Combine(Clone.Source, "README.md")));

    /// <summary>The names in tables with the header Type, by the room or sub-room whose heading they are under.</summary>
    private static ILookup<string, string> TypesIn(string readme, string room) =>
        (from table in MarkdownPage.Load(readme).Tables
         where table.Rows[0][0] == "Type"
         let subRoom = $"{room}/{table.Heading}"
         from row in table.Rows.Skip(2)
         from Match name in TypeName().Matches(row[0])
         select (Room: CompiledRooms.All.Contains(subRoom) ? subRoom : room, Name: name.Groups[1].Value))
        .ToLookup(type => type.Room, type => type.Name);

    private static string Place(string room, string readme)
    {
        var page = Path.GetRelativePath(Clone.Root, readme).Replace('\\', '/');
        return room.Split('/') is [_, var subRoom] ? $"{page}, under the heading '{subRoom}'" : page;
    }

    // Words in camel case are types, members or properties.
    [GeneratedRegex(@"\b([A-Z][a-z0-9]+([A-Z][a-z0-9]*)+|I([A-Z][a-z0-9]+){2,})\b")]
    private static partial Regex CodeName();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex TypeName();
}
