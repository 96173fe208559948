using System.Text.Json;

namespace Containerize.Starting;

/// <summary>
/// Whether a web app listens where others reach it. With nothing set, ASP.NET Core listens on localhost, which inside of a container is
/// the container alone.
/// </summary>
/// <remarks>ASP.NET Core, "Configure endpoints for the ASP.NET Core Kestrel web server".</remarks>
internal static class ListeningCheck
{
    private static readonly JsonDocumentOptions s_lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    // A host reads these variables, in any case, and no others; the first that is set wins (since .NET 7). Settings files come after
    // those without a prefix, and before the others.
    private static readonly string[] s_own = [""];
    private static readonly string[] s_hosts = ["DOTNET_", "ASPNETCORE_"];
    private static readonly string[] s_ports = ["HTTP_PORTS", "HTTPS_PORTS"];
    private static readonly string[] s_local = ["localhost", "127.", "[::1]"];

    /// <param name="files">The image.</param>
    /// <param name="app">The app.</param>
    /// <param name="use">What the app uses.</param>
    /// <param name="line">The command line of the app.</param>
    internal static StartFinding? Check(StartedImage files, DotnetApp app, Lazy<AssemblyUse> use, IReadOnlyList<string> line)
    {
        if (app.Config is not { IsWeb: true })
        {
            return null;
        }

        // Endpoints of Kestrel win over addresses, and addresses over ports.
        IReadOnlyList<JsonElement> settings = [.. Settings(files, app, line)];
        var addresses = Endpoints(files, settings).DefaultIfEmpty(Setting(files, settings, line, "URLS")).OfType<string>().ToList();
        var isLocal = addresses.Count > 0
            ? addresses.TrueForAll(IsLocal)
            : s_ports.All(ports => Setting(files, settings, line, ports) is null);
        if (!isLocal || !use.Value.IsServer || use.Value.ChoosesAddress)
        {
            return null;
        }

        Message where = addresses.Count > 0 ? $" ({string.Join(", ", addresses)})" : $", as nothing says where else";
        // Ports do not win over addresses.
        Message cure = addresses.Count > 0
            ? (Message)$"Say http://+:8080 where that is said: in a variable, on the command line or in a settings file."
            : $"Add <ContainerEnvironmentVariable Include=\"ASPNETCORE_HTTP_PORTS\" Value=\"8080\" />.";
        return StartFinding.Likely(
            DiagnosticCode.StartListensLocally,
            $"The app will listen on localhost only{where}: nothing outside of the container reaches it. {cure}");
    }

    private static string? Setting(
        StartedImage files, IReadOnlyList<JsonElement> settings, IReadOnlyList<string> line, string name) =>
        Argument(line, name)
        ?? Variable(files, s_own, name)
        ?? settings.Select(each => Text(each, name)).FirstOrDefault(text => text is { Length: > 0 })
        ?? Variable(files, s_hosts, name);

    // --name value, --name=value, the same with a slash, and name=value; the last one wins.
    private static string? Argument(IReadOnlyList<string> line, string name)
    {
        for (var index = line.Count - 1; index >= 0; index--)
        {
            var word = line[index].AsSpan();
            var start = word.StartsWith("--") ? 2 : word is ['/', ..] ? 1 : 0;
            var end = word.IndexOf('=') is >= 0 and var at ? at : word.Length;
            var isValueNext = end == word.Length;
            if (end > start && word[start..end].Equals(name, StringComparison.OrdinalIgnoreCase)
                && (!isValueNext || (start > 0 && index + 1 < line.Count)))
            {
                return isValueNext ? line[index + 1] : line[index][(end + 1)..];
            }
        }

        return null;
    }

    private static string? Variable(StartedImage files, string[] prefixes, string name) => prefixes
        .Select(prefix => files.Variables.FirstOrDefault(
            variable => variable.Key.Equals(prefix + name, StringComparison.OrdinalIgnoreCase)).Value)
        .FirstOrDefault(value => value is { Length: > 0 });

    private static IEnumerable<string> Endpoints(StartedImage files, IReadOnlyList<JsonElement> settings) =>
        files.Variables.Where(variable => variable.Key.EndsWith("__Url", StringComparison.OrdinalIgnoreCase)
                && s_own.Concat(s_hosts).Any(
                    prefix => variable.Key.StartsWith(prefix + "Kestrel__Endpoints__", StringComparison.OrdinalIgnoreCase)))
            .Select(variable => variable.Value)
            .Concat(settings.SelectMany(each =>
                Find(each, "Kestrel") is { } kestrel && Find(kestrel, "Endpoints") is { ValueKind: JsonValueKind.Object } endpoints
                    ? endpoints.EnumerateObject().Select(endpoint => Text(endpoint.Value, "Url")).OfType<string>()
                    : []));

    private static bool IsLocal(string addresses) => addresses.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .All(address => address.IndexOf("://", StringComparison.Ordinal) is > 0 and var at
            && s_local.Any(local => address.AsSpan(at + 3).StartsWith(local, StringComparison.OrdinalIgnoreCase)));

    // That of the environment wins. A file elsewhere is none of its names.
    private static IEnumerable<JsonElement> Settings(StartedImage files, DotnetApp app, IReadOnlyList<string> line)
    {
        var environment = Argument(line, "ENVIRONMENT") ?? Variable(files, s_hosts, "ENVIRONMENT") ?? "Production";
        foreach (var name in new[] { $"appsettings.{environment}.json", "appsettings.json" })
        {
            if (!name.Contains('/', StringComparison.Ordinal)
                && files.ReadText($"{app.Directory}/{name}") is { } text && Parse(text) is { } settings)
            {
                yield return settings;
            }
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text, s_lenient);
        }
        catch (JsonException)
        {
            // The app will say it.
            return null;
        }
    }

    // Names of configuration are compared without case.
    private static JsonElement? Find(JsonElement parent, string name)
    {
        if (parent.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in parent.EnumerateObject())
            {
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return member.Value;
                }
            }
        }

        return null;
    }

    private static string? Text(JsonElement parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
