using Containerize.SupplyChain.Statements;

namespace Containerize.Tests.SupplyChain.Statements;

[TestClass]
internal sealed class BuildOriginTests
{
    [TestMethod]
    public void GitHub_names_the_workflow_and_the_attempt_of_the_run()
    {
        var origin = Of(
            null,
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "team/shop"),
            ("GITHUB_WORKFLOW_REF", "team/shop/.github/workflows/release.yml@refs/heads/main"),
            ("GITHUB_RUN_ID", "17"),
            ("GITHUB_RUN_ATTEMPT", "2"));

        Assert.AreEqual("https://github.com/team/shop/.github/workflows/release.yml@refs/heads/main", origin.Builder);
        Assert.AreEqual("https://github.com/team/shop/actions/runs/17/attempts/2", origin.Invocation);
    }

    [TestMethod]
    public void GitLab_names_the_pipelines_file_and_the_job()
    {
        var origin = Of(
            null,
            ("GITLAB_CI", "true"),
            ("CI_CONFIG_REF_URI", "gitlab.example.com/team/shop//.gitlab-ci.yml@refs/heads/main"),
            ("CI_JOB_URL", "https://gitlab.example.com/team/shop/-/jobs/9"));

        Assert.AreEqual("https://gitlab.example.com/team/shop//.gitlab-ci.yml@refs/heads/main", origin.Builder);
        Assert.AreEqual("https://gitlab.example.com/team/shop/-/jobs/9", origin.Invocation);
    }

    [TestMethod]
    public void Azure_names_the_pipeline_and_the_run()
    {
        var origin = Of(
            null,
            ("TF_BUILD", "True"),
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/org/"),
            ("SYSTEM_TEAMPROJECT", "My Shop"),
            ("SYSTEM_DEFINITIONID", "3"),
            ("BUILD_BUILDID", "44"));

        Assert.AreEqual("https://dev.azure.com/org/My%20Shop/_build?definitionId=3", origin.Builder);
        Assert.AreEqual("https://dev.azure.com/org/My%20Shop/_build/results?buildId=44", origin.Invocation);
    }

    [TestMethod]
    public void What_the_project_says_of_the_builder_counts_and_the_run_is_still_the_systems()
    {
        var origin = Of("https://ci.example.com/shop", ("GITLAB_CI", "true"), ("CI_JOB_URL", "https://ada:secret@gitlab.example.com/9"));

        Assert.AreEqual("https://ci.example.com/shop", origin.Builder);
        Assert.AreEqual("https://gitlab.example.com/9", origin.Invocation);
    }

    [TestMethod]
    public void A_build_outside_of_CI_is_by_an_unknown_builder()
    {
        Assert.AreEqual(new BuildOrigin(BuildOrigin.Unknown, null), Of(null, ("GITHUB_RUN_ID", "17")));
        Assert.AreEqual(new BuildOrigin(BuildOrigin.Unknown, null), Of(null, ("GITHUB_ACTIONS", "true")));
    }

    [TestMethod]
    [DataRow("https://ada:pass@example.com/shop.git", "https://example.com/shop.git")]
    [DataRow("https://token@example.com", "https://example.com")]
    [DataRow("one https://a:b@c@d/e@f and ssh://git@host/x", "one https://d/e@f and ssh://host/x")]
    [DataRow("registry.example.com/team@sha256:00", "registry.example.com/team@sha256:00")]
    [DataRow("://", "://")]
    public void Logins_are_removed_from_addresses(string text, string clean) => Assert.AreEqual(clean, Credentials.Strip(text));

    private static BuildOrigin Of(string? builder, params (string Name, string Value)[] variables) =>
        BuildOrigin.Of(name => variables.FirstOrDefault(variable => variable.Name == name).Value, builder);
}
