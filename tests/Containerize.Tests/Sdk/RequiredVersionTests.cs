using System.Xml.Linq;

namespace Containerize.Tests.Sdk;

/// <summary>An older SDK cannot load the tasks; what it says of that helps less than what the targets say.</summary>
[TestClass]
internal sealed class RequiredVersionTests
{
    private const string Requirement = "_ContainerizeRequireMSBuild";

    [TestMethod]
    [DataRow("_ContainerizeBeginEarly")]
    [DataRow("_ContainerizeRequireProject")]
    [DataRow("ContainerizePrune")]
    [DataRow("ContainerizeCacheInfo")]
    public void The_version_is_judged_before_anything_else_is_done(string target)
    {
        var named = SdkFiles.Targets.Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "build")
            .SelectMany(file => XDocument.Load(file).Descendants("Target"))
            .Single(each => (string?)each.Attribute("Name") == target);

        Assert.StartsWith(Requirement + ";", (string?)named.Attribute("DependsOnTargets"));
    }
}
