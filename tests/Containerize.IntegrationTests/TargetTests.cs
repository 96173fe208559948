using Containerize.IntegrationTests.Tools;

namespace Containerize.IntegrationTests;

/// <summary>What targets make of properties, without a publish: what is read when, and which projects are passed over.</summary>
[TestClass]
internal sealed class TargetTests
{
    private const string Body = """
        <PropertyGroup>
          <ContainerBaseImage>scratch</ContainerBaseImage>
          <ContainerizeRepositoryPrefix Condition="$(Case.Contains('project'))">own</ContainerizeRepositoryPrefix>
        </PropertyGroup>
        <Target Name="Hook" BeforeTargets="ContainerizeConfigure" Condition="$(Case.Contains('hook'))">
          <PropertyGroup>
            <ContainerizeRepositoryPrefix>team</ContainerizeRepositoryPrefix>
            <ContainerizeSign>ture</ContainerizeSign>
          </PropertyGroup>
        </Target>
        <Target Name="ReadGit" AfterTargets="InitializeSourceControlInformation">
          <PropertyGroup>
            <PrivateRepositoryUrl>https://example.org/shop</PrivateRepositoryUrl>
            <PrivateRepositoryUrl Condition="'$(Url)' != ''">$(Url)</PrivateRepositoryUrl>
            <SourceRevisionId>0123</SourceRevisionId>
          </PropertyGroup>
          <Message Importance="high" Text="GIT=$(Case)|read" />
        </Target>
        <Target Name="Say" DependsOnTargets="_ContainerizeComputeDestinations;_ContainerizeComputeRegistries;_ContainerizeComputeLabels">
          <Message Importance="high" Text="PREFIX=$(Case)|@(_ContainerizeSetting->WithMetadataValue('Kind', 'Name')->'%(Prefix)')" />
          <Message Importance="high"
                   Text="SWITCH=$(Case)|@(_ContainerizeSwitch->WithMetadataValue('Identity', 'ContainerizeSign')->'%(Value)')" />
          <Message Importance="high" Text="LABELS=$(Case)|%(_ContainerizeLabel.Identity)" />
          <Message Importance="high"
                   Text="URL=$(Case)|@(_ContainerizeLabel->WithMetadataValue('Identity', 'org.opencontainers.image.source')->'%(Value)')" />
        </Target>
        <Target Name="SayLock">
          <Message Importance="high" Text="LOCK=$(Case)|$(ContainerizeUseLockFile)$(_ContainerizeDebianLockMode)" />
        </Target>
        """;

    private const string Source = "org.opencontainers.image.source";
    private const string Revision = "org.opencontainers.image.revision";

    private static readonly (string Name, string Targets, string More)[] s_cases =
    [
        ("plain", "Say", ""),
        ("project", "Say", ""),
        ("hook", "Say", ""),
        ("project-hook", "Say", ""),
        ("hook-named", "Say", "ContainerRepository=mine"),
        ("project-named", "Say", "ContainerRepository=mine"),
        ("named-both", "Say", "ContainerRepository=mine;ContainerizeRepositoryPrefix=all"),
        ("early-hook", "Say", "ContainerizeSign=true"),
        ("source", "Say", "PublishRepositoryUrl=true"),
        ("source-unbuilt", "Say", "PublishRepositoryUrl=true;NoBuild=true"),
        ("source-no-labels", "Say", "PublishRepositoryUrl=true;ContainerGenerateLabels=false"),
        ("source-neither",
            "Say", "PublishRepositoryUrl=true;ContainerGenerateLabelsImageSource=false;ContainerGenerateLabelsImageRevision=false"),
        ("source-login", "Say", "PublishRepositoryUrl=true;Url=https://ci-token:secret@example.org/shop"),
        ("source-token", "Say", "PublishRepositoryUrl=true;Url=HTTP://secret@example.org:8080/shop"),
        ("source-path", "Say", "PublishRepositoryUrl=true;Url=https://example.org/@scope/shop"),
        ("source-ssh", "Say", "PublishRepositoryUrl=true;Url=ssh://git@example.org/shop"),
        ("lock-app", "ContainerizeLock;SayLock", "SolutionPath=/all.sln"),
        ("lock-library", "ContainerizeLock;SayLock", "SolutionPath=/all.sln;OutputType=Library"),
        ("lock-test", "ContainerizeLock;SayLock", "SolutionPath=/all.sln;IsTestProject=true"),
        ("debian-app", "ContainerizeLockDebian;SayLock", "SolutionPath=/all.sln"),
        ("debian-library", "ContainerizeLockDebian;SayLock", "SolutionPath=/all.sln;OutputType=Library"),
        ("debian-test", "ContainerizeLockDebian;SayLock", "SolutionPath=/all.sln;IsTestProject=true"),
        ("refused-library", "ContainerizeLock;SayLock", "OutputType=Library"),
        ("refused-debian-library", "ContainerizeLockDebian;SayLock", "OutputType=Library"),
    ];

    [TestMethod]
    public async Task What_hooks_set_counts_and_what_is_no_app_is_passed_over()
    {
        using var project = await TestProject.ConsoleAsync(Body);

        var result = await CaseMatrix.RunAsync(project, s_cases);

        Is("PREFIX", "plain=|project=own|hook=team|project-hook=team|hook-named=|project-named=|named-both=all");
        Is("SWITCH", "plain=|hook=ture|early-hook=ture");
        Is("LOCK", "lock-app=true|lock-library=|lock-test=|debian-app=Renew|debian-library=|debian-test=");
        Is("GIT", "plain=|source=read|source-unbuilt=read|source-no-labels=|source-neither=");
        // The login of a CI system's clone does not get into the image.
        Is("URL", "source-login=https://example.org/shop|source-token=HTTP://example.org:8080/shop"
            + "|source-path=https://example.org/@scope/shop|source-ssh=ssh://git@example.org/shop");
        var labels = CaseMatrix.Read(result, "LABELS");
        foreach (var (name, hasLabels) in new[]
        {
            ("plain", false), ("source", true), ("source-unbuilt", true), ("source-no-labels", false),
        })
        {
            Assert.AreEqual(hasLabels, labels[name].Contains(Source), result.Output);
            Assert.AreEqual(hasLabels, labels[name].Contains(Revision), result.Output);
        }

        var errors = result.Output.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal)).ToList();
        Assert.HasCount(2, errors, result.Output);
        Assert.IsTrue(errors.All(line => line.Contains("CTZ1004", StringComparison.Ordinal)), result.Output);

        void Is(string what, string expected)
        {
            var said = CaseMatrix.Read(result, what);
            foreach (var each in expected.Split('|').Select(text => text.Split('=')))
            {
                Assert.AreEqual(
                    each[1], string.Join(' ', said[each[0]].Select(text => text.Trim())), $"{what} of {each[0]}: {result.Output}");
            }
        }
    }
}
