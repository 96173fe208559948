using Containerize.Inputs;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads <c>ContainerizeLayer</c>.</summary>
internal static class LayerItems
{
    /// <summary>The rule of one item.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static LayerRule Read(ITaskItem item)
    {
        var rule = new LayerRule(item.ItemSpec.Trim())
        {
            Files = [.. List(item, "Files").Select(FilePattern.Parse)],
            Packages = [.. List(item, "Packages").Select(FilePattern.Parse)],
            Origins = [.. List(item, "Origin").Select(text => Origin(item, text))],
            Before = Name(item, "Before"),
            After = Name(item, "After"),
        };
        return rule.Files.Count + rule.Packages.Count + rule.Origins.Count > 0
            ? rule
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeLayer '{rule.Name}' does not say what goes into it. Give it Files, like \"models/**;**/*.onnx\", Packages, like \"Contoso.*\", or an Origin.");
    }

    private static FileOriginKind Origin(ITaskItem item, string text) =>
        Enum.GetNames<FileOriginKind>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<FileOriginKind>(name)
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeLayer '{item.ItemSpec}' has the Origin '{text}', which is unknown. Choose from: {string.Join(", ", Enum.GetNames<FileOriginKind>())}.");

    private static string[] List(ITaskItem item, string metadata) => item.GetMetadata(metadata).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Name(ITaskItem item, string metadata) => item.GetMetadata(metadata).Trim() is { Length: > 0 } name ? name : null;
}
