namespace Containerize.Settings;

/// <summary>
/// Finds what the static web assets of an app for the browser were made of. They call themselves the project's own, because its build makes
/// them: of assemblies, which come from packages or from the runtime, and which it trims, converts and compresses.
/// </summary>
internal sealed class BrowserAssets
{
    private const string Trait = "AssetTraitName";
    private const string TraitValue = "AssetTraitValue";
    private const string Loader = "Microsoft.AspNetCore.Components.WebAssembly";

    private readonly Dictionary<string, Item> _plain = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Item> _references = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="published">What is published, with the metadata of static web assets.</param>
    /// <param name="references">What the app was made of: files, with the metadata of where they come from.</param>
    internal BrowserAssets(IEnumerable<Item> published, IEnumerable<Item> references)
    {
        foreach (var reference in references)
        {
            _references.TryAdd(Path.GetFileNameWithoutExtension(reference.Identity), reference);
        }

        foreach (var asset in published.Where(item => item[Trait] == "WasmResource" && _references.Count > 0))
        {
            _plain.TryAdd(asset.Identity, asset);
        }
    }

    /// <summary>The item that tells where a published file comes from: what it was made of, or itself.</summary>
    internal Item SourceOf(Item published)
    {
        var plain = _plain.GetValueOrDefault(published[Trait] == "Content-Encoding" ? published["RelatedAsset"] : published.Identity);
        // What lists the files of the app is made of all of them, and changes whenever one does.
        return plain is null || plain[TraitValue] == "manifest" ? published : _references.GetValueOrDefault(NameOf(plain)) ?? published;
    }

    private static string NameOf(Item plain) => plain[TraitValue] == "boot"
        ? Loader
        : Path.GetFileNameWithoutExtension(plain["OriginalItemSpec"] is { Length: > 0 } original ? original : plain.Identity);
}
