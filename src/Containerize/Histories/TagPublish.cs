using Containerize.Files;

namespace Containerize.Histories;

/// <summary>
/// Publishes a project as it was at a tag: with <c>dotnet publish</c>, which restores and builds it, and with the properties of this build.
/// </summary>
internal sealed class TagPublish
{
    // The .NET SDK tells its programs by these which version it is; the tag may want another one. Names of the directories of this build's
    // own project do not hold there either.
    private static readonly Dictionary<string, string?> s_variables = new(StringComparer.Ordinal)
    {
        ["MSBuildSDKsPath"] = null,
        ["MSBuildExtensionsPath"] = null,
        ["MSBUILD_EXE_PATH"] = null,
        ["MSBuildLoadMicrosoftTargetsReadOnly"] = null,
        ["DOTNET_HOST_PATH"] = null,
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
    };

    // Where output goes is for this class to say: it must not go where that of the user's own build lies.
    private static readonly HashSet<string> s_places = new(StringComparer.OrdinalIgnoreCase)
    {
        "PublishDir", "PublishUrl", "OutDir", "OutputPath", "BaseOutputPath", "IntermediateOutputPath", "BaseIntermediateOutputPath",
        "MSBuildProjectExtensionsPath", "ArtifactsPath", "PackageOutputPath", "PublishProfile", "NoBuild", "NoRestore",
        "MSBuildRestoreSessionId", "CurrentSolutionConfigurationContents",
    };

    private readonly string _dotnet;
    private readonly string _root;
    private readonly string _project;
    private readonly IReadOnlyDictionary<string, string> _properties;

    /// <param name="dotnet">The full path of the program <c>dotnet</c>.</param>
    /// <param name="root">The directory of the git repository, a full path.</param>
    /// <param name="project">The project's path below it.</param>
    /// <param name="properties">The global properties of this build, and what else is to be set.</param>
    internal TagPublish(string dotnet, string root, string project, IReadOnlyDictionary<string, string> properties) =>
        (_dotnet, _root, _project, _properties) = (dotnet, root, project, properties);

    /// <summary>Publishes.</summary>
    /// <param name="tree">The directory of what was checked out.</param>
    /// <param name="output">Where the published files go.</param>
    /// <returns>Why it cannot be published, as the end of a sentence; null when it was.</returns>
    internal async Task<string?> RunAsync(string tree, string output, IReporter reporter, CancellationToken cancellationToken)
    {
        var project = Path.Combine(tree, _project);
        if (!RegularFile.IsThere(project))
        {
            return $"it has no {_project}";
        }

        try
        {
            // A global.json is looked for where the program runs.
            var reply = await ProgramRun.RunAsync(
                _dotnet, Arguments(project, tree, output), null, null, cancellationToken,
                new(Path.GetDirectoryName(project)!, s_variables));
            foreach (var line in reply.Lines)
            {
                reporter.Detail(line);
            }

            return reply.ExitCode == 0 ? null : "it cannot be published: " + Shorten(reply.FirstError, tree);
        }
        catch (ProgramException failure)
        {
            return $"the program {_dotnet} {failure.Message}";
        }
    }

    private string[] Arguments(string project, string tree, string output) =>
    [
        "publish", project, "-nologo", "-v:q", "-nodeReuse:false", "-o", output,
        .. from property in _properties.OrderBy(property => property.Key, StringComparer.Ordinal)
           where !property.Key.StartsWith('_') && !s_places.Contains(property.Key)
               && !property.Key.StartsWith("ContainerizeLayout", StringComparison.OrdinalIgnoreCase)
           select $"-p:{property.Key}={Escape(InTree(property.Value, tree))}",
        // What an old version would deploy is not wanted.
        "-p:ContainerizeOnPublish=false", "-p:DeployOnBuild=false",
    ];

    /// <summary>A path in the repository is one in the worktree.</summary>
    private string InTree(string value, string tree) =>
        value == _root ? tree
        : value.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? tree + value[_root.Length..]
        : value;

    /// <summary>Paths as they are in the repository, and without the project that MSBuild puts behind each error.</summary>
    private static string Shorten(string error, string tree)
    {
        var text = error.Replace(tree + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        var end = text.LastIndexOf(" [", StringComparison.Ordinal);
        return end > 0 && text.EndsWith(']') ? text[..end] : text;
    }

    // MSBuild parts properties of the command line at these.
    private static string Escape(string value) => value.Replace("%", "%25", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
