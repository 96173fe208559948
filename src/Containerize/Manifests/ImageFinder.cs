using Containerize.Manifests.Yaml;

namespace Containerize.Manifests;

/// <summary>Which places of a document name images.</summary>
internal sealed class ImageFinder
{
    private const string ImageKey = "image";
    private const string ProjectPrefix = "containerize://";
    private const string NoTag = "it has no tag: the chart decides which one is meant";

    private static readonly string[] s_projects = [".csproj", ".fsproj", ".vbproj"];

    // What they hold is the app's own business, or describes others' documents.
    private static readonly string[] s_kindsWithoutImages = ["ConfigMap", "Secret", "CustomResourceDefinition"];

    // What they hold is names and variables of any kind.
    private static readonly string[] s_keysWithoutImages =
        ["metadata", "labels", "annotations", "matchLabels", "nodeSelector", "environment", "args", "driver_opts"];

    private static readonly string[] s_tags = ["tag", "imageTag"];

    private static readonly string[] s_parts = ["registry", "repository", "tag", "digest"];

    private readonly Dictionary<int, ImagePlace> _places = [];
    private readonly Dictionary<int, LeftPlace> _left = [];
    private ManifestKind _kind;
    private string? _registry;

    /// <summary>The places, in the order of the text.</summary>
    internal IEnumerable<ImagePlace> Places => _places.OrderBy(place => place.Key).Select(place => place.Value);

    /// <summary>Names that are left as they are.</summary>
    internal IEnumerable<LeftPlace> Left => _left.OrderBy(place => place.Key).Select(place => place.Value);

    /// <summary>Looks through a document.</summary>
    /// <param name="kind">What kind of document it is.</param>
    internal void Look(YamlNode root, ManifestKind kind)
    {
        _kind = kind;
        if (kind == ManifestKind.Kustomization)
        {
            LookAtKustomization((YamlMapping)root);
            return;
        }

        _registry = kind == ManifestKind.Values
            ? (YamlMapping.Resolve((root as YamlMapping)?.Own("global")) as YamlMapping)?.Text("imageRegistry")
            : null;
        LookAt(root);
    }

    private void LookAt(YamlNode node)
    {
        switch (node)
        {
            case YamlSequence sequence:
                sequence.Items.ForEach(LookAt);
                break;
            case YamlScalar scalar when scalar.Value.TrimStart().StartsWith(ProjectPrefix, StringComparison.Ordinal):
                Add(new ProjectPlace(scalar, scalar.Value.Trim()[ProjectPrefix.Length..]));
                break;
            case YamlMapping mapping:
                LookAtResource(mapping);
                break;
            default:
                // An alias: what it stands for is looked at where it is written.
                break;
        }
    }

    // A resource may hold others, as lists do. What a policy holds is the policy's.
    private void LookAtResource(YamlMapping mapping)
    {
        if (_kind is not (ManifestKind.Kubernetes or ManifestKind.Operator) || ManifestKinds.OfResource(mapping) is not { } kind)
        {
            LookAtMapping(mapping);
        }
        else if (!s_kindsWithoutImages.Contains(mapping.Text("kind")))
        {
            var around = _kind;
            _kind = kind;
            LookAtMapping(mapping);
            if (ManifestKinds.KustomizationIn(mapping) is { } kustomization)
            {
                LookAtKustomization(kustomization);
            }

            _kind = around;
        }
    }

    private void LookAtMapping(YamlMapping mapping)
    {
        if (_kind is ManifestKind.Values && IsInParts(mapping))
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
                LookAtImage(mapping, value);
            }

            if (name != ImageKey || YamlMapping.Resolve(value) is not YamlScalar)
            {
                LookAt(value);
            }
        }

        if (TagOf(mapping) is { } tag && mapping.Own(tag) is not null && mapping.Own(ImageKey) is null
            && YamlMapping.Resolve(mapping.Find(ImageKey)) is YamlScalar { IsNull: false, Value.Length: > 0 } merged
            && !NamesTag(merged.Value))
        {
            if (_places.Remove(merged.Span.Start))
            {
                Leave(merged, merged.Value, "its tag is where it is merged");
            }

            AddParts(mapping, merged.Value, tag, digestKey: null, DigestPlace.BehindTag, NoTag);
        }
    }

    private void LookAtImage(YamlMapping parent, YamlNode value)
    {
        switch (YamlMapping.Resolve(value))
        {
            case YamlScalar { IsNull: true }:
                break;
            case YamlScalar scalar when _kind == ManifestKind.Compose
                && YamlMapping.Resolve(parent.Find("build")) is not (null or YamlScalar { IsNull: true }):
                Leave(scalar, scalar.Value, "compose builds it itself");
                break;
            case YamlScalar { Value.Length: > 0 } scalar when TagOf(parent) is { } tag && !NamesTag(scalar.Value):
                AddParts(parent, scalar.Value, tag, digestKey: null, DigestPlace.BehindTag, NoTag);
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
            case YamlMapping mapping when _kind is not (ManifestKind.Compose or ManifestKind.Values) && IsInParts(mapping):
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

            AddParts(mapping, name, "newTag", "digest", DigestPlace.OwnKey, "no newTag says which one is meant");
        }
    }

    private static bool IsInParts(YamlMapping mapping) =>
        mapping.Text("repository") is { Length: > 0 }
        && (mapping.Find("tag") ?? mapping.Find("digest") ?? mapping.Find("registry")) is not null;

    private void AddParts(YamlMapping mapping)
    {
        // One that is merged as a whole is the same image, and gets its digest where it is written.
        var whole = s_parts.Select(mapping.Owner).OfType<YamlMapping>().Distinct().ToList() is [{ } only] ? only : mapping;
        var registry = _registry is { Length: > 0 } ? _registry : whole.Text("registry");
        var name = registry is { Length: > 0 } ? $"{registry}/{whole.Text("repository")}" : whole.Text("repository")!;
        AddParts(whole, name, "tag", "digest", DigestPlace.BehindTag, NoTag);
    }

    // What is merged is a part of other images, too, which have another digest.
    private void AddParts(YamlMapping mapping, string name, string tagKey, string? digestKey, DigestPlace place, string whyNoTag)
    {
        foreach (var key in new[] { tagKey, digestKey }.OfType<string>())
        {
            if (mapping.Owner(key) is { } owner && owner != mapping)
            {
                owner.Own(key)!.IsShared = true;
            }
        }

        var (tag, known) = (mapping.Text(tagKey), digestKey is null ? null : mapping.Text(digestKey));
        if (string.IsNullOrEmpty(tag) && string.IsNullOrEmpty(known))
        {
            Leave(mapping, name, whyNoTag);
            return;
        }

        var image = (string.IsNullOrEmpty(tag) ? name : $"{name}:{tag}") + (string.IsNullOrEmpty(known) ? "" : $"@{known}");
        var (tagNode, digestNode) = (mapping.Find(tagKey), digestKey is null ? null : mapping.Find(digestKey));
        AddNamed(new PartsPlace(mapping, image, tagNode, digestNode, place), tagNode);
    }

    // A key that has a text counts before one that has none.
    private string? TagOf(YamlMapping mapping) =>
        _kind == ManifestKind.Compose ? null
        : Array.Find(s_tags, key => mapping.Text(key) is { Length: > 0 }) ?? Array.Find(s_tags, key => mapping.Find(key) is not null);

    private static bool NamesTag(string name) =>
        name.Contains('@', StringComparison.Ordinal) || name.LastIndexOf(':') > name.LastIndexOf('/');

    private void AddName(YamlScalar scalar)
    {
        var name = scalar.Value.Trim();
        if (name.StartsWith(ProjectPrefix, StringComparison.Ordinal))
        {
            Add(new ProjectPlace(scalar, name[ProjectPrefix.Length..]));
        }
        else if (_kind != ManifestKind.Policy && IsProject(name))
        {
            Add(new ProjectPlace(scalar, name));
        }
        else if (name.Length > 0)
        {
            AddNamed(new NamePlace(scalar), scalar);
        }
    }

    private static bool IsProject(string name) =>
        s_projects.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || name.StartsWith('.');

    private void AddNamed(ImagePlace place, YamlNode? version)
    {
        if (WhyNot(place, YamlMapping.Resolve(version)) is { } why)
        {
            Leave(place.At, place.Image, why);
        }
        else
        {
            Add(place);
        }
    }

    private string? WhyNot(ImagePlace place, YamlNode? version) =>
        _kind == ManifestKind.Policy ? "a resource of this kind runs no image"
        : place.Image.Contains("{{", StringComparison.Ordinal) ? "it is a template"
        : place.Image.Contains('$', StringComparison.Ordinal) ? "it has a variable"
        : place.Image.Contains(ProjectPrefix, StringComparison.Ordinal)
            ? "a project's image has one name: write it as image: containerize://PATH"
        : version is YamlScalar { IsPlain: true } scalar && YamlNumber.LosesText(scalar.Value)
            ? $"its tag {scalar.Value} is a number, whose text YAML does not keep: put it in quotes"
        : _kind == ManifestKind.Operator && place.Reference is null ? "it is no name of an image"
        : null;

    private void Add(ImagePlace place) => _places[place.At.Span.Start] = place;

    private void Leave(YamlNode at, string image, string why) => _left[at.Span.Start] = new(at, image, why);
}
