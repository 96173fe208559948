using Containerize.Oci;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

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
    /// <summary>The annotations of one scope; the last one of a name counts.</summary>
    /// <param name="items">The items.</param>
    /// <param name="scope">The scope; an item that names none is the manifest's.</param>
    /// <returns>The annotations.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static Dictionary<string, string> Read(IEnumerable<ITaskItem> items, AnnotationScope scope) => items
        .Where(item => Scopes(item).Contains(scope))
        .GroupBy(item => item.ItemSpec, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last().GetMetadata("Value"), StringComparer.Ordinal);

    private static List<AnnotationScope> Scopes(ITaskItem item)
    {
        var names = item.GetMetadata("Scope").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length == 0 ? [AnnotationScope.Manifest] : [.. names.Select(name => Enum.GetNames<AnnotationScope>().FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse<AnnotationScope>(known)
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerAnnotation '{item.ItemSpec}' has the Scope '{name}', which is unknown. Choose from: {string.Join(", ", Enum.GetNames<AnnotationScope>())}."))];
    }
}
