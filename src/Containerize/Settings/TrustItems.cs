using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;

namespace Containerize.Settings;

/// <summary>Reads who may sign base images: the items <c>ContainerizeBaseTrust</c>.</summary>
internal static class TrustItems
{
    private const int MaxRoot = 4 * 1024 * 1024;

    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidTrustRule"/>, <see cref="DiagnosticCode.InvalidSigningKey"/> or
    /// <see cref="DiagnosticCode.TrustAnchorUnusable"/>.
    /// </exception>
    internal static IReadOnlyList<TrustRule> Read(ProjectSettings project) =>
        [.. project.Of(ItemKind.BaseTrust).Select(item => Read(item, project))];

    private static TrustRule Read(Item item, ProjectSettings project)
    {
        var rule = new TrustRule(Prefix(item))
        {
            Keys = [.. item.List("Key").Select(key => PublicKey.Read(project.FullPath(key)))],
            Identities = Identities(item, project),
            Stores = Stores(item, project),
            AllowsUnsigned = item.IsTrue("AllowUnsigned"),
        };
        var demands = (rule.Keys.Count > 0 ? 1 : 0) + rule.Identities.Count + rule.Stores.Count + (rule.AllowsUnsigned ? 1 : 0);
        return demands switch
        {
            0 => throw Invalid(
                item,
                "it says neither which Key, CertificateIdentity or Notation signs nor AllowUnsigned=\"true\", so that no base image "
                    + "could pass"),
            1 => rule,
            _ => throw Invalid(item, "it has more than one of Key, TrustedRoot, Notation and AllowUnsigned=\"true\""),
        };
    }

    private static IReadOnlyList<IdentityTrust> Identities(Item item, ProjectSettings project)
    {
        var (identity, pattern) = (item["CertificateIdentity"], item["CertificateIdentityRegex"]);
        var (issuer, root) = (item["Issuer"], item["TrustedRoot"]);
        if (item["Notation"].Length > 0 || pattern.Length + issuer.Length + root.Length + identity.Length == 0)
        {
            return pattern.Length + issuer.Length + root.Length == 0 ? [] : throw Invalid(
                item, "CertificateIdentityRegex, Issuer and TrustedRoot are for signatures of Sigstore, not for those of Notation");
        }

        if (identity.Length > 0 == pattern.Length > 0 || issuer.Length == 0 || root.Length == 0)
        {
            throw Invalid(
                item,
                "a signature without a key needs CertificateIdentity (or CertificateIdentityRegex, and not both), Issuer and TrustedRoot");
        }

        if (pattern.Length > 0 && !IdentityTrust.IsRegex(pattern))
        {
            throw Invalid(
                item,
                $"its CertificateIdentityRegex '{pattern}' is no regular expression that can be used (without look-around and references)");
        }

        var path = project.FullPath(root);
        try
        {
            return
            [
                new(
                    pattern.Length > 0 ? pattern : identity,
                    pattern.Length > 0,
                    issuer,
                    path,
                    RegularFile.ReadAllBytes(path, MaxRoot)),
            ];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.TrustAnchorUnusable,
                $"The trusted root '{path}', which ContainerizeBaseTrust '{item.Identity}' names, cannot be used: "
                    + $"{failure.Message.TrimEnd('.')}. It should be the JSON of a trusted root of Sigstore, as 'cosign trusted-root "
                    + $"create' writes it.",
                failure);
        }
    }

    private static IReadOnlyList<NotaryTrust> Stores(Item item, ProjectSettings project) => item["Notation"] is { Length: > 0 } store
        ?
        [
            new(
                TrustStore.Read(project.FullPath(store)),
                [
                    .. item.List("CertificateIdentity").Select(each => SubjectName.Parse(each) ?? throw Invalid(
                        item,
                        $"its CertificateIdentity '{each}' is no subject as Notation writes it ('{SubjectName.Prefix} C=US, ST=WA, "
                            + "O=Example')")),
                ]),
        ]
        : [];

    private static string Prefix(Item item)
    {
        var text = item.Identity.Trim();
        var location = RegistryLocation.Parse(text);
        return text == TrustRule.Everything ? text
            // A name without a host is Docker Hub's for docker, and would be that of no base here.
            : location is { IsValid: true, Scheme: "" } && ImageReference.NamesRegistry($"{location.Host}/")
                ? (location with { Host = ImageReference.NormalizeRegistry(location.Host) }).ToString()
                : throw Invalid(item, "it does not begin with a registry's host, as in 'mcr.microsoft.com/dotnet' or 'docker.io/library'");
    }

    private static ContainerizeException Invalid(Item item, string why) => new(
        DiagnosticCode.InvalidTrustRule,
        $"The item ContainerizeBaseTrust '{item.Identity}' cannot be used: {why}. Write <ContainerizeBaseTrust "
            + $"Include=\"registry.example.com/team\" Key=\"cosign.pub\" />.");
}
