using Containerize.Destinations;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>How a push is done.</summary>
/// <param name="PlatformTags">Whether each image of an index gets tags of its own as well, which end in its runtime identifier.</param>
/// <param name="RuntimeIdentifiers">The project's, by which the images of its index are called.</param>
/// <param name="Budget">How much it may send; null for as much as it takes.</param>
internal sealed record PushSettings(bool PlatformTags, IReadOnlyList<string> RuntimeIdentifiers, UploadBudget? Budget)
{
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static PushSettings Read(ProjectSettings project, IReporter reporter)
    {
        var item = project.One(ItemKind.Push);
        var budget = item["UploadBudget"];
        return new(
            item.IsTrue("PlatformTags"),
            [.. Item.Split(item["RuntimeIdentifiers"])],
            budget.Length == 0 ? null : new UploadBudget(
                ByteSize.Parse("ContainerizeUploadBudget", budget), item.IsTrue("UploadBudgetIsError"), reporter));
    }

    /// <summary>What the tags of an image that exists end in: the project's runtime identifier for its platform, else .NET's.</summary>
    /// <returns>Null for a platform that .NET does not know.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>: no image can be for one of the project's
    /// platforms.</exception>
    internal string? RuntimeIdentifierOf(Platform platform) =>
        RuntimeIdentifiers.Where(runtime => Platform.FromRuntimeIdentifier(runtime).Accepts(platform))
            .MaxBy(runtime => Platform.FromRuntimeIdentifier(runtime).Suits(platform)) ?? platform.RuntimeIdentifier();
}
