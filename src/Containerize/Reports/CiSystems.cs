using Containerize.Files;

namespace Containerize.Reports;

/// <summary>Finds the CI system that runs this build, and tells it of the image. Not telling it fails no build.</summary>
internal static class CiSystems
{
    /// <summary>Tells all systems whose variables are set.</summary>
    /// <param name="variables">The environment.</param>
    /// <param name="directory">The project's own directory, for files that a system takes by name.</param>
    /// <param name="reporter">Takes the warning of what could not be written.</param>
    /// <returns>Lines to print for the system, each on a line of its own.</returns>
    internal static async Task<IReadOnlyList<Message>> TellAsync(
        PublishedImage published,
        IReadOnlyDictionary<string, string> variables,
        string directory,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var lines = new List<Message>();
        foreach (var system in Find(variables, directory))
        {
            try
            {
                lines.AddRange(await system.TellAsync(published, cancellationToken));
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                reporter.Warning(
                    DiagnosticCode.CiOutputFailed,
                    $"The image is made, but {system.Name} could not be told of it: {failure.Message} "
                        + $"Set ContainerizeCIOutput to false if it need not be told.");
            }
        }

        return lines;
    }

    /// <summary>Full paths of the files that systems are told by, which may lie in the project's directory.</summary>
    /// <inheritdoc cref="TellAsync"/>
    internal static IEnumerable<string> Files(IReadOnlyDictionary<string, string> variables, string directory) =>
        Find(variables, directory).SelectMany(system => system.Files);

    private static IEnumerable<ICiSystem> Find(IReadOnlyDictionary<string, string> variables, string directory)
    {
        if (IsTrue("GITHUB_ACTIONS"))
        {
            yield return new GitHubActions(
                variables.GetValueOrDefault("GITHUB_OUTPUT"), variables.GetValueOrDefault("GITHUB_STEP_SUMMARY"));
        }

        if (IsTrue("GITLAB_CI") && variables.GetValueOrDefault("CI_PROJECT_DIR") is { Length: > 0 } project)
        {
            yield return new GitLabJob(Path.Combine(project, GitLabJob.FileName));
        }

        if (IsTrue("TF_BUILD"))
        {
            yield return new AzurePipelines(Path.Combine(directory, AzurePipelines.FileName));
        }

        bool IsTrue(string name) => variables.GetValueOrDefault(name) is "true" or "True";
    }
}
