namespace Containerize.Settings;

/// <summary>Everything that a project says of its image.</summary>
/// <param name="directory">The project's directory, a full path; relative paths start there.</param>
/// <param name="items">The items; the metadata <c>Kind</c> of each names an <see cref="ItemKind"/>.</param>
internal sealed class ProjectSettings(string directory, IEnumerable<Item> items)
{
    private readonly ILookup<ItemKind, Item> _items = items.ToLookup(item => Enum.Parse<ItemKind>(item["Kind"]));

    internal string Directory => directory;

    /// <summary>The items of a kind, in the project's order.</summary>
    internal IEnumerable<Item> Of(ItemKind kind) => _items[kind];

    /// <summary>The first item of a kind, or null.</summary>
    internal Item? Find(ItemKind kind) => _items[kind].FirstOrDefault();

    /// <summary>The only item of a kind; one without metadata when there is none, so that every setting has its default.</summary>
    internal Item One(ItemKind kind) => Find(kind) ?? new Item("");

    /// <summary>The same without the items of a kind.</summary>
    internal ProjectSettings Without(ItemKind kind) => new(directory, _items.Where(items => items.Key != kind).SelectMany(items => items));

    /// <summary>The full path of a file of this machine. Projects use either separator on every system.</summary>
    internal string FullPath(string path) => Path.GetFullPath(path.Trim().Replace('\\', Path.DirectorySeparatorChar), directory);
}
