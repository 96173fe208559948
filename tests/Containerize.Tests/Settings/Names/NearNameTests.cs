using Containerize.Settings.Names;

namespace Containerize.Tests.Settings.Names;

[TestClass]
internal sealed class NearNameTests
{
    private static readonly BuildSchema s_schema = BuildSchema.Load();

    private static IEnumerable<string> Known => s_schema.Properties.Union(s_schema.Items.Keys)
        .Where(name => name.StartsWith("Container", StringComparison.Ordinal));

    [TestMethod]
    // A letter is missing, doubled, swapped or another one.
    [DataRow("ContainerBaseImge", "ContainerBaseImage")]
    [DataRow("ContainerBaseIamge", "ContainerBaseImage")]
    [DataRow("ContainerBasImage", "ContainerBaseImage")]
    [DataRow("ContainerBaseImagee", "ContainerBaseImage")]
    [DataRow("ContainerRepositry", "ContainerRepository")]
    [DataRow("ContainerRepositorry", "ContainerRepository")]
    [DataRow("ContainerRegisrty", "ContainerRegistry")]
    [DataRow("ContainerRegistery", "ContainerRegistry")]
    [DataRow("ContainerEnviromentVariable", "ContainerEnvironmentVariable")]
    [DataRow("ContainerEnvironmentVariabel", "ContainerEnvironmentVariable")]
    [DataRow("ContainerAnotation", "ContainerAnnotation")]
    [DataRow("ContainerHealtcheck", "ContainerHealthcheck")]
    [DataRow("ContainerWorkingDirctory", "ContainerWorkingDirectory")]
    [DataRow("ContainerWorkDirectory", "ContainerWorkingDirectory")]
    [DataRow("ContainerArchivOutputPath", "ContainerArchiveOutputPath")]
    [DataRow("ContainerRuntimeIdentifer", "ContainerRuntimeIdentifier")]
    [DataRow("ContainerRuntimeIndentifiers", "ContainerRuntimeIdentifiers")]
    [DataRow("ContainerizeCompresion", "ContainerizeCompression")]
    [DataRow("ContainerizeDebianMiror", "ContainerizeDebianMirror")]
    [DataRow("ContainerizeOfline", "ContainerizeOffline")]
    [DataRow("ContainerizeLayre", "ContainerizeLayer")]
    [DataRow("ContainerizeWriteableDirectory", "ContainerizeWritableDirectory")]
    [DataRow("ContainerizeUseLockfil", "ContainerizeUseLockFile")]
    // One or several.
    [DataRow("ContainerizeDebianPackages", "ContainerizeDebianPackage")]
    [DataRow("ContainerLabels", "ContainerLabel")]
    [DataRow("ContainerPorts", "ContainerPort")]
    [DataRow("ContainerVolumes", "ContainerVolume")]
    [DataRow("ContainerizeFiles", "ContainerizeFile")]
    [DataRow("ContainerizeSecretPatterns", "ContainerizeSecretPattern")]
    [DataRow("ContainerizeCaCertificates", "ContainerizeCaCertificate")]
    [DataRow("ContainerRegistrys", "ContainerRegistry")]
    // The other prefix, also with a slip more; British spelling; a slip in the prefix.
    [DataRow("ContainerFile", "ContainerizeFile")]
    [DataRow("ContainerLayer", "ContainerizeLayer")]
    [DataRow("ContainerLockFile", "ContainerizeLockFile")]
    [DataRow("ContainerizeBaseImage", "ContainerBaseImage")]
    [DataRow("ContainerizeRepository", "ContainerRepository")]
    [DataRow("ContainerizePort", "ContainerPort")]
    [DataRow("ContainerizeImageTag", "ContainerImageTag")]
    [DataRow("ContainerDebianPackages", "ContainerizeDebianPackage")]
    [DataRow("ContaineriseDebianPackage", "ContainerizeDebianPackage")]
    [DataRow("ContianerBaseImage", "ContainerBaseImage")]
    [DataRow("ContainrBaseImage", "ContainerBaseImage")]
    [DataRow("ContainersBaseImage", "ContainerBaseImage")]
    [DataRow("ContainerizedFile", "ContainerizeFile")]
    [DataRow("containerBaseImge", "ContainerBaseImage")]
    [DataRow("CONTAINERBASEIMGE", "ContainerBaseImage")]
    public void What_was_meant_is_found(string name, string meant) => Assert.AreEqual(meant, NearName.Find(name, Known));

    [TestMethod]
    // The project's own words, with our beginning.
    [DataRow("ContainerFoo")]
    [DataRow("ContainerName")]
    [DataRow("ContainerHost")]
    [DataRow("ContainerPath")]
    [DataRow("ContainerUserId")]
    [DataRow("ContainerUserName")]
    [DataRow("ContainerRegistryUrl")]
    [DataRow("ContainerRegistryId")]
    [DataRow("ContainerRegistryPassword")]
    [DataRow("ContainerImage")]
    [DataRow("ContainerImageVersion")]
    [DataRow("ContainerVersionSuffix")]
    [DataRow("ContainerBuild")]
    [DataRow("ContainerTest")]
    [DataRow("ContainerTag")]
    [DataRow("ContainerTime")]
    [DataRow("ContainerPort2")]
    [DataRow("ContainerPort1")]
    [DataRow("ContainerHealthcheckUrl")]
    [DataRow("ContainerizeTheThing")]
    [DataRow("Container")]
    [DataRow("Containerize")]
    [DataRow("Containers")]
    // Words of others that begin with the same letter.
    [DataRow("Company")]
    [DataRow("Configuration")]
    [DataRow("Compression")]
    [DataRow("CompressionLevel")]
    [DataRow("CacheDirectory")]
    [DataRow("CaCertificate")]
    [DataRow("Content")]
    [DataRow("Compile")]
    [DataRow("Copyright")]
    [DataRow("ContinuousIntegrationBuild")]
    public void What_is_the_projects_own_is_near_nothing(string name) => Assert.IsNull(NearName.Find(name, Known));

    [TestMethod]
    [DataRow("Onwer", "Owner")]
    [DataRow("Ower", "Owner")]
    [DataRow("Owners", "Owner")]
    [DataRow("Modes", "Mode")]
    [DataRow("TargtPath", "TargetPath")]
    [DataRow("TagetPath", "TargetPath")]
    [DataRow("IncludeSecret", "IncludeSecrets")]
    [DataRow("FolowLinks", "FollowLinks")]
    [DataRow("Link", null)]
    [DataRow("Visible", null)]
    [DataRow("Other", null)]
    [DataRow("Target", null)]
    [DataRow("Comment", null)]
    [DataRow("CopyToOutputDirectory", null)]
    public void Metadata_are_compared_with_those_of_their_item(string name, string? meant) =>
        Assert.AreEqual(meant, NearName.Find(name, s_schema.Items["ContainerizeFile"]));

    [TestMethod]
    [DataRow("", "", 0)]
    [DataRow("", "abc", 3)]
    [DataRow("abc", "", 3)]
    [DataRow("abc", "abc", 0)]
    [DataRow("abc", "acb", 1)]
    [DataRow("abc", "ab", 1)]
    [DataRow("abc", "axc", 1)]
    [DataRow("abc", "xabc", 1)]
    [DataRow("kitten", "sitting", 3)]
    [DataRow("ca", "abc", 3)]
    public void Edits_are_counted(string from, string to, int edits)
    {
        Assert.AreEqual(edits, NearName.Edits(from, to));
        Assert.AreEqual(edits, NearName.Edits(to, from));
    }

    [TestMethod]
    public void Every_known_name_is_found_when_two_of_its_letters_are_swapped()
    {
        var missed = from name in Known
                     let swapped = name[..^3] + name[^2] + name[^3] + name[^1]
                     where name[^2] != name[^3] && NearName.Find(swapped, Known) != name
                     select swapped;

        Assert.IsEmpty(missed.ToList());
    }
}
