using Containerize.IntegrationTests.Tools;

namespace Containerize.IntegrationTests;

/// <summary>Which platforms an image is for: what the .NET SDK decides, and what Containerize decides, for the same properties.</summary>
[TestClass]
internal sealed class PlatformChoiceTests
{
    private const string CommandLine = "RuntimeIdentifier=linux-arm64;_CommandLineDefinedRuntimeIdentifier=true";

    // A value of the case is a property of the project; the global properties are those of a command line.
    private const string Body = """
        <PropertyGroup>
          <OutputType>Exe</OutputType>
          <ContainerizeReplacesPublishContainer>false</ContainerizeReplacesPublishContainer>
          <RuntimeIdentifier Condition="'$(PR)' != ''">$(PR)</RuntimeIdentifier>
          <RuntimeIdentifiers Condition="'$(PRS)' != ''">$(PRS.Replace('+', ';'))</RuntimeIdentifiers>
          <ContainerRuntimeIdentifier Condition="'$(PC)' != ''">$(PC)</ContainerRuntimeIdentifier>
          <ContainerRuntimeIdentifiers Condition="'$(PCS)' != ''">$(PCS.Replace('+', ';'))</ContainerRuntimeIdentifiers>
          <PublishAot Condition="'$(Mode)' == 'Aot'">true</PublishAot>
          <SelfContained Condition="'$(Mode)' == 'SelfContained'">true</SelfContained>
          <PublishSelfContained Condition="'$(Mode)' == 'PublishSelfContained'">true</PublishSelfContained>
        </PropertyGroup>
        <Target Name="Theirs" DependsOnTargets="ComputeContainerBaseImage;_ContainerEstablishRIDNess">
          <PropertyGroup>
            <Chosen Condition="'$(_IsMultiRIDBuild)' != 'true'">$(ContainerRuntimeIdentifier)</Chosen>
            <Chosen Condition="'$(_IsMultiRIDBuild)' == 'true'">$(ContainerRuntimeIdentifiers)</Chosen>
          </PropertyGroup>
          <Message Importance="high" Text="THEIRS=$(Case)|$(Chosen)" />
        </Target>
        <Target Name="Ours" DependsOnTargets="_ContainerizeExplainPlatforms">
          <PropertyGroup>
            <Chosen>$(ContainerRuntimeIdentifier)</Chosen>
            <Chosen Condition="'$(_ContainerizeHasInnerBuilds)' == 'true'">@(_ContainerizePlatform)</Chosen>
          </PropertyGroup>
          <Message Importance="high" Text="OURS=$(Case)|$(Chosen)" />
        </Target>
        """;

    private static IEnumerable<string> Cases =>
        from own in new[] { "", "PR=linux-x64", "PR=linux-arm64" }
        from several in new[] { "", "PRS=linux-x64+linux-arm64", "PRS=win-x64+linux-arm64" }
        from image in new[] { "", "PC=linux-arm64" }
        from images in new[] { "", "PCS=linux-x64+linux-arm64", "PCS=linux-arm64" }
        from more in new[]
        {
            "", CommandLine, "UseCurrentRuntimeIdentifier=true", "ContainerRuntimeIdentifier=linux-x64",
            "ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64", "Mode=Aot", "Mode=SelfContained", "Mode=PublishSelfContained",
        }
        where image.Length == 0 || !more.StartsWith("Mode", StringComparison.Ordinal)
        select string.Join(';', new[] { own, several, image, images, more }.Where(part => part.Length > 0));

    // What must be said of a case: that the SDK would decide otherwise, or that a list has no effect.
    private static string? Reason(string properties, string theirs, string ours)
    {
        var has = properties.Split(';').ToLookup(part => part.Split('=')[0], part => part.Split('=')[^1]);
        var list = (has["ContainerRuntimeIdentifiers"].FirstOrDefault() ?? has["PCS"].FirstOrDefault() ?? "")
            .Replace("%3B", ";", StringComparison.Ordinal).Replace('+', ';');
        return list.Length > 0 && list == ours && theirs != ours && has.Contains("Mode") && !has.Contains("PR")
                ? $"The image is for {ours}, because ContainerRuntimeIdentifiers is set. {theirs} is only what the .NET SDK assumes"
            : list.Length > 0 && list != ours
                ? $"The image is for {ours} alone, because "
                    + $"{(has.Contains("PC") || has.Contains("ContainerRuntimeIdentifier") ? "Container" : "")}"
                    + $"RuntimeIdentifier is set. ContainerRuntimeIdentifiers ({list}) has an effect only without it."
            : theirs == "win-x64;linux-arm64" && ours == "linux-arm64"
                ? "The image is for linux-arm64, the Linux platforms of RuntimeIdentifiers, and not for win-x64."
            : null;
    }

    [TestMethod]
    public async Task The_platforms_are_those_that_the_SDK_chooses_and_what_has_no_effect_is_said()
    {
        using var project = await TestProject.CreateAsync("hello", "Microsoft.NET.Sdk", Body, TestProject.ConsoleProgram);
        var cases = Cases.Select((properties, index) => (Name: $"case-{index}", Properties: properties)).ToList();

        var result = await CaseMatrix.RunAsync(
            project,
            cases.SelectMany(one => new[] { (one.Name, "Theirs", $"{one.Properties};Who=Theirs"), (one.Name, "Ours", one.Properties) }));

        var (theirs, ours) = (CaseMatrix.Read(result, "THEIRS"), CaseMatrix.Read(result, "OURS"));
        var said = Said(result.Output);
        var wrong = new List<string>();
        foreach (var (name, properties) in cases)
        {
            var (their, our) = (theirs[name].Single(), ours[name].Single());
            var reason = Reason(properties, their, our);
            if ((their != our && reason is null) || !said[name].StartsWith(reason ?? "", StringComparison.Ordinal)
                || (reason is null) != (said[name].Length == 0))
            {
                wrong.Add($"{properties}: {their} became {our}; said: '{said[name]}'; expected: '{reason}'");
            }
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    /// <summary>What was said before a case showed its platforms.</summary>
    private static Dictionary<string, string> Said(string output)
    {
        var said = new Dictionary<string, string>();
        var last = "";
        foreach (var line in output.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("OURS=", StringComparison.Ordinal))
            {
                said.Add(line["OURS=".Length..line.IndexOf('|', StringComparison.Ordinal)], last);
                last = "";
            }
            else if (line.StartsWith("The image is for ", StringComparison.Ordinal))
            {
                last += line;
            }
        }

        return said;
    }
}
