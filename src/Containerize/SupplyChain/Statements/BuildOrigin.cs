namespace Containerize.SupplyChain.Statements;

/// <summary>Who built an image, and in which run.</summary>
/// <param name="Builder">What identifies the builder, as a URI: the workflow of a CI system, at the commit's branch or tag.</param>
/// <param name="Invocation">The address of the run; null when it is not known.</param>
internal sealed record BuildOrigin(string Builder, string? Invocation)
{
    /// <summary>The builder of a build that says nothing of where it runs.</summary>
    internal const string Unknown = "https://containerize.invalid/builder/unknown";

    /// <summary>Finds out who builds, by the variables that CI systems set.</summary>
    /// <param name="variables">The value of an environment variable; null when it is not set.</param>
    /// <param name="builder">What the project says of it; null when it says nothing.</param>
    internal static BuildOrigin Of(Func<string, string?> variables, string? builder)
    {
        var found = IsTrue("GITHUB_ACTIONS") ? GitHub(Value)
            : IsTrue("GITLAB_CI") ? GitLab(Value)
            : IsTrue("TF_BUILD") ? Azure(Value)
            : new BuildOrigin(Unknown, null);
        return builder is null ? found : found with { Builder = builder };

        bool IsTrue(string name) => "true".Equals(variables(name), StringComparison.OrdinalIgnoreCase);

        string Value(string name) => Credentials.Strip((variables(name) ?? "").TrimEnd('/'));
    }

    private static BuildOrigin GitHub(Func<string, string> value)
    {
        var (server, workflow, run) = (value("GITHUB_SERVER_URL"), value("GITHUB_WORKFLOW_REF"), value("GITHUB_RUN_ID"));
        var attempt = value("GITHUB_RUN_ATTEMPT") is { Length: > 0 } number ? $"/attempts/{number}" : "";
        return new(
            server.Length > 0 && workflow.Length > 0 ? $"{server}/{workflow}" : Unknown,
            server.Length > 0 && run.Length > 0 ? $"{server}/{value("GITHUB_REPOSITORY")}/actions/runs/{run}{attempt}" : null);
    }

    private static BuildOrigin GitLab(Func<string, string> value) => new(
        // Without a scheme: "gitlab.example.com/team/shop//.gitlab-ci.yml@refs/heads/main".
        value("CI_CONFIG_REF_URI") is { Length: > 0 } pipeline ? $"https://{pipeline}"
            : value("CI_PROJECT_URL") is { Length: > 0 } project ? project : Unknown,
        value("CI_JOB_URL") is { Length: > 0 } job ? job : null);

    private static BuildOrigin Azure(Func<string, string> value)
    {
        var (collection, project) = (value("SYSTEM_COLLECTIONURI"), Uri.EscapeDataString(value("SYSTEM_TEAMPROJECT")));
        var (definition, build) = (value("SYSTEM_DEFINITIONID"), value("BUILD_BUILDID"));
        return new(
            collection.Length > 0 && definition.Length > 0 ? $"{collection}/{project}/_build?definitionId={definition}" : Unknown,
            collection.Length > 0 && build.Length > 0 ? $"{collection}/{project}/_build/results?buildId={build}" : null);
    }
}
