using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>
/// MSBuild writes environment variables into logs that keep everything: those of .NET, or all when it is told to, passwords included. A
/// task cannot keep them out; it can say so before the log is shown to others.
/// </summary>
internal static class LoggedSecrets
{
    private const string DotNetPrefix = "DOTNET_";

    /// <summary>Warns when a password will be in this build's log.</summary>
    /// <param name="engine">Knows how much the loggers take.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="reporter">Takes the warning.</param>
    internal static void Warn(IBuildEngine engine, IReadOnlyDictionary<string, string> variables, IReporter reporter)
    {
        var log = variables.GetValueOrDefault("MSBUILDBINARYLOGGERENABLED") is { Length: > 0 } ? "a binary log"
            // The one thing that MSBuild switches on for the verbosity 'diagnostic', of the console or of a file, and for nothing below it.
            : engine is IBuildEngine10 { EngineServices.IsTaskInputLoggingEnabled: true } ? "a log of the verbosity 'diagnostic'"
            : null;
        var isAllLogged = variables.GetValueOrDefault("MSBUILDLOGALLENVIRONMENTVARIABLES") is { Length: > 0 };
        var found = variables.Where(variable => variable.Value.Length > 0 && IsPassword(variable.Key))
            .Select(variable => variable.Key)
            .Where(name => isAllLogged || name.StartsWith(DotNetPrefix, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (log is not null && found is not null)
        {
            reporter.Warning(
                DiagnosticCode.SecretInBuildLog,
                $"This build writes {log}, and MSBuild writes the variable {found} into it. Give the password as "
                + $"CONTAINERIZE_REGISTRY_<HOST>_PASSWORD without MSBUILDLOGALLENVIRONMENTVARIABLES instead, use 'docker login', or keep " +
                    $"the log private.");
        }
    }

    private static bool IsPassword(string variable) =>
        (variable.Contains("CONTAINER", StringComparison.OrdinalIgnoreCase)
            && variable.EndsWith("_PWORD", StringComparison.OrdinalIgnoreCase))
        || (variable.StartsWith("CONTAINERIZE_REGISTRY_", StringComparison.OrdinalIgnoreCase)
        && variable.EndsWith("_PASSWORD", StringComparison.OrdinalIgnoreCase))
        || variable.Equals("DOCKER_AUTH_CONFIG", StringComparison.OrdinalIgnoreCase);
}
