using Containerize.Images;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Tests.Building;
using static Containerize.Tests.Inspection.InspectionLab;

namespace Containerize.Tests.Inspection;

[TestClass]
internal sealed class ImageDifferencesTests
{
    private readonly InspectionLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    public async Task The_same_image_differs_in_nothing()
    {
        var image = await _lab.ReadAsync([File("a")]);
        Assert.IsTrue(ImageDifferences.Between(image, image).AreNone);
    }

    [TestMethod]
    public async Task Another_compression_is_no_difference()
    {
        var layer = Layer(File("a"));
        var plain = new Layer(new MemoryBlob(MediaTypes.OciLayer, Containerize.Testing.Images.TestLayer.Tar(File("a"))), layer.DiffId);
        Assert.AreNotEqual(layer.Blob.Descriptor.Digest, plain.Blob.Descriptor.Digest);
        Assert.IsTrue(ImageDifferences.Between(
            await _lab.ReadAsync(Sample.Image(Sample.Amd64, [layer])), await _lab.ReadAsync(Sample.Image(Sample.Amd64, [plain]))).AreNone);
    }

    [TestMethod]
    public async Task Files_that_are_added_removed_or_changed_are_named()
    {
        var differences = ImageDifferences.Between(
            await _lab.ReadAsync([File("changed", "1"), File("gone"), File("mode"), File("same")]),
            await _lab.ReadAsync([File("changed", "2"), File("mode", mode: (UnixFileMode)0b111_101_101), File("new"), File("same")]));
        CollectionAssert.AreEqual(
            new[] { "changed Changed content", "gone Removed ", "mode Changed mode", "new Added " },
            differences.Files.Select(file => $"{file.Path} {file.Kind} {string.Join(',', file.What)}").ToArray());
        CollectionAssert.AreEqual(
            new[] { ChangeKind.Removed, ChangeKind.Added }, differences.Layers.Select(layer => layer.Kind).ToArray());
    }

    [TestMethod]
    public async Task Packages_are_compared_by_their_versions()
    {
        const string Status = "Package: {0}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {1}\n\n";
        string Note(string name, string version) => string.Format(null, Status, name, version);
        var differences = ImageDifferences.Between(
            await _lab.ReadAsync([File("var/lib/dpkg/status", Note("bash", "1") + Note("gone", "1") + Note("same", "1"))]),
            await _lab.ReadAsync([File("var/lib/dpkg/status", Note("bash", "2") + Note("new", "1") + Note("same", "1"))]));
        CollectionAssert.AreEqual(
            new[] { "bash Changed 1 2", "gone Removed 1 ", "new Added  1" },
            differences.Packages.Select(each =>
                $"{each.Package.Name} {each.Kind} {string.Join(',', each.Before)} {string.Join(',', each.After)}").ToArray());
    }

    [TestMethod]
    public async Task Settings_are_compared_and_secrets_in_them_stay_hidden()
    {
        ImageSettings Settings(string user, string password) => new()
        {
            User = user,
            Environment = new Dictionary<string, string> { ["DB_PASSWORD"] = password },
        };
        async Task<ImageContents> With(string user, string password)
        {
            var image = Sample.Image();
            return await _lab.ReadAsync(image.WithConfig(image.Config.With(Settings(user, password))));
        }

        var differences = ImageDifferences.Between(await With("app", "hunter2-first"), await With("1654", "hunter2-second"));
        var user = differences.Settings.Single();
        Assert.AreEqual("User app 1654", $"{user.Name} {user.Before.Single()} {user.After.Single()}");
        var secret = ImageDifferences.Between(await With("app", "hunter2-first"), await With("app", "hunter2-second"));
        Assert.IsEmpty(secret.Settings);
        Assert.IsTrue(secret.OtherConfig);
        Assert.IsFalse(secret.AreNone);
    }
}
