using Containerize.Destinations;
using Containerize.Images;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

/// <summary>Builds whose archives have the same name by default do not replace each other without a word.</summary>
[TestClass]
internal sealed class ArchiveOwnerTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    private BlobStore Cache => new(_folder["cache"]);

    private string Archive => _folder["app.tar"];

    private async Task WriteAsync(string? build, Image? image = null)
    {
        var owner = build is null ? null : new ArchiveOwner(Cache, build, _reporter);
        await Sample.DeliverAsync(
            new ArchiveDestination(Archive, Sample.Name(), _reporter, owner: owner), new ImageSet(image ?? Sample.Image()));
        ImageValidator.Check(Archive, baseLayers: 1).Single();
    }

    private string Warning()
    {
        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.ArchiveReplaced, code);
        return text;
    }

    [TestMethod]
    [DataRow("/a/app.csproj (Release, net10.0)", "/b/app.csproj (Release, net10.0)")]
    [DataRow("/a/app.csproj (Debug, net10.0)", "/a/app.csproj (Release, net10.0)")]
    [DataRow("/a/app.csproj (Release, net10.0, linux-x64)", "/a/app.csproj (Release, net10.0, linux-arm64)")]
    public async Task An_archive_that_replaces_another_builds_names_both_and_itself(string first, string second)
    {
        await WriteAsync(first);
        await WriteAsync(second, Sample.Image(Sample.Arm64));

        foreach (var named in new[] { first, second, Archive, "ContainerArchiveOutputPath" })
        {
            StringAssert.Contains(Warning(), named);
        }
    }

    [TestMethod]
    public async Task Both_are_told_each_time()
    {
        await WriteAsync("one");
        await WriteAsync("two", Sample.Image(Sample.Arm64));
        await WriteAsync("one");

        Assert.HasCount(2, _reporter.Warnings);
    }

    [TestMethod]
    public async Task A_build_may_replace_its_own_archive_and_one_that_nothing_is_known_of()
    {
        await WriteAsync(null);
        await WriteAsync("one", Sample.Image(Sample.Arm64));
        await WriteAsync("one");

        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task An_archive_that_was_removed_is_missed_by_none()
    {
        await WriteAsync("one");
        File.Delete(Archive);
        await WriteAsync("two");

        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task The_same_image_of_another_build_replaces_nothing()
    {
        await WriteAsync("one");
        await WriteAsync("two");

        Assert.IsEmpty(_reporter.Warnings);
    }
}
