namespace Containerize.IntegrationTests.Tools;

/// <summary>Which process does a test's build. The command line is the same.</summary>
internal enum BuildHost
{
    /// <summary>
    /// A server of MSBuild, which earlier builds have warmed. It gets the variables and the directory of each build, and what a task
    /// keeps for a build ends with the build.
    /// </summary>
    Server,

    /// <summary>
    /// The command's own process, for tests of what belongs to one: its command line, what it writes when it ends, its logs, culture,
    /// limits and mounts, what .NET reads once in a process, and builds that must not know of one another.
    /// </summary>
    OwnProcess,
}
