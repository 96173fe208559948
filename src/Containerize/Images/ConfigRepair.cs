using System.Globalization;
using System.Text.Json.Nodes;

namespace Containerize.Images;

/// <summary>
/// Mends what makes a base's config invalid for engines and registries, though it can be built upon: its image would be refused, or not
/// start, long after this build. Each repair is told.
/// </summary>
/// <remarks>OCI image specification, <i>config.md</i>; OCI runtime specification, <i>config.md</i>, "process".</remarks>
internal sealed class ConfigRepair
{
    private readonly JsonObject _root;
    private readonly List<string> _repairs = [];

    private ConfigRepair(JsonObject root) => _root = root;

    /// <summary>Mends a config.</summary>
    /// <param name="root">The config; it is changed.</param>
    /// <returns>What was mended, for users.</returns>
    internal static IReadOnlyList<string> Mend(JsonObject root)
    {
        var repair = new ConfigRepair(root);
        repair.MendRootfs();
        repair.MendHistory();
        if (root["config"] is JsonObject settings)
        {
            repair.MendEnvironment(settings);
            repair.MendLabels(settings);
            repair.MendSet(settings, "ExposedPorts");
            repair.MendSet(settings, "Volumes");
            repair.MendHealthcheck(settings);
            repair.RemoveTriggers(settings);
        }

        return repair._repairs;
    }

    /// <summary>Whether a variable has a name that engines take: each stands as <c>NAME=value</c>.</summary>
    internal static bool IsVariable(string variable) =>
        variable.Split('=', 2) is [var name, _] && !string.IsNullOrWhiteSpace(name) && !variable.Contains('\0', StringComparison.Ordinal);

    private void MendRootfs()
    {
        if (_root["rootfs"] is JsonObject rootfs && TextOf(rootfs["type"]) != "layers")
        {
            rootfs["type"] = "layers";
            _repairs.Add("its rootfs has no type");
        }
    }

    private void MendHistory()
    {
        if (_root["history"] is not JsonArray history)
        {
            Remove(_root, "history", "its history is no list");
            return;
        }

        RemoveFrom(history, entry => entry is not JsonObject, "its history has entries that say nothing");
        var entries = history.OfType<JsonObject>().ToList();
        var undated = entries.Where(entry => entry["created"] is { } created && !IsTime(created)).ToList();
        undated.ForEach(entry => entry.Remove("created"));
        if (undated.Count > 0)
        {
            _repairs.Add("its history has times that are none");
        }

        var layers = ((_root["rootfs"] as JsonObject)?["diff_ids"] as JsonArray)?.Count ?? 0;
        var surplus = entries.Where(entry => !IsEmpty(entry)).Skip(layers).ToList();
        // Which ones made no layer is not known; those on top are usually settings.
        surplus.ForEach(entry => entry["empty_layer"] = true);
        if (surplus.Count > 0)
        {
            _repairs.Add(
                string.Create(CultureInfo.InvariantCulture, $"its history tells of {layers + surplus.Count} layers, and it has {layers}"));
        }
    }

    private void MendEnvironment(JsonObject settings)
    {
        if (settings["Env"] is not JsonArray environment)
        {
            Remove(settings, "Env", "its environment is no list");
            return;
        }

        for (var index = 0; index < environment.Count; index++)
        {
            // The name of a variable that is set to nothing.
            if (TextOf(environment[index]) is { Length: > 0 } name && !name.Contains('=', StringComparison.Ordinal)
                && IsVariable(name + "="))
            {
                environment[index] = name + "=";
                _repairs.Add($"the variable {name} has no value");
            }
        }

        RemoveFrom(environment, variable => TextOf(variable) is not { } text
            || !IsVariable(text), "its environment has variables without a name");
    }

    private void MendLabels(JsonObject settings)
    {
        if (settings["Labels"] is not JsonObject labels)
        {
            Remove(settings, "Labels", "its labels have no names");
            return;
        }

        foreach (var (name, value) in labels.ToList())
        {
            if (TextOf(value) is null)
            {
                labels[name] = value?.ToJsonString() ?? "";
                _repairs.Add($"the label {name} is no text");
            }
        }
    }

    // A set is written as an object whose values are empty objects.
    private void MendSet(JsonObject settings, string member)
    {
        if (settings[member] is JsonArray list)
        {
            var set = new JsonObject();
            foreach (var name in list.Select(TextOf).OfType<string>().Where(name => name.Length > 0))
            {
                set.TryAdd(name, new JsonObject());
            }

            settings[member] = set;
            _repairs.Add($"{member} is a list");
        }
        else if (settings[member] is not JsonObject)
        {
            Remove(settings, member, $"{member} has no names");
        }
    }

    // What is left of a check without its test would be another check.
    private void MendHealthcheck(JsonObject settings)
    {
        if (settings["Healthcheck"] is not JsonObject healthcheck
            || (healthcheck["Test"] is { } test && !ConfigMembers.IsTexts(test)))
        {
            Remove(settings, "Healthcheck", "its health check is none that engines read");
        }
    }

    // They are for Dockerfiles built upon the base. Nothing runs them here, and they are not to wait for the next Dockerfile.
    private void RemoveTriggers(JsonObject settings)
    {
        if (settings["OnBuild"] is JsonArray { Count: > 0 } triggers)
        {
            _repairs.Add(
                $"it has ONBUILD steps, which only 'docker build' runs " +
                $"({string.Join("; ", triggers.Select(trigger => trigger?.ToString()))})");
            settings.Remove("OnBuild");
        }
    }

    private void Remove(JsonObject parent, string member, string why)
    {
        if (parent[member] is not null)
        {
            parent.Remove(member);
            _repairs.Add(why);
        }
    }

    private void RemoveFrom(JsonArray list, Predicate<JsonNode?> isWrong, string why)
    {
        var count = list.Count;
        for (var index = list.Count - 1; index >= 0; index--)
        {
            if (isWrong(list[index]))
            {
                list.RemoveAt(index);
            }
        }

        if (list.Count < count)
        {
            _repairs.Add(why);
        }
    }

    private static bool IsEmpty(JsonObject entry) =>
        entry["empty_layer"] is JsonValue value && value.TryGetValue<bool>(out var isEmpty) && isEmpty;

    private static bool IsTime(JsonNode node) =>
        DateTimeOffset.TryParse(TextOf(node), CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && TextOf(node)!.Contains('T', StringComparison.Ordinal);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
