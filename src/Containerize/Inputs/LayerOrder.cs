namespace Containerize.Inputs;

/// <summary>
/// The order of layers: what changes least lies lowest. An upper layer that changes leaves what engines unpacked of the lower ones.
/// </summary>
internal static class LayerOrder
{
    /// <summary>The .NET runtime of a self-contained app.</summary>
    public const string Runtime = "runtime";

    /// <summary>NuGet packages.</summary>
    public const string Dependencies = "dependencies";

    /// <summary>Files that users put beside the published ones: above packages, because they are the project's own.</summary>
    public const string Files = "files";

    /// <summary>What a web server hands out, when there is much of it.</summary>
    public const string Content = "content";

    /// <summary>The project's output and content, and those of the projects it references.</summary>
    public const string App = "app";

    private static readonly string[] s_known = [Runtime, Dependencies, Files, Content, App];

    /// <summary>Puts the layers of users among those that are always there. One without a wish lies below the app.</summary>
    /// <param name="rules">The layers of users.</param>
    /// <returns>The names, bottom first.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerOrder"/>: a neighbour does not exist, or they want to lie on
    /// both sides of one another.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<LayerRule> rules)
    {
        var order = s_known.ToList();
        var waiting = rules.Where(rule => !s_known.Contains(rule.Name)).GroupBy(rule => rule.Name, StringComparer.Ordinal)
            .Select(
                group => new LayerRule(group.Key) { Before = group.Select(rule => rule.Before)
                    .FirstOrDefault(name => name is not null), After = group.Select(rule => rule.After)
                    .FirstOrDefault(name => name is not null) })
            .ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.Find(rule => (rule.Before is null || order.Contains(rule.Before))
                && (rule.After is null || order.Contains(rule.After)));
            if (next is null)
            {
                throw Unknown(waiting, order);
            }

            waiting.Remove(next);
            Insert(order, next);
        }

        return order;
    }

    private static void Insert(List<string> order, LayerRule rule)
    {
        if (rule is { Before: { } above, After: { } below } && order.IndexOf(below) >= order.IndexOf(above))
        {
            throw new ContainerizeException(
                DiagnosticCode.LayerOrder,
                $"ContainerizeLayer '{rule.Name}' cannot lie before '{above}' and after '{below}': from the bottom, the order is " +
                $"{string.Join(", ", order.Select(Printable.Clean))}.");
        }

        order.Insert(rule.Before is null
            && rule.After is not null ? order.IndexOf(rule.After) + 1 : order.IndexOf(rule.Before ?? App), rule.Name);
    }

    private static ContainerizeException Unknown(List<LayerRule> waiting, List<string> order)
    {
        var rule = waiting[0];
        var names = new[] { rule.Before, rule.After }.OfType<string>().Where(name => !order.Contains(name)).ToList();
        return waiting.Exists(other => names.Contains(other.Name))
            ? new(
                DiagnosticCode.LayerOrder,
                $"The layers {string.Join(" and ", waiting.Select(other => $"'{Printable.Clean(other.Name)}'"))} wait for one " +
                $"another: their Before and After lead in a circle.")
            : new(
                DiagnosticCode.LayerOrder,
                $"ContainerizeLayer '{Printable.Clean(rule.Name)}' names the layer '{Printable.Clean(names[0])}', which does not " +
                $"exist. There are: {string.Join(", ", order.Select(Printable.Clean))}.");
    }
}
