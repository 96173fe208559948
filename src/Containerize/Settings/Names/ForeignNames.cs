namespace Containerize.Settings.Names;

/// <summary>Names that begin as ours do and are read by others, so they are no typing errors.</summary>
internal static class ForeignNames
{
    // Of Microsoft.NET.Build.Containers.targets; Containerize does not read them.
    private static readonly string[] s_sdk =
    [
        "ContainerBaseDigest", "ContainerBaseImageDigest", "ContainerBaseName", "ContainerBaseRegistry", "ContainerBaseTag",
        "ContainerCustomTasksAssembly", "ContainerCustomTasksFolder", "ContainerEnvironmentVariables", "ContainerTaskFolderName",
        "ContainerTaskFramework",
    ];

    // Of Microsoft.VisualStudio.Azure.Containers.Tools.Targets, which debugs projects with a Dockerfile.
    private static readonly string[] s_visualStudio = ["ContainerDevelopmentMode", "ContainerVsDbgPath"];

    internal static IReadOnlySet<string> All { get; } =
        new HashSet<string>([.. s_sdk, .. s_visualStudio], StringComparer.OrdinalIgnoreCase);
}
