using Containerize.Manifests.Yaml;

namespace Containerize.Manifests;

/// <summary>Whose document it is, which decides where it names images.</summary>
internal enum ManifestKind
{
    /// <summary>Resources of Kubernetes, of any kind.</summary>
    Kubernetes,

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

        if (mapping.Text("kind") is "Kustomization" or "Component"
            || Path.GetFileNameWithoutExtension(name).Equals("kustomization", StringComparison.OrdinalIgnoreCase))
        {
            return ManifestKind.Kustomization;
        }

        if (mapping.Own("apiVersion") is not null && mapping.Own("kind") is not null)
        {
            return ManifestKind.Kubernetes;
        }

        return mapping.Own("services") is YamlMapping ? ManifestKind.Compose
            : isListed || IsValues(name) ? ManifestKind.Values : null;
    }

    private static bool IsValues(string name) =>
        Path.GetFileNameWithoutExtension(name) is var stem
        && (stem.StartsWith("values", StringComparison.OrdinalIgnoreCase) || stem.EndsWith("values", StringComparison.OrdinalIgnoreCase));
}
