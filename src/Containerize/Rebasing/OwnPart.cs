using System.Text.Json.Nodes;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Rebasing;

/// <summary>
/// What an image has above its base: layers, and the settings that are not the base's. Put on a base, it gives what a build on that base
/// gives; put on the same base, the image itself.
/// </summary>
internal sealed class OwnPart
{
    private readonly Image _image;
    private readonly ImageConfig _below;
    private readonly BaseRecord _record;
    private readonly IReadOnlyDictionary<string, string> _none = new Dictionary<string, string>();

    /// <param name="image">The image.</param>
    /// <param name="below">Its base.</param>
    /// <param name="record">What the image says of its base.</param>
    internal OwnPart(Image image, Image below, BaseRecord record)
    {
        (_image, _below, _record) = (image, below.Config.Mend().Config, record);
        Layers = [.. image.Layers.Skip(below.Layers.Count)];
        IsOfBuild = Layers.All(layer => layer.Annotations?.ContainsKey(LayerAnnotations.Inputs) == true);
    }

    /// <summary>The layers above the base, bottom first.</summary>
    internal IReadOnlyList<Layer> Layers { get; }

    /// <summary>Whether a build of Containerize made the image. Others take more settings from the base.</summary>
    internal bool IsOfBuild { get; }

    /// <summary>Puts it on a base.</summary>
    /// <param name="onto">The base, which has a name.</param>
    /// <returns>The new image.</returns>
    internal Image On(BaseImage onto)
    {
        var (config, _) = onto.Image.Config.Mend();
        var settings = SettingsOn(onto, config);
        var image = config.Append(_image.Config, _below).With(settings);
        var others = _image.Config.OtherSettings.Where(setting => setting.Key is not ("Image" or "OnBuild")
            && !(_below.OtherSettings.TryGetValue(setting.Key, out var value) && JsonNode.DeepEquals(value, setting.Value))).ToList();
        return Image.Create(
            _image.Manifest.Descriptor.MediaType == MediaTypes.DockerManifest ? ImageFormat.Docker : ImageFormat.Oci,
            others.Count == 0 ? image : image.With(others),
            [.. onto.Image.Layers, .. Layers],
            AnnotationsOn(onto));
    }

    private ImageSettings SettingsOn(BaseImage onto, ImageConfig config)
    {
        var variables = OwnVariables();
        var environment = EnvironmentInference.Merge(config, variables);
        return new ImageSettings
        {
            Entrypoint = EntrypointOn(config),
            Command = TakesCommand() ? config.Command : _image.Config.Command,
            Environment = variables,
            WorkingDirectory = !IsOfBuild && _image.Config.WorkingDirectory == _below.WorkingDirectory
                ? null : _image.Config.WorkingDirectory,
            User = UserOn(environment),
            ExposedPorts = PortsOn(environment),
            Labels = LabelsOn(onto),
            Volumes = [.. _image.Config.Volumes.Except(_below.Volumes)],
            StopSignal = _image.Config.StopSignal == _below.StopSignal ? null : _image.Config.StopSignal,
        };
    }

    private Dictionary<string, string> OwnVariables()
    {
        var below = EnvironmentInference.Merge(_below, _none);
        return EnvironmentInference.Merge(_image.Config, _none)
            .Where(variable => below.GetValueOrDefault(variable.Key) != variable.Value)
            .ToDictionary(_image.Config.VariableNames);
    }

    private IReadOnlyList<string> EntrypointOn(ImageConfig config)
    {
        var own = _image.Config.Entrypoint;
        return IsOfBuild
            ? own.SequenceEqual(ImageCommand.Kept(_below.Entrypoint)) ? ImageCommand.Kept(config.Entrypoint) : own
            : own.SequenceEqual(_below.Entrypoint) ? config.Entrypoint : own;
    }

    // ENTRYPOINT takes the base's CMD away: who sets it has no arguments, or those that were set after it.
    private bool TakesCommand() => !IsOfBuild && _image.Config.Entrypoint.SequenceEqual(_below.Entrypoint)
        && _image.Config.Command.SequenceEqual(_below.Command);

    // A user that follows from the image's variables follows from them again.
    private string? UserOn(IReadOnlyDictionary<string, string> environment)
    {
        var own = _image.Config.User;
        var inferred = EnvironmentInference.User(EnvironmentInference.Merge(_image.Config, _none), chosen: null);
        return own == inferred ? EnvironmentInference.User(environment, chosen: null)
            : own == _below.User && !(IsOfBuild && inferred is not null) ? null
            : own;
    }

    // Those that follow from variables come last: the fewest before them that give the image's ports are those that were asked for.
    private IReadOnlyList<Port> PortsOn(IReadOnlyDictionary<string, string> environment)
    {
        var below = _below.ExposedPorts.ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<Port> own =
            [.. _image.Config.ExposedPorts.Where(port => !below.Contains(port)).Select(Port.TryParse).OfType<Port>()];
        IReadOnlyList<Port> implied = [.. EnvironmentInference.Ports(EnvironmentInference.Merge(_image.Config, _none))];
        for (var asked = 0; asked <= own.Count; asked++)
        {
            if (own.Take(asked).Concat(implied).Distinct().Where(port => !below.Contains($"{port}")).SequenceEqual(own))
            {
                return [.. own.Take(asked).Concat(EnvironmentInference.Ports(environment)).Distinct()];
            }
        }

        return own;
    }

    private Dictionary<string, string> LabelsOn(BaseImage onto)
    {
        var below = _below.Labels;
        // Annotations repeat the labels that a project sets, and no others: so a label that the base had, too, is known as its own.
        var labels = _image.Config.Labels
            .Where(label => below.GetValueOrDefault(label.Key) != label.Value || IsAnnotated(label.Key, label.Value))
            .ToDictionary(StringComparer.Ordinal);
        Renew(BaseRecord.NameKey, _record.Name, onto.Name);
        Renew(BaseRecord.DigestKey, _record.Digest?.ToString(), $"{onto.Image.Manifest.Descriptor.Digest}");
        return labels;

        void Renew(string label, string? before, string? now)
        {
            if (before is not null && labels.GetValueOrDefault(label) == before)
            {
                labels[label] = now!;
            }
        }
    }

    private bool IsAnnotated(string label, string value) =>
        label.StartsWith(BaseRecord.Prefix, StringComparison.Ordinal) && label is not (BaseRecord.NameKey or BaseRecord.DigestKey)
        && _image.Document.Annotations?.GetValueOrDefault(label) == value;

    private SortedList<string, string> AnnotationsOn(BaseImage onto) => new(
        (_image.Document.Annotations ?? _none).ToDictionary(), StringComparer.Ordinal)
    {
        [BaseRecord.NameKey] = onto.Name!,
        [BaseRecord.DigestKey] = $"{onto.Image.Manifest.Descriptor.Digest}",
    };
}
