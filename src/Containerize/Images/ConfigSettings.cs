using System.Text.Json.Nodes;
using static Containerize.Images.ConfigMembers;

namespace Containerize.Images;

/// <summary>Writes run settings into a config, over those of the base.</summary>
/// <remarks>OCI image specification, <i>config.md</i>, "config".</remarks>
internal static class ConfigSettings
{
    /// <summary>Sets what the settings name; the rest stays.</summary>
    /// <param name="config">The member <c>config</c> of a config; it is changed.</param>
    /// <param name="variableNames">How names of variables are compared.</param>
    internal static void Apply(ImageSettings settings, JsonObject config, StringComparer variableNames)
    {
        var environment = Merge(Texts(config, "Env"), settings.Environment, variableNames);
        SetOrRemove(config, "Env", environment);
        SetOrRemove(config, "Entrypoint", settings.Entrypoint);
        SetOrRemove(config, "Cmd", settings.Command);
        if (settings.WorkingDirectory is { } directory)
        {
            config["WorkingDir"] = directory;
        }

        if (settings.User is { } user)
        {
            config["User"] = user;
        }

        if (settings.ExposedPorts.Count > 0)
        {
            var ports = Object(config, "ExposedPorts");
            foreach (var port in settings.ExposedPorts)
            {
                ports.TryAdd(port.ToString(), new JsonObject());
            }
        }

        if (settings.Labels.Count > 0)
        {
            var labels = Object(config, "Labels");
            foreach (var (name, value) in settings.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            {
                labels[name] = value;
            }
        }

        if (settings.Volumes.Count > 0)
        {
            var volumes = Object(config, "Volumes");
            foreach (var volume in settings.Volumes)
            {
                volumes.TryAdd(volume, new JsonObject());
            }
        }

        if (settings.StopSignal is { } signal)
        {
            config["StopSignal"] = signal;
        }

        if (settings.Healthcheck is { } healthcheck)
        {
            config["Healthcheck"] = Describe(healthcheck);
        }
    }

    private static List<string> Merge(
        IReadOnlyList<string> existing, IReadOnlyDictionary<string, string> variables, StringComparer comparer)
    {
        var changes = new Dictionary<string, string>(comparer);
        foreach (var (name, value) in variables)
        {
            changes[name] = value;
        }

        var merged = existing.Select(variable =>
        {
            var name = variable.Split('=', 2)[0];
            return changes.TryGetValue(name, out var value) ? $"{name}={value}" : variable;
        }).ToList();
        var names = existing.Select(variable => variable.Split('=', 2)[0]).ToHashSet(comparer);
        merged.AddRange(changes.Where(change => !names.Contains(change.Key)).OrderBy(change => change.Key, StringComparer.Ordinal)
            .Select(change => $"{change.Key}={change.Value}"));
        return merged;
    }

    private static JsonObject Describe(Healthcheck healthcheck)
    {
        var json = new JsonObject { ["Test"] = new JsonArray([.. healthcheck.Test.Select(part => (JsonNode)part)]) };
        foreach (
            var (name, time) in new[]
            {
                ("Interval", healthcheck.Interval),
                ("Timeout", healthcheck.Timeout),
                ("StartPeriod", healthcheck.StartPeriod),
                ("StartInterval", healthcheck.StartInterval),
            })
        {
            if (time is { } value)
            {
                json[name] = value.Ticks * TimeSpan.NanosecondsPerTick;
            }
        }

        if (healthcheck.Retries is { } retries)
        {
            json["Retries"] = retries;
        }

        return json;
    }
}
