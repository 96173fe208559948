using Containerize.Manifests.Yaml;

namespace Containerize.Manifests;

/// <summary>Which places of a document name images.</summary>
internal sealed class ImageFinder
{
    private const string ImageKey = "image";
    private const string ProjectPrefix = "containerize://";

    private static readonly string[] s_projects = [".csproj", ".fsproj", ".vbproj"];

    // What they hold is the app's own business, or describes others' documents.
    private static readonly string[] s_kindsWithoutImages = ["ConfigMap", "Secret", "CustomResourceDefinition"];

    // What they hold is names and variables of any kind.
    private static readonly string[] s_keysWithoutImages =
        ["metadata", "labels", "annotations", "matchLabels", "nodeSelector", "environment", "args", "driver_opts"];

    private readonly Dictionary<int, ImagePlace> _places = [];
    private readonly Dictionary<int, LeftPlace> _left = [];
    private string? _registry;

    /// <summary>The places, in the order of the text.</summary>
    internal IEnumerable<ImagePlace> Places => _places.OrderBy(place => place.Key).Select(place => place.Value);

    /// <summary>Names that are left as they are.</summary>
    internal IEnumerable<LeftPlace> Left => _left.OrderBy(place => place.Key).Select(place => place.Value);

    /// <summary>Looks through a document.</summary>
    /// <param name="kind">What kind of document it is.</param>
    internal void Look(YamlNode root, ManifestKind kind)
    {
        if (kind == ManifestKind.Kustomization)
        {
            LookAtKustomization((YamlMapping)root);
            return;
        }

        _registry = kind == ManifestKind.Values
            ? (YamlMapping.Resolve((root as YamlMapping)?.Own("global")) as YamlMapping)?.Text("imageRegistry")
            : null;
        LookAt(root, kind);
    }

    private void LookAt(YamlNode node, ManifestKind kind)
    {
        switch (node)
        {
            case YamlSequence sequence:
                sequence.Items.ForEach(item => LookAt(item, kind));
                break;
            case YamlScalar scalar when scalar.Value.TrimStart().StartsWith(ProjectPrefix, StringComparison.Ordinal):
                Add(new ProjectPlace(scalar, scalar.Value.Trim()[ProjectPrefix.Length..]));
                break;
            case YamlMapping mapping:
                LookAtMapping(mapping, kind);
                break;
            default:
                // An alias: what it stands for is looked at where it is written.
                break;
        }
    }

    private void LookAtMapping(YamlMapping mapping, ManifestKind kind)
    {
        if (kind == ManifestKind.Kubernetes && mapping.Own("apiVersion") is not null && mapping.Text("kind") is { } resource
            && s_kindsWithoutImages.Contains(resource))
        {
            return;
        }

        if (kind is ManifestKind.Values && IsInParts(mapping))
        {
            AddParts(mapping);
        }

        foreach (var (key, value) in mapping.Entries)
        {
            var name = (key as YamlScalar)?.Value ?? "";
            if (s_keysWithoutImages.Contains(name))
            {
                continue;
            }

            if (name == ImageKey)
            {
                LookAtImage(mapping, value, kind);
            }

            if (name != ImageKey || YamlMapping.Resolve(value) is not YamlScalar)
            {
                LookAt(value, kind);
            }
        }
    }

    private void LookAtImage(YamlMapping parent, YamlNode value, ManifestKind kind)
    {
        switch (YamlMapping.Resolve(value))
        {
            case YamlScalar scalar when kind == ManifestKind.Compose && parent.Find("build") is not null:
                Leave(scalar, scalar.Value, "compose builds it itself");
                break;
            case YamlScalar scalar when kind == ManifestKind.Values && (parent.Find("tag") ?? parent.Find("imageTag")) is { } tag
                && !NamesTag(scalar.Value):
                AddNamed(new PartsPlace(parent, WithTag(scalar.Value, tag), tag, null, DigestPlace.BehindTag), tag);
                break;
            case YamlScalar scalar:
                AddName(scalar);
                break;
            // {{ .Values.image }} without quotes is a mapping in a mapping.
            case YamlMapping { IsFlow: true, Entries: [{ Key: YamlMapping { IsFlow: true } template }] }:
                Leave(template, "{{ … }}", "it is a template");
                break;
            // A volume that is an image.
            case YamlMapping mapping when mapping.Find("reference") is { } reference
                && YamlMapping.Resolve(reference) is YamlScalar scalar:
                AddName(scalar);
                break;
            // Resources of operators write it as charts do.
            case YamlMapping mapping when kind == ManifestKind.Kubernetes && IsInParts(mapping):
                AddParts(mapping);
                break;
            default:
                break;
        }
    }

    private void LookAtKustomization(YamlMapping root)
    {
        foreach (var item in (YamlMapping.Resolve(root.Find("images")) as YamlSequence)?.Items.Select(YamlMapping.Resolve) ?? [])
        {
            if (item is not YamlMapping mapping || (mapping.Text("newName") ?? mapping.Text("name")) is not { Length: > 0 } name)
            {
                continue;
            }

            var (tag, digest) = (mapping.Find("newTag"), mapping.Find("digest"));
            if (tag is null && digest is null)
            {
                Leave(mapping, name, "no newTag says which one is meant");
                continue;
            }

            AddNamed(new PartsPlace(mapping, Joined(name, tag, digest), tag, digest, DigestPlace.OwnKey), tag ?? mapping);
        }
    }

    private static bool IsInParts(YamlMapping mapping) =>
        mapping.Text("repository") is { Length: > 0 }
        && (mapping.Find("tag") ?? mapping.Find("digest") ?? mapping.Find("registry")) is not null;

    private void AddParts(YamlMapping mapping)
    {
        var registry = _registry is { Length: > 0 } ? _registry : mapping.Text("registry");
        var name = registry is { Length: > 0 } ? $"{registry}/{mapping.Text("repository")}" : mapping.Text("repository")!;
        var (tag, digest) = (mapping.Find("tag"), mapping.Find("digest"));
        if (string.IsNullOrEmpty(mapping.Text("tag")) && string.IsNullOrEmpty(mapping.Text("digest")))
        {
            Leave(mapping, name, "it has no tag: the chart decides which one is meant");
            return;
        }

        AddNamed(new PartsPlace(mapping, Joined(name, tag, digest), tag, digest, DigestPlace.BehindTag), tag ?? mapping);
    }

    private static string WithTag(string name, YamlNode tag) => $"{name}:{(YamlMapping.Resolve(tag) as YamlScalar)?.Value}";

    private static string Joined(string name, YamlNode? tag, YamlNode? digest) =>
        ((YamlMapping.Resolve(tag) as YamlScalar)?.Value is { Length: > 0 } version ? $"{name}:{version}" : name)
        + ((YamlMapping.Resolve(digest) as YamlScalar)?.Value is { Length: > 0 } known ? $"@{known}" : "");

    private static bool NamesTag(string name) =>
        name.Contains('@', StringComparison.Ordinal) || name.LastIndexOf(':') > name.LastIndexOf('/');

    private void AddName(YamlScalar scalar)
    {
        var name = scalar.Value.Trim();
        if (name.StartsWith(ProjectPrefix, StringComparison.Ordinal))
        {
            Add(new ProjectPlace(scalar, name[ProjectPrefix.Length..]));
        }
        else if (s_projects.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || name.StartsWith('.'))
        {
            Add(new ProjectPlace(scalar, name));
        }
        else if (name.Length > 0)
        {
            AddNamed(new NamePlace(scalar), scalar);
        }
    }

    private void AddNamed(ImagePlace place, YamlNode version)
    {
        if (WhyNot(place.Image, version) is { } why)
        {
            Leave(place.At, place.Image, why);
        }
        else
        {
            Add(place);
        }
    }

    private static string? WhyNot(string image, YamlNode version) =>
        image.Contains("{{", StringComparison.Ordinal) ? "it is a template"
        : image.Contains('$', StringComparison.Ordinal) ? "it has a variable"
        : image.Contains(ProjectPrefix, StringComparison.Ordinal) ? "a project's image has one name: write it as image: containerize://PATH"
        : version is YamlScalar { IsPlain: true } scalar && YamlNumber.LosesText(scalar.Value)
            ? $"its tag {scalar.Value} is a number, whose text YAML does not keep: put it in quotes"
        : null;

    private void Add(ImagePlace place) => _places[place.At.Span.Start] = place;

    private void Leave(YamlNode at, string image, string why) => _left[at.Span.Start] = new(at, image, why);
}
