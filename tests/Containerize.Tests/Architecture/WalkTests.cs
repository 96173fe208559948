using System.Text.RegularExpressions;
using Containerize.Testing;

namespace Containerize.Tests.Architecture;

/// <summary>The walks in src/README.md follow data from room to room, type by type.</summary>
[TestClass]
internal sealed partial class WalkTests
{
    [TestMethod]
    public void A_walk_names_types_of_the_rooms_that_it_passes() => Wrong.None(
        from walk in Walks
        from step in walk.Rows.Skip(2)
        let types = CompiledRooms.All.Where(room => CompiledRooms.Outer(room) == step[0]).SelectMany(CompiledRooms.TypesOf).ToHashSet()
        from Match name in TypeName().Matches(step[1])
        where !types.Contains(name.Groups[1].Value)
        select $"'{walk.Heading}' in src/README.md: {step[0]} has no type {name}. Follow the code again, and write the step as it is now.");

    [TestMethod]
    public void A_walk_returns_to_no_room() => Wrong.None(
        from walk in Walks
        from room in walk.Rows.Skip(2).GroupBy(step => step[0])
        where room.Count() > 1
        select $"'{walk.Heading}' in src/README.md comes to {room.Key} {room.Count()} times.");

    private static IReadOnlyList<MarkdownTable> Walks
    {
        get
        {
            IReadOnlyList<MarkdownTable> walks =
                [.. MarkdownPage.Load(Path.Combine(Clone.Source, "README.md")).Tables.Where(
                    table => table.Rows[0] is ["Room", "Types, in order"])];
            Assert.HasCount(2, walks);
            return walks;
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex TypeName();
}
