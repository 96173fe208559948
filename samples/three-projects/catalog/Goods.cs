namespace Catalog;

/// <summary>What the shop has.</summary>
public static class Goods
{
    /// <summary>Reads the list beside the app.</summary>
    public static IEnumerable<string> Read(string directory) => File.ReadLines(Path.Combine(directory, "goods.txt"));
}
