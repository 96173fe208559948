using Containerize.Ahead;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Testing;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class AheadSettingsTests
{
    private static readonly Platform s_linux = Platform.FromRuntimeIdentifier("linux-x64");

    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void Files_of_packages_go_where_the_publish_copies_them()
    {
        var request = Read(
            [
                new Item("/packages/lib/1.0/lib.dll", ("NuGetPackageId", "Lib"), ("NuGetPackageVersion", "1.0")),
                new Item("/packages/lib/1.0/de/lib.resources.dll", ("NuGetPackageId", "Lib"), ("DestinationSubDirectory", @"de\")),
                new Item("/packages/runtime/libclr.so", ("NuGetPackageId", "Microsoft.Runtime")),
                new Item("/packages/lib/1.0/tool.dll", ("NuGetPackageId", "Lib"), ("CopyToPublishDirectory", "false")),
                new Item("/packages/lib/1.0/private.dll", ("NuGetPackageId", "Lib"), ("Private", "false")),
                new Item("/src/other/bin/other.dll", ("ReferenceSourceTarget", "ProjectReference")),
            ],
            []);

        CollectionAssert.AreEqual(
            new[] { "lib.dll Package Lib 1.0", "de/lib.resources.dll Package Lib", "libclr.so RuntimePack Microsoft.Runtime" },
            request!.Files.Select(file => $"{file.RelativePath} {file.Origin.Kind} {file.Origin.Package}").ToList());
    }

    [TestMethod]
    public void Without_packages_there_is_nothing_to_do() => Assert.IsNull(Read([new Item("/src/other.dll")], []));

    [TestMethod]
    public void Where_images_are_trusted_nothing_is_made_that_a_registry_may_have() =>
        Assert.IsNull(Read(OnePackage(), [new Item("reuse", ("Kind", "Reuse"), ("Verify", "false"))]));

    [TestMethod]
    public void Added_files_count_if_the_build_cannot_write_them()
    {
        _folder.Write("model.bin", "");
        _folder.Write("project/settings.txt", "");
        var outside = new Item("../model.bin", ("Kind", "File"), ("TargetPath", "/models/"));
        var inside = new Item("settings.txt", ("Kind", "File"), ("TargetPath", "/etc/"));
        var missing = new Item("../none.bin", ("Kind", "File"), ("TargetPath", "/models/"));

        Assert.HasCount(1, Read(OnePackage(), [outside])!.Layers.Files);
        Assert.IsEmpty(Read(OnePackage(), [outside, inside])!.Layers.Files);
        Assert.IsEmpty(Read(OnePackage(), [outside, missing])!.Layers.Files);
    }

    [TestMethod]
    public void Layers_are_written_as_the_image_wants_them()
    {
        var request = Read(
            OnePackage(),
            [new Item("layers", ("Kind", "Layers"), ("Compression", "zstd"), ("CompressionLevel", "small"), ("SourceDateEpoch", "7"))]);

        Assert.AreEqual("zstd 12", request!.Options.BytesKey);
        Assert.AreEqual(7, request.Options.ModificationTime.ToUnixTimeSeconds());
    }

    private static Item[] OnePackage() => [new Item("/packages/lib.dll", ("NuGetPackageId", "Lib"))];

    private AheadRequest? Read(IEnumerable<Item> copied, IEnumerable<Item> settings) => AheadSettings.Read(
        new ProjectSettings(
            _folder["project"],
            [new Item("app", ("Kind", "Name")), new Item("image", ("Kind", "Image"), ("WorkingDirectory", "/app/")), .. settings]),
        s_linux,
        Digest.Of("key"u8),
        copied,
        ["Microsoft.Runtime"]);
}
