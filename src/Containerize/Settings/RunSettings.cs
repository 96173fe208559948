using System.Text.RegularExpressions;
using Containerize.Images;
using Containerize.Layers.Windows;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>Reads how the image runs: its command, directory, user, variables, ports, volumes, signal and health check.</summary>
/// <param name="project">What the project says.</param>
/// <param name="platform">What the image is for.</param>
internal sealed partial class RunSettings(ProjectSettings project, Platform platform)
{
    private readonly Item _item = project.One(ItemKind.Image);

    /// <summary>The user; null for the base's.</summary>
    internal string? User => SettingText.NullIfEmpty(_item["User"]);

    internal IReadOnlyList<Port> Ports => [.. project.Of(ItemKind.Port).Select(port => Port.Parse(port.Identity, port["Type"]))];

    internal IReadOnlyDictionary<string, string> Labels => project.Of(ItemKind.Label).LastOfEach();

    /// <summary>The working directory, which is also where the published files go: absolute, with <c>/</c>.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal string WorkingDirectory()
    {
        var directory = SettingText.ImagePath(_item["WorkingDirectory"], platform.IsWindows);
        if (!directory.StartsWith('/') || directory.Split('/').Contains("..") || directory.Contains('\0', StringComparison.Ordinal))
        {
            var example = platform.IsWindows ? @"C:\app" : "/app";
            throw SettingText.Invalid(
                $"ContainerWorkingDirectory '{directory}' is not an absolute path in the image. Write it like '{example}'.");
        }

        return "/" + string.Join('/', directory.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }

    /// <summary>Environment variables; the last value of a name counts.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal IReadOnlyDictionary<string, string> Environment()
    {
        var variables = project.Of(ItemKind.EnvironmentVariable).LastOfEach();
        return variables.Keys.FirstOrDefault(name => name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')) is { } wrong
            ? throw SettingText.Invalid($"ContainerEnvironmentVariable '{wrong}' is not a name of a variable. "
                + $"Write <ContainerEnvironmentVariable Include=\"NAME\" Value=\"value\" />.")
            : variables;
    }

    /// <summary>How the app is started.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal ImageCommand Command() => new()
    {
        Entrypoint = [.. Arguments(ItemKind.Entrypoint).Select(Program)],
        EntrypointArgs = Arguments(ItemKind.EntrypointArgs),
        DefaultArgs = Arguments(ItemKind.DefaultArgs),
        AppCommand = [.. Arguments(ItemKind.AppCommand).Select(Program)],
        AppCommandArgs = Arguments(ItemKind.AppCommandArgs),
        Instruction = Instruction(),
    };

    /// <summary>Which instruction starts the app.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal AppCommandInstruction Instruction() =>
        SettingText.Choice("ContainerAppCommandInstruction", _item["AppCommandInstruction"], AppCommandInstruction.Unset);

    /// <summary>Directories whose content outlives a container.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal IReadOnlyList<string> Volumes() => [.. project.Of(ItemKind.Volume).Select(Volume).Distinct()];

    /// <summary>The signal that ends the app; null for the base's.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal string? StopSignal() => _item["StopSignal"] switch
    {
        "" => null,
        var text when Signal().IsMatch(text) => text,
        var text => throw SettingText.Invalid(
            $"ContainerStopSignal '{text}' is not a signal. Write its name, like SIGTERM or SIGRTMIN+3, or its number."),
    };

    /// <summary>The check; null for the base's. Several items are one command; each setting stands on the first that has it.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal Healthcheck? Healthcheck()
    {
        IReadOnlyList<Item> parts = [.. project.Of(ItemKind.Healthcheck)];
        return parts.Count == 0 ? null : Images.Healthcheck.Of([.. parts.Select(part => part.Identity)]) with
        {
            Interval = Time("Interval"),
            Timeout = Time("Timeout"),
            StartPeriod = Time("StartPeriod"),
            StartInterval = Time("StartInterval"),
            Retries = Find("Retries") is { } retries
                ? SettingText.Number("Retries", retries, unset: 0, least: 1, int.MaxValue, "ContainerHealthcheck") : null,
        };

        string? Find(string name) => parts.Select(part => part[name]).FirstOrDefault(text => text.Length > 0);

        TimeSpan? Time(string name) =>
            Find(name) is not { } text ? null
            : Duration.TryParse(text, out var time) && time >= Images.Healthcheck.Shortest ? time
            : throw SettingText.Invalid($"The {name} '{text}' of ContainerHealthcheck is not a time of at least a millisecond. "
                + $"Write it like 30s, 1m30s or 00:00:30.");
    }

    private string[] Arguments(ItemKind kind) => [.. project.Of(kind).Select(argument => argument.Identity)];

    // On Linux, MSBuild turns '\' in an item into '/', and Windows wants it back where a program is named.
    private string Program(string part)
    {
        if (!platform.IsWindows)
        {
            return part;
        }

        var (path, directory) = (WindowsPath.Read(part), WorkingDirectory());
        var prefix = directory == "/" ? directory : $"{directory}/";
        return path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? WindowsPath.Write(path) : part;
    }

    private string Volume(Item item)
    {
        var path = platform.IsWindows ? SettingText.ImagePath(item.Identity.Trim(), isWindows: true) : item.Identity.Trim();
        return path.StartsWith('/') && path.Length > 1 && !path.Split('/').Contains("..")
            ? path
            : throw SettingText.Invalid($"ContainerVolume '{path}' is not an absolute path in the image. Write it like '/data'.");
    }

    [GeneratedRegex(@"\A((SIG)?[A-Z]{2,6}[0-9]?([+-][0-9]{1,2})?|[0-9]{1,2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Signal();
}
