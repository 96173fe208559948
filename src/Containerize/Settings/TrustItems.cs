using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;

namespace Containerize.Settings;

/// <summary>Reads who may sign base images: the items <c>ContainerizeBaseTrust</c>.</summary>
internal static class TrustItems
{
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidTrustRule"/> or <see cref="DiagnosticCode.InvalidSigningKey"/>.
    /// </exception>
    internal static IReadOnlyList<TrustRule> Read(ProjectSettings project) =>
        [.. project.Of(ItemKind.BaseTrust).Select(item => Read(item, project))];

    private static TrustRule Read(Item item, ProjectSettings project)
    {
        var keys = item.List("Key");
        var allowsUnsigned = item.IsTrue("AllowUnsigned");
        return keys.Length == 0 && !allowsUnsigned
            ? throw Invalid(item, "it says neither which Key signs nor AllowUnsigned=\"true\", so that no base image could pass")
            : keys.Length > 0 && allowsUnsigned
                ? throw Invalid(item, "it has a Key and AllowUnsigned=\"true\" at once")
                : new(Prefix(item))
                {
                    Keys = [.. keys.Select(key => PublicKey.Read(project.FullPath(key)))],
                    AllowsUnsigned = allowsUnsigned,
                };
    }

    private static string Prefix(Item item)
    {
        var text = item.Identity.Trim();
        var location = RegistryLocation.Parse(text);
        return text == TrustRule.Everything ? text
            : location is { IsValid: true, Scheme: "" }
                ? (location with { Host = ImageReference.NormalizeRegistry(location.Host) }).ToString()
                : throw Invalid(item, "it does not begin with a registry's host, as in 'mcr.microsoft.com/dotnet' or 'docker.io/library'");
    }

    private static ContainerizeException Invalid(Item item, string why) => new(
        DiagnosticCode.InvalidTrustRule,
        $"The item ContainerizeBaseTrust '{item.Identity}' cannot be used: {why}. Write <ContainerizeBaseTrust "
            + $"Include=\"registry.example.com/team\" Key=\"cosign.pub\" />.");
}
