namespace Containerize.MSBuild;

/// <summary>What MSBuild writes into its logs.</summary>
internal static class BuildLog
{
    /// <summary>Warns of passwords in binary logs: MSBuild writes .NET's variables there, and only the user can keep them out.</summary>
    internal static void WarnOfSecrets(IReporter reporter)
    {
        string[] names =
            ["DOTNET_CONTAINER_PUSH_REGISTRY_PWORD", "DOTNET_CONTAINER_PULL_REGISTRY_PWORD", "DOTNET_CONTAINER_REGISTRY_PWORD"];
        if (Environment.GetEnvironmentVariable("MSBUILDBINARYLOGGERENABLED") is { Length: > 0 }
            && Array.Find(names, name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }) is { } found)
        {
            reporter.Warning(
                DiagnosticCode.SecretInBuildLog,
                $"This build writes a binary log, and MSBuild writes the variable {found} into it. Give the password as "
                    + $"CONTAINERIZE_REGISTRY_<HOST>_PASSWORD instead, use 'docker login', or keep the log to yourself.");
        }
    }
}
