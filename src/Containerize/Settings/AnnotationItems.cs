namespace Containerize.Settings;

/// <summary>What an annotation stands on.</summary>
internal enum AnnotationScope
{
    /// <summary>The manifest of each image.</summary>
    Manifest,

    /// <summary>The index of several images.</summary>
    Index,

    /// <summary>The descriptor of each manifest: in an index, in a layout, in an archive.</summary>
    Descriptor,
}

/// <summary>Reads <c>ContainerAnnotation</c>.</summary>
internal static class AnnotationItems
{
    /// <summary>
    /// The annotations of one scope; the last one of a name counts. As in the SDK, scopes are separated by <c>,</c> or <c>;</c>, and
    /// an item without one is for manifests and index.
    /// </summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static Dictionary<string, string> Read(ProjectSettings project, AnnotationScope scope) =>
        project.Of(ItemKind.Annotation).Where(item => Scopes(item).Contains(scope)).LastOfEach();

    /// <summary>The values of items by identity; where items share one, the last counts.</summary>
    internal static Dictionary<string, string> LastOfEach(this IEnumerable<Item> items) => items
        .GroupBy(item => item.Identity, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last().Exact("Value"), StringComparer.Ordinal);

    private static List<AnnotationScope> Scopes(Item item) => Item.Split(item["Scope"].Replace(',', ';')) is { Length: > 0 } names
        ? [.. names.Select(name => SettingText.Choice<AnnotationScope>("Scope", name, $"ContainerAnnotation '{item.Identity}'"))]
        : [AnnotationScope.Manifest, AnnotationScope.Index];
}
