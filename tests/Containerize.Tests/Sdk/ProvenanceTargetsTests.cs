using System.Xml.Linq;
using Containerize.Settings.Names;

namespace Containerize.Tests.Sdk;

/// <summary>Which properties a provenance tells.</summary>
[TestClass]
internal sealed class ProvenanceTargetsTests
{
    // How a build works, and where on this machine: rebuilds differ in it, and the image does not depend on it.
    private static readonly string[] s_notTold =
    [
        "ContainerizeOnPublish", "ContainerizeReplacesPublishContainer", "ContainerizeWorkAhead", "ContainerPublishInParallel",
        "ContainerArchiveOutputPath", "ContainerizeLayoutDirectory", "ContainerizeLoad", "LocalRegistry", "ContainerizeImageInfoFile",
        "ContainerizeDigestFile", "ContainerizeCIOutput", "ContainerizeReport", "ContainerizeReportPath", "ContainerizeCertificateFiles",
        "ContainerizeRegistryRetries", "ContainerizeUploadBudget", "ContainerizeUploadBudgetIsError", "ContainerizeCacheDirectory",
        "ContainerizeCacheMaxSize", "ContainerizeCacheMaxAge", "ContainerizeDebianLockFile", "ContainerizeDebianWriteLock",
        "ContainerizeLockFile", "ContainerizeBaseImageMaxAge", "ContainerizeBaseMaxAge", "ContainerizeEvidenceIsOptional",
        "ContainerizeBuilderId", "ContainerizeDebuggerDirectory", "ContainerizeLayoutFrom",
        "ContainerizeLayoutImages", "ContainerizeLayoutMaxImages", "ContainerizeLayoutTags",
        "ContainerizeLayoutApply", "ContainerizeVerifyImage", "ContainerizeVerifyFile",
        // The document tells the platform.
        "ContainerRuntimeIdentifiers",
    ];

    [TestMethod]
    public void A_provenance_tells_each_property_that_decides_what_is_built_and_nothing_of_keys()
    {
        var items = SdkFiles.Targets.SelectMany(file => XDocument.Load(file).Descendants("_ContainerizeSetting"))
            .Where(item => (string?)item.Attribute("Kind") == "Parameter").ToList();

        var told = items.Select(item => (string)item.Attribute("Include")!).ToList();
        CollectionAssert.AreEquivalent(
            BuildSchema.Load().Properties.Except(s_notTold)
                .Where(name => !name.StartsWith("ContainerizeSign", StringComparison.Ordinal)).ToList(),
            told);
        foreach (var item in items)
        {
            Assert.AreEqual($"$({(string)item.Attribute("Include")!})", (string?)item.Attribute("Value"));
        }
    }
}
