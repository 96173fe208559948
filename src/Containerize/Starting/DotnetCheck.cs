using Containerize.Programs;
using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>
/// Whether the image has the .NET that an app needs: the host that resolves frameworks, and the frameworks in a version that the app
/// accepts.
/// </summary>
/// <remarks>dotnet/runtime, <i>docs/design/features/framework-version-resolution.md</i> and <i>multilevel-sharedfx-lookup.md</i>.</remarks>
internal static class DotnetCheck
{
    /// <summary>The program that starts apps of .NET.</summary>
    internal const string Host = "dotnet";

    // Of Microsoft's packages; of Debian's, Ubuntu's and Alpine's; of Fedora's.
    private static readonly string[] s_places = ["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet"];

    /// <summary>The image has no <c>dotnet</c>, which should start the app.</summary>
    internal static StartFinding NoHost(string name) => StartFinding.Certain(
        DiagnosticCode.StartNoDotnet,
        $"The app needs .NET in the base image, which has no '{name}'. Choose a base image with .NET, or publish the app with its own: "
        + $"<SelfContained>true</SelfContained> with a RuntimeIdentifier.");

    /// <summary>Finds what of .NET is missing.</summary>
    /// <param name="root">Where .NET is that the app runs on; null when there is none, or the app brings its own.</param>
    internal static StartFinding? Check(StartedImage files, DotnetApp app, out string? root)
    {
        root = null;
        if (app.IsSelfContained || app.Config is not { Frameworks: [_, ..] } config)
        {
            return null;
        }

        root = Root(files, app, out var isCertain);
        if (root is null)
        {
            return isCertain ? NoDotnet(app) : null;
        }

        if (!HasResolver(files, root))
        {
            var elsewhere = root;
            root = null;
            return !isCertain ? null : files.FindDirectories("/host/fxr").Any() && !app.UsesHost
                ? StartFinding.Likely(
                    DiagnosticCode.StartNoDotnet,
                    $"'{app.Program}' looks for .NET in '{elsewhere}', and the image has it elsewhere. Set DOTNET_ROOT: "
                    + $"<ContainerEnvironmentVariable Include=\"DOTNET_ROOT\" Value=\"…\" />.")
                : NoDotnet(app);
        }

        return Frameworks(files, root, config);
    }

    private static StartFinding NoDotnet(DotnetApp app) => StartFinding.Certain(
        DiagnosticCode.StartNoDotnet,
        $"'{app.Assembly ?? app.Program}' needs "
        + $"{string.Join(" and ", app.Config!.Frameworks.Select(needed => $"{needed.Name} {needed.Version}"))}, and "
        + $"the base image has no .NET. Choose a base image that has it, or publish the app with its own: "
        + $"<SelfContained>true</SelfContained> with a RuntimeIdentifier.");

    private static string? Root(StartedImage files, DotnetApp app, out bool isCertain)
    {
        isCertain = true;
        if (app.UsesHost)
        {
            // A script that starts the host may look anywhere.
            isCertain = files.ProgramAt(app.Program) is ElfFile;
            return isCertain ? files.DirectoryOf(app.Program) : null;
        }

        var architecture = files.Config.Platform.Architecture == "amd64" ? "X64" : files.Config.Platform.Architecture.ToUpperInvariant();
        foreach (var name in new[] { $"DOTNET_ROOT_{architecture}", "DOTNET_ROOT" })
        {
            if (files.Variables.TryGetValue(name, out var chosen) && chosen.Length > 0)
            {
                return chosen;
            }
        }

        var noted = KeptFiles.DotnetLocations.Select(files.ReadText).FirstOrDefault(text => text is not null)?.Trim();
        return noted is { Length: > 0 } ? noted : s_places.FirstOrDefault(place => HasResolver(files, place)) ?? s_places[0];
    }

    private static bool HasResolver(StartedImage files, string root) =>
        files.NamesIn($"{root}/host/fxr").Any(version => files.Find($"{root}/host/fxr/{version}")?.Children is not null);

    private static StartFinding? Frameworks(StartedImage files, string root, RuntimeConfig config)
    {
        var policy = files.Variables.GetValueOrDefault("DOTNET_ROLL_FORWARD") is { Length: > 0 } chosen ? chosen
            : config.RollForward ?? "Minor";
        foreach (var (name, version) in config.Frameworks)
        {
            var there = files.NamesIn($"{root}/shared/{name}").Order(StringComparer.Ordinal).ToList();
            if (!there.Exists(other => RuntimeConfig.Accepts(version, other, policy)))
            {
                Message has = there.Count == 0 ? $"has no {name}" : $"has {name} {string.Join(", ", there)}";
                return StartFinding.Certain(
                    DiagnosticCode.StartFrameworkMissing,
                    $"The app needs {name} {version} or what it accepts for it (roll forward: {policy}), and .NET in '{root}' of the base "
                    + $"image {has}. Choose a base image with a version that fits, set RollForward, or publish the app with its own .NET "
                    + $"(SelfContained).");
            }
        }

        return null;
    }
}
