using Containerize.Building;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>Reads which images in registries have layers that may be reused.</summary>
internal static class ReuseSettings
{
    private const string None = "none";

    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal static ReuseRequest Read(ProjectSettings project, DestinationSettings destinations)
    {
        var item = project.One(ItemKind.Reuse);
        var names = Item.Split(item["From"].Replace(',', ';'));
        var isNone = names is [var only] && only.Equals(None, StringComparison.OrdinalIgnoreCase);
        return new ReuseRequest
        {
            Targets = [.. destinations.Registries.Select(target => target.Of(destinations.Name).In(target.Registry))],
            Tags = destinations.Name.Tags,
            Named = isNone ? [] : [.. names.Select(Parse)],
            IsOff = isNone || destinations.NeedBaseLayers,
            // What loosens a check wants the word of the page.
            Trusts = item["Verify"].Equals("false", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static ImageReference Parse(string text) =>
        ImageReference.Parse(text) is { Tag: null, Digest: null } untagged ? untagged with { Tag = "latest" } : ImageReference.Parse(text);
}
