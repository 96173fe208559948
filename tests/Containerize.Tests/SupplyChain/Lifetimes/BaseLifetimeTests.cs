using System.Text;
using Containerize.Building;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Lifetimes;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.SupplyChain.Lifetimes;

[TestClass]
internal sealed class BaseLifetimeTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("ID=debian\nVERSION_ID=\"11\"\n", "Debian 11", "2026-08-31")]
    [DataRow("ID=ubuntu\nVERSION_ID=\"20.04\"\n", "Ubuntu 20.04", "2025-05-29")]
    [DataRow("NAME=x\nID=alpine\nVERSION_ID=3.20.3\n", "Alpine 3.20", "2026-04-01")]
    public async Task A_distribution_past_its_end_is_told_with_the_day_and_what_to_change(string release, string name, string last)
    {
        var reporter = await WarnAsync(release);

        var (code, text) = reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.BaseEndOfLife, code);
        StringAssert.Contains(text, name);
        StringAssert.Contains(text, last);
        StringAssert.Contains(text, "ContainerBaseImage");
    }

    [TestMethod]
    [DataRow("ID=debian\nVERSION_ID=\"12\"\n")]
    [DataRow("ID=debian\n")]
    [DataRow("ID=other\nVERSION_ID=1\n")]
    [DataRow("")]
    public async Task A_distribution_with_updates_or_one_that_is_not_known_is_not_told(string release) =>
        Assert.IsEmpty((await WarnAsync(release)).Warnings);

    [TestMethod]
    public async Task The_day_itself_is_still_within_the_lifetime()
    {
        Assert.IsEmpty((await WarnAsync("ID=debian\nVERSION_ID=11\n", today: new(2026, 8, 31))).Warnings);
        Assert.HasCount(1, (await WarnAsync("ID=debian\nVERSION_ID=11\n", today: new(2026, 9, 1))).Warnings);
    }

    [TestMethod]
    [DataRow("8.0.11", true)]
    [DataRow("10.0.0-rc.1.25451.107", false)]
    public async Task Dotnet_is_known_by_the_variable_of_its_images_also_where_the_base_was_not_read(string version, bool isTold)
    {
        var warnings = (await WarnAsync("", version, wasRead: false)).Warnings;

        Assert.HasCount(isTold ? 1 : 0, warnings);
        Assert.IsTrue(warnings.All(warning => warning.Text.Contains(".NET 8.0", StringComparison.Ordinal)
            && warning.Text.Contains("TargetFramework", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_base_that_was_not_read_is_not_read_for_this_and_one_that_was_is_remembered()
    {
        Assert.IsEmpty((await WarnAsync("ID=debian\nVERSION_ID=11\n", wasRead: false)).Warnings);
        Assert.HasCount(1, (await WarnAsync("ID=debian\nVERSION_ID=11\n")).Warnings);
        foreach (var directory in Directory.GetDirectories(_folder["cache"], "tree*").Append(_folder["layers"]))
        {
            Directory.Delete(directory, recursive: true);
        }

        // Without layer and tree, nothing could be read.
        Assert.HasCount(1, (await WarnAsync("ID=debian\nVERSION_ID=11\n", write: false)).Warnings);
    }

    private async Task<RecordingReporter> WarnAsync(
        string release, string? dotnet = null, bool wasRead = true, DateOnly? today = null, bool write = true)
    {
        var tar = Sample.Tar([("etc/os-release", Encoding.UTF8.GetBytes(release))]);
        var blob = new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar));
        var path = Path.Combine(_folder["layers"], $"{blob.Descriptor.Digest.Hex}.tar.gz");
        if (write)
        {
            _folder.Write(path, blob.Content.ToArray());
        }

        var image = Sample.Image(Sample.Amd64, [new Layer(new FileBlob(blob.Descriptor, path), Digest.Of(tar))]);
        if (dotnet is not null)
        {
            image = image.WithConfig(image.Config.With(
                new ImageSettings { Environment = new Dictionary<string, string> { ["DOTNET_VERSION"] = dotnet } }));
        }

        var built = new BuiltImage(image, [], "registry.example.com/base:1", image.Manifest.Descriptor.Digest)
        {
            StartFindings = wasRead ? [] : null,
        };
        var reporter = new RecordingReporter();
        var day = today ?? new DateOnly(2026, 11, 29);
        await new BaseLifetime(new BlobStore(_folder["cache"]), new FixedTime(day))
            .WarnAsync(built, reporter, CancellationToken.None);
        return reporter;
    }

    private sealed class FixedTime(DateOnly day) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(day, new TimeOnly(23, 0), TimeSpan.Zero);
    }
}
