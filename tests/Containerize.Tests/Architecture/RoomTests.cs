namespace Containerize.Tests.Architecture;

/// <summary>A room uses only rooms below it: what the compiler referenced, the table and the picture in src/README.md agree.</summary>
[TestClass]
internal sealed class RoomTests
{
    private const string Page = "the table of rooms in src/README.md";

    // More examples of one wrong dependency do not help.
    private const int Shown = 5;

    [TestMethod]
    public void Each_room_has_a_row() => Wrong.None(
    [
        .. CompiledRooms.All.Except(ArchitecturePage.Permitted.Keys)
            .Select(room => $"Add a row for {room} to {Page}, and {room} to the picture above it."),
        .. ArchitecturePage.Permitted.Keys.Except(CompiledRooms.All)
            .Select(room => $"Remove the row of {room} from {Page}: no type is in that namespace."),
    ]);

    [TestMethod]
    public void A_room_uses_only_what_its_row_permits() => Wrong.None(
        from use in CompiledRooms.Uses
        where !ArchitecturePage.Permitted.GetValueOrDefault(use.From, new HashSet<string>()).Contains(use.To)
        group use by (use.From, use.To) into uses
        select $"Add {uses.Key.To} to the row of {uses.Key.From} in {Page}, or move a type: {string.Join(", ", uses.Take(Shown))}.");

    [TestMethod]
    public void A_row_permits_only_what_its_room_uses() => Wrong.None(
        from row in ArchitecturePage.Permitted
        from room in row.Value.Except(CompiledRooms.Uses.Where(use => use.From == row.Key).Select(use => use.To))
        select $"{row.Key} does not use {room}: remove {room} from its row in {Page}.");

    [TestMethod]
    public void Types_for_every_room_use_no_room() => Wrong.None(
        CompiledRooms.UsesFromRoot.Select(use => $"{use}: types in src/Containerize itself use no room. Move the type to a room."));

    [TestMethod]
    public void Rooms_do_not_use_each_other_in_a_circle() => Wrong.None(CircleOf(
        from use in CompiledRooms.Uses
        let way = (From: CompiledRooms.Outer(use.From), To: CompiledRooms.Outer(use.To))
        where way.From != way.To
        select way));

    [TestMethod]
    public void Sub_rooms_do_not_use_each_other_in_a_circle() => Wrong.None(CircleOf(CompiledRooms.Uses.Select(use => (use.From, use.To))));

    [TestMethod]
    public void The_picture_shows_each_room_once()
    {
        var outer = CompiledRooms.All.Select(CompiledRooms.Outer).Distinct();
        var divided = CompiledRooms.All.Where(room => room.Contains('/', StringComparison.Ordinal)).Select(CompiledRooms.Outer).ToHashSet();

        CollectionAssert.AreEquivalent(outer.ToList(), ArchitecturePage.Rooms.Names.ToList());
        CollectionAssert.AreEquivalent(
            CompiledRooms.All.Where(room => divided.Contains(CompiledRooms.Outer(room))).ToList(),
            ArchitecturePage.SubRooms.Values.SelectMany(picture => picture.Names).ToList());
    }

    [TestMethod]
    public void In_the_picture_a_room_stands_above_all_that_it_may_use() => Wrong.None(
        from row in ArchitecturePage.Permitted
        from room in row.Value
        let outer = CompiledRooms.Outer(row.Key)
        let within = outer == CompiledRooms.Outer(room)
        let isAbove = within
            ? ArchitecturePage.SubRooms[outer].IsAbove(row.Key, room)
            : ArchitecturePage.Rooms.IsAbove(outer, CompiledRooms.Outer(room))
        where !isAbove
        select $"{row.Key} may use {room}, but does not stand above it in the picture of src/README.md.");

    /// <summary>Takes away what nothing leads to and what leads nowhere, until only circles are left.</summary>
    private static IEnumerable<string> CircleOf(IEnumerable<(string From, string To)> ways)
    {
        var (all, left) = (0, ways.Distinct().ToList());
        while (all != left.Count)
        {
            all = left.Count;
            left = [.. left.Where(way => left.Exists(next => next.From == way.To) && left.Exists(last => last.To == way.From))];
        }

        return left.Select(way => $"{way.From} uses {way.To}, which is part of a circle: move a type that both need to a room below both.");
    }
}
