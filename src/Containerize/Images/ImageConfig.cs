using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;
using static Containerize.Images.ConfigMembers;

namespace Containerize.Images;

/// <summary>
/// An image's config: how it is run, what its layers are, how it came to be. Immutable; members that Containerize does not know
/// (a base's healthcheck, <c>os.features</c> …) survive every change.
/// </summary>
/// <remarks>OCI image specification, <i>config.md</i>.</remarks>
internal sealed class ImageConfig
{
    private static readonly string[] s_known =
        ["Env", "Entrypoint", "Cmd", "WorkingDir", "User", "ExposedPorts", "Labels", "Volumes", "StopSignal"];

    private readonly JsonObject _root;

    private ImageConfig(JsonObject root, MemoryBlob blob)
    {
        _root = root;
        Blob = blob;
    }

    /// <summary>The raw config.</summary>
    public MemoryBlob Blob { get; }

    /// <summary>What the image runs on.</summary>
    public Platform Platform => new()
    {
        Architecture = Text(_root, "architecture") ?? "",
        Os = Text(_root, "os") ?? "",
        OsVersion = Text(_root, "os.version"),
        OsFeatures = _root["os.features"] is JsonArray ? Texts(_root, "os.features") : null,
        Variant = Text(_root, "variant"),
    };

    /// <summary>The digests of the uncompressed layers, bottom first.</summary>
    public IReadOnlyList<Digest> DiffIds => [.. Texts(_root["rootfs"] as JsonObject, "diff_ids").Select(Digest.Parse)];

    /// <summary>The environment, each as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment =>
        [.. (Settings?["Env"] as JsonArray ?? []).OfType<JsonValue>()
            .Select(variable => variable.TryGetValue<string>(out var text) ? text : "").Where(ConfigRepair.IsVariable)];

    /// <summary>The entrypoint; empty when there is none.</summary>
    public IReadOnlyList<string> Entrypoint => Texts(Settings, "Entrypoint");

    /// <summary>The command, or the default arguments of the entrypoint; empty when there are none.</summary>
    public IReadOnlyList<string> Command => Texts(Settings, "Cmd");

    /// <summary>When the image was made, as it says itself; null when it says nothing that can be read.</summary>
    internal DateTimeOffset? Created => DateTimeOffset.TryParse(
        Text(_root, "created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : null;

    /// <summary>The user, and group, the process runs as; empty means root.</summary>
    public string User => Text(Settings, "User") ?? "";

    /// <summary>The working directory; empty means <c>/</c>.</summary>
    public string WorkingDirectory => Text(Settings, "WorkingDir") ?? "";

    /// <summary>How engines find out whether the app works (<see cref="Images.Healthcheck.Test"/>); empty when they do not.</summary>
    internal IReadOnlyList<string> HealthcheckTest => TextsOrNone(Settings?["Healthcheck"] as JsonObject, "Test");

    /// <summary>The signal that ends the app; null for the engine's own.</summary>
    internal string? StopSignal => Text(Settings, "StopSignal");

    /// <summary>Directories whose content outlives a container.</summary>
    internal IReadOnlyList<string> Volumes => [.. (Settings?["Volumes"] as JsonObject ?? []).Select(volume => volume.Key)];

    /// <summary>Ports that the image listens on, each as <c>8080/tcp</c>.</summary>
    internal IReadOnlyList<string> ExposedPorts => [.. (Settings?["ExposedPorts"] as JsonObject ?? []).Select(port => port.Key)];

    /// <summary>Run settings that <see cref="ImageSettings"/> does not have, and the healthcheck, as they are: <c>Shell</c>.</summary>
    internal IReadOnlyDictionary<string, JsonNode> OtherSettings => (Settings ?? [])
        .Where(member => member.Value is not null && !s_known.Contains(member.Key))
        .ToDictionary(member => member.Key, member => member.Value!, StringComparer.Ordinal);

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels =>
        (Settings?["Labels"] as JsonObject)?.ToDictionary(label => label.Key, label => label.Value?.ToString()
            ?? "", StringComparer.Ordinal) ?? [];

    /// <summary>How names of variables are compared: Windows does not tell upper from lower case.</summary>
    internal StringComparer VariableNames => Platform.IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private JsonObject? Settings => _root["config"] as JsonObject;

    private JsonArray? History => _root["history"] as JsonArray;

    /// <summary>Reads a config.</summary>
    /// <param name="document">The raw bytes.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    public static ImageConfig Read(RawDocument document, string origin)
    {
        var config = new ImageConfig(OciJson.ReadObject(document.Content.Span, "config", origin), new MemoryBlob(document));
        try
        {
            _ = (config.DiffIds, config.Entrypoint, config.Command);
            return config.Platform is { Os.Length: > 0, Architecture.Length: > 0 } && config.Labels is not null
                ? config
                : throw new ContainerizeException(
                    DiagnosticCode.InvalidDocument,
                    $"The config of {origin} names no operating system or architecture, so it is not an image that can be built upon.");
        }
        catch (InvalidOperationException failure)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The config of {origin} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The config of an image without layers.</summary>
    public static ImageConfig Scratch(Platform platform)
    {
        var root = new JsonObject { ["architecture"] = platform.Architecture, ["os"] = platform.Os };
        foreach (var (member, value) in new[] { ("variant", platform.Variant), ("os.version", platform.OsVersion) })
        {
            if (value is not null)
            {
                root[member] = value;
            }
        }

        root["config"] = new JsonObject();
        root["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        root["history"] = new JsonArray();
        return Create(root, MediaTypes.OciConfig);
    }

    /// <summary>The same config without what engines and registries refuse.</summary>
    /// <returns>The config, and what was mended, for users. Nothing: it is this config.</returns>
    internal (ImageConfig Config, IReadOnlyList<string> Repairs) Mend()
    {
        IReadOnlyList<string> repairs = [];
        var mended = Change(root => repairs = ConfigRepair.Mend(root));
        return repairs.Count == 0 ? (this, repairs) : (mended, repairs);
    }

    /// <summary>The same config with layers on top, one history entry each.</summary>
    /// <param name="layers">The layers, bottom first.</param>
    /// <param name="created">When the layers, and with them the image, count as made.</param>
    /// <returns>The new config.</returns>
    public ImageConfig Append(IEnumerable<HistoryEntry> layers, DateTimeOffset created) => Change(root =>
    {
        var time = Rfc3339(created);
        var diffIds = Array(Object(root, "rootfs"), "diff_ids");
        var history = Array(root, "history");
        ConfigHistory.Fill(history, diffIds.Count);
        foreach (var entry in layers)
        {
            diffIds.Add((JsonNode)entry.DiffId.ToString());
            history.Add((JsonNode)new JsonObject { ["created"] = time, ["created_by"] = entry.CreatedBy, ["comment"] = entry.Comment });
        }

        root["created"] = time;
    });

    /// <summary>The same config with what another image has above its base: layers, their history, and the time of the image.</summary>
    /// <param name="image">The other image's config.</param>
    /// <param name="below">The config of that image's base.</param>
    /// <returns>The new config.</returns>
    internal ImageConfig Append(ImageConfig image, ImageConfig below) => Change(root =>
    {
        var diffIds = Array(Object(root, "rootfs"), "diff_ids");
        var history = Array(root, "history");
        ConfigHistory.Fill(history, diffIds.Count);
        foreach (var diffId in image.DiffIds.Skip(below.DiffIds.Count))
        {
            diffIds.Add((JsonNode)diffId.ToString());
        }

        foreach (var entry in ConfigHistory.Above(image.History, below.History, below.DiffIds.Count))
        {
            history.Add(entry?.DeepClone());
        }

        // Other tools say nothing of some layers.
        ConfigHistory.Fill(history, diffIds.Count);
        if (image._root["created"] is { } created)
        {
            root["created"] = created.DeepClone();
        }
        else
        {
            root.Remove("created");
        }
    });

    /// <summary>The same config with run settings that <see cref="ImageSettings"/> does not have, as they are.</summary>
    /// <returns>The new config.</returns>
    internal ImageConfig With(IEnumerable<KeyValuePair<string, JsonNode>> others) => Change(root =>
    {
        var config = Object(root, "config");
        foreach (var (name, value) in others)
        {
            config[name] = value.DeepClone();
        }
    });

    /// <summary>The same config with other run settings.</summary>
    /// <returns>The new config.</returns>
    public ImageConfig With(ImageSettings settings) => Change(root =>
    {
        ConfigSettings.Apply(settings, Object(root, "config"), VariableNames);
        // Says how a Windows or Docker build made the image; it would be wrong for ours.
        root.Remove("container");
        root.Remove("container_config");
    });

    internal ImageConfig WithMediaType(string mediaType) =>
        mediaType == Blob.Descriptor.MediaType ? this : new(_root, new MemoryBlob(mediaType, Blob.Content.ToArray()));

    private static ImageConfig Create(JsonObject root, string mediaType) => new(root, new MemoryBlob(mediaType, OciJson.Write(root)));

    private ImageConfig Change(Action<JsonObject> change)
    {
        var root = (JsonObject)_root.DeepClone();
        change(root);
        return Create(root, Blob.Descriptor.MediaType);
    }

    /// <summary>A time as all documents of an image write it: RFC 3339, UTC, to the second.</summary>
    internal static string Rfc3339(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
