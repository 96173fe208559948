using Containerize.Manifests.Yaml;

namespace Containerize.Manifests;

/// <summary>Whose document it is, which decides where it names images.</summary>
internal enum ManifestKind
{
    /// <summary>Resources of Kubernetes itself.</summary>
    Kubernetes,

    /// <summary>Resources of an operator, whose texts mean what it likes.</summary>
    Operator,

    /// <summary>Resources that speak of images and run none: policies, and repositories that are watched.</summary>
    Policy,

    /// <summary>A kustomization: its <c>images</c>.</summary>
    Kustomization,

    /// <summary>Services of compose.</summary>
    Compose,

    /// <summary>Values of a Helm chart, or any other document with an <c>image</c>.</summary>
    Values,
}

/// <summary>Tells kinds of documents apart.</summary>
internal static class ManifestKinds
{
    /// <summary>The kind of a document.</summary>
    /// <param name="file">The file's name, which counts where the document does not say it.</param>
    /// <param name="isListed">Whether the user named the file; a directory has files of any kind.</param>
    /// <returns>Null for one that is of no interest.</returns>
    internal static ManifestKind? Of(YamlNode root, string file, bool isListed)
    {
        var name = Path.GetFileName(file);
        if (root is not YamlMapping mapping)
        {
            return isListed && root is YamlSequence ? ManifestKind.Values : null;
        }

        if (IsOfKustomize(mapping) && (mapping.Text("kind") is "Kustomization" or "Component"
            || Path.GetFileNameWithoutExtension(name).Equals("kustomization", StringComparison.OrdinalIgnoreCase)))
        {
            return ManifestKind.Kustomization;
        }

        return OfResource(mapping)
            ?? (IsValues(name) ? ManifestKind.Values
            : IsCompose(mapping) ? ManifestKind.Compose
            : isListed ? ManifestKind.Values : null);
    }

    /// <summary>The kind of a resource, which may stand in another one, like those of a list.</summary>
    /// <returns>Null for a mapping that is no resource.</returns>
    internal static ManifestKind? OfResource(YamlMapping mapping) =>
        mapping.Own("apiVersion") is null || mapping.Own("kind") is null ? null
        : mapping.Text("kind") is { } kind && IsPolicy(kind) ? ManifestKind.Policy
        : IsOfKubernetes(mapping.Text("apiVersion") ?? "") ? ManifestKind.Kubernetes
        : ManifestKind.Operator;

    /// <summary>The part of a resource that says what a kustomization does: Flux has one in its resource of the same kind.</summary>
    /// <returns>Null for a resource that holds none.</returns>
    internal static YamlMapping? KustomizationIn(YamlMapping resource) =>
        resource.Text("kind") == "Kustomization"
        && resource.Text("apiVersion")?.StartsWith("kustomize.toolkit.fluxcd.io/", StringComparison.Ordinal) == true
            ? YamlMapping.Resolve(resource.Find("spec")) as YamlMapping : null;

    // Kustomize needs no apiVersion. The same kinds of other groups are resources, in a file of any name.
    private static bool IsOfKustomize(YamlMapping mapping) => mapping.Text("apiVersion") is not { Length: > 0 } version
        || version.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal);

    private static bool IsPolicy(string kind) => kind.EndsWith("Policy", StringComparison.Ordinal) || kind == "ImageRepository";

    // Groups without a dot are kept for Kubernetes.
    private static bool IsOfKubernetes(string version) =>
        version[..Math.Max(0, version.LastIndexOf('/'))] is var group
        && (!group.Contains('.', StringComparison.Ordinal) || group.EndsWith(".k8s.io", StringComparison.Ordinal));

    // Compose has an image's name in one text, which values of charts often have in parts.
    private static bool IsCompose(YamlMapping root) =>
        root.Own("services") is YamlMapping services
        && services.Entries.Select(entry => YamlMapping.Resolve(entry.Value)).OfType<YamlMapping>().All(service =>
            YamlMapping.Resolve(service.Find("image")) is not YamlMapping
            && (service.Find("tag") ?? service.Find("imageTag")) is null);

    private static bool IsValues(string name) =>
        Path.GetFileNameWithoutExtension(name) is var stem
        && (stem.StartsWith("values", StringComparison.OrdinalIgnoreCase) || stem.EndsWith("values", StringComparison.OrdinalIgnoreCase));
}
