using Containerize.IntegrationTests.Tools;

namespace Containerize.IntegrationTests;

/// <summary>Publishes that make an image by themselves: by a property for a whole repository, or by a publish profile.</summary>
[TestClass]
internal sealed class PublishHookTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <PropertyGroup Condition="$(Case.Contains('profile'))"><PublishProfile>DefaultContainer</PublishProfile></PropertyGroup>
        <PropertyGroup Condition="$(Case.Contains('always'))"><ContainerizeOnPublish>true</ContainerizeOnPublish></PropertyGroup>
        <PropertyGroup Condition="$(Case.Contains('library'))"><OutputType>Library</OutputType></PropertyGroup>
        <PropertyGroup Condition="$(Case.Contains('unpublishable'))"><IsPublishable>false</IsPublishable></PropertyGroup>
        <PropertyGroup Condition="$(Case.Contains('unsupported'))">
          <EnableSdkContainerSupport>false</EnableSdkContainerSupport>
        </PropertyGroup>
        <Target Name="CountTheirs" BeforeTargets="_PublishSingleContainer;_PublishMultiArchContainers">
          <Message Importance="high" Text="THEIRS=$(Case)|made" />
        </Target>
        <Target Name="CountOurs" AfterTargets="_ContainerizePublishImage">
          <Message Importance="high" Text="OURS=$(Case)|made" />
        </Target>
        """;

    // The Web SDK sets it for libraries, too.
    private const string NotWeb = "EnableSdkContainerSupport=";

    private static readonly (string Name, string Targets, string More, int Images)[] s_cases =
    [
        ("plain-1", "Publish", "", 0),
        ("plain-2", "Publish;Containerize", "", 1),
        ("profile-1", "Publish", "", 1),
        ("profile-2", "Publish;Containerize", "", 1),
        ("profile-3", "Containerize", "", 1),
        ("profile-4", "Containerize;Publish", "", 1),
        ("profile-deployed", "Build;Containerize", "DeployOnBuild=true", 1),
        ("profile-and-always", "Publish", "", 1),
        ("profile-and-always-asked", "Publish;Containerize", "", 1),
        ("profile-unsupported", "Publish", "", 0),
        ("profile-unpublishable", "Publish", "", 0),
        ("always-1", "Publish", "", 1),
        ("always-2", "Publish;Containerize", "", 1),
        ("always-3", "Containerize", "", 1),
        ("always-library", "Publish", "", 0),
        ("always-unpublishable", "Publish", "", 0),
        ("always-unsupported", "Publish", "", 0),
        ("called", "Publish;PublishContainer", "ContainerArchiveOutputPath=called.tar", 1),
        ("called-library", "Publish;PublishContainer", NotWeb, 0),
        ("called-library-unpublished", "PublishContainer", NotWeb, 0),
        ("called-unpublishable", "PublishContainer", "", 0),
        ("called-unsupported", "Publish;PublishContainer", "", 0),
    ];

    // Asked for by name, there is no image, and an error says so.
    private static readonly (string Name, string Targets, string More, int Images)[] s_refused =
    [
        ("refused-library", "Publish;Containerize", "", 0),
        ("refused-always-unsupported", "Publish;Containerize", "", 0),
        ("refused-web-library", "Publish;PublishContainer", "", 0),
        ("refused-supported-library", "Publish;PublishContainer", "EnableSdkContainerSupport=true", 0),
    ];

    [TestMethod]
    public async Task One_publish_makes_one_image_of_an_app_and_none_of_other_projects()
    {
        using var project = await TestProject.WebAsync(Body);
        var built = await project.RunAsync("publish", "-p:Case=plain");
        Assert.AreEqual(0, built.ExitCode, built.Output);

        var result = await CaseMatrix.RunAsync(
            project,
            s_cases.Concat(s_refused).Select(one => (
                one.Name, one.Targets, one.Targets.StartsWith("Build", StringComparison.Ordinal) ? one.More : $"NoBuild=true;{one.More}")));

        var (ours, theirs) = (CaseMatrix.Read(result, "OURS"), CaseMatrix.Read(result, "THEIRS"));
        Assert.IsEmpty(theirs.Select(group => group.Key).ToList(), result.Output);
        CollectionAssert.AreEqual(
            s_cases.Concat(s_refused).Select(one => $"{one.Name}: {one.Images}").ToList(),
            s_cases.Concat(s_refused).Select(one => $"{one.Name}: {ours[one.Name].Count()}").ToList(),
            result.Output);
        var errors = result.Output.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal)).ToList();
        Assert.HasCount(s_refused.Length, errors, result.Output);
        Assert.IsTrue(errors.All(line => line.Contains("CTZ1004", StringComparison.Ordinal)), result.Output);
    }

    [TestMethod]
    [DataRow("ContainerizeOnPublish=ture", "ContainerizeOnPublish 'ture' is neither true nor false.")]
    [DataRow("ContainerizeOnPublish= true ", "ContainerizeOnPublish ' true' is neither true nor false.")]
    public async Task A_word_that_is_neither_true_nor_false_is_refused_before_the_project_is_compiled(string property, string error)
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");

        var result = await project.RunAsync("publish", "-p:" + property);

        Assert.AreEqual(1, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "CTZ1008");
        StringAssert.Contains(result.Output, error);
        Assert.IsFalse(Directory.Exists(Path.Combine(project.Directory, "bin", "Release")));
    }

    [TestMethod]
    public async Task A_profile_makes_one_index_of_several_platforms()
    {
        using var project = await TestProject.WebAsync(Body);

        var result = await project.RunAsync("publish", "-p:Case=profile", "-p:ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsEmpty(CaseMatrix.Read(result, "THEIRS")["profile"].ToList());
        Assert.HasCount(1, CaseMatrix.Read(result, "OURS")["profile"].ToList());
        Assert.HasCount(2, project.Info["images"]!.AsArray());
    }

    [TestMethod]
    [DataRow(SdkUse.Path)]
    [DataRow(SdkUse.PackageReference)]
    [DataRow(SdkUse.SdkElement)]
    public async Task A_target_after_Containerize_knows_the_image_of_a_publish_wherever_it_is_declared(object use)
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage>"
                + "<ContainerizeOnPublish>true</ContainerizeOnPublish></PropertyGroup>",
            use: (SdkUse)use);
        var file = Path.Combine(project.Directory, "Directory.Build.targets");
        var targets = File.Exists(file) ? await File.ReadAllTextAsync(file) : "<Project></Project>";
        project.Write("Directory.Build.targets", targets.Replace("</Project>", """
            <Target Name="Deploy" AfterTargets="Containerize">
              <Message Importance="high" Text="DEPLOYED=$(GeneratedContainerDigest)" />
            </Target></Project>
            """, StringComparison.Ordinal));

        var result = await project.RunAsync("publish");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, $"DEPLOYED={project.Digest}");
    }
}
