using Containerize.Destinations;

namespace Containerize.Settings;

/// <summary>How a push is done.</summary>
/// <param name="PlatformTags">Whether each image of an index gets tags of its own as well, which end in its runtime identifier.</param>
/// <param name="Budget">How much it may send; null for as much as it takes.</param>
internal sealed record PushSettings(bool PlatformTags, UploadBudget? Budget)
{
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static PushSettings Read(ProjectSettings project, IReporter reporter)
    {
        var item = project.One(ItemKind.Push);
        var budget = item["UploadBudget"];
        return new(
            item.IsTrue("PlatformTags"),
            budget.Length == 0 ? null : new UploadBudget(
                ByteSize.Parse("ContainerizeUploadBudget", budget), item.IsTrue("UploadBudgetIsError"), reporter));
    }
}
