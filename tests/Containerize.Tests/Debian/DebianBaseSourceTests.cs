using System.Text;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Tests.Building;

namespace Containerize.Tests.Debian;

/// <summary>A base of packages, and packages upon it, both from one lock.</summary>
[TestClass]
internal sealed class DebianBaseSourceTests : IDisposable
{
    private const string Suite = "bookworm";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(1_700_000_000)]
    public async Task A_lock_of_packages_upon_it_holds_at_any_time_of_its_files(int seconds)
    {
        var locked = LockBase();
        var first = await OpenAsync(DateTimeOffset.UnixEpoch.AddDays(1));
        LockPackages(first, locked);

        var then = await OpenAsync(DateTimeOffset.UnixEpoch.AddSeconds(seconds));

        Assert.AreNotEqual(first.Image.Layers.Single().DiffId, then.Image.Layers.Single().DiffId);
        Assert.IsNotNull(await PrepareAsync(then));
    }

    [TestMethod]
    public async Task A_lock_of_packages_upon_it_is_for_no_base_of_other_packages()
    {
        var first = await OpenLockedAsync("1.0");
        var other = await OpenLockedAsync("1.1");

        LockPackages(first, DebianLock.Read(_directory["lock"])!.Sets);

        Assert.AreNotEqual(first.Identity, other.Identity);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PrepareAsync(other));
        Assert.AreEqual(DiagnosticCode.DebianLockOutOfDate, failure.Code);
    }

    [TestMethod]
    public void A_base_of_which_nothing_else_is_known_is_its_layers()
    {
        var (one, other) = (LockedBase.Image(("etc/x", "1")), LockedBase.Image(("etc/x", "2")));

        Assert.AreEqual(new BaseImage(one, "a").Identity, new BaseImage(one, "b").Identity);
        Assert.AreNotEqual(new BaseImage(one, "a").Identity, new BaseImage(other, "a").Identity);
    }

    private Task<BaseImage> OpenLockedAsync(string version)
    {
        LockBase(version);
        return OpenAsync(DateTimeOffset.UnixEpoch);
    }

    private async Task<BaseImage> OpenAsync(DateTimeOffset time)
    {
        using var packages = Packages();
        return await Source(packages, time).OpenAsync(Sample.Amd64, CancellationToken.None);
    }

    private async Task<IPreparedLayer> PrepareAsync(BaseImage image)
    {
        using var packages = Packages();
        return await new DebianLayer(packages)
            .PrepareAsync(
                new LayerContext(Task.FromResult(image), Cache(), FileHashes.Load(null), new LayerOptions()), CancellationToken.None);
    }

    private IReadOnlyList<LockedSet> LockBase(string version = "1.0")
    {
        using var packages = Packages();
        var request = Source(packages, DateTimeOffset.UnixEpoch).Request(Sample.Amd64);
        IReadOnlyList<LockedSet> sets = [new("base", "amd64", request.Hash([]), [.. request.Packages.Order().Select(name =>
        {
            var package = new TestPackage(name, version);
            package = name == "base-files" ? package.File("usr/lib/os-release", LockedBase.OsRelease) : package;
            var content = package.ToBytes();
            var path = $"pool/{name}_{version}.deb";
            _directory.Write($"debian/{path}", content);
            return new LockedPackage(name, version, "amd64", ArchiveSources.Main, path, content.Length, Digest.Of(content), []);
        })])];
        new DebianLock { Release = Suite, Sets = sets }.Write(_directory["lock"]);
        return sets;
    }

    private void LockPackages(BaseImage image, IEnumerable<LockedSet> sets)
    {
        var request = RequestOn(image);
        new DebianLock
        {
            Release = Suite,
            Sets = [.. sets, new LockedSet("packages", "amd64", request.Hash([]), []) { BaseLinks = [] }],
        }.Write(_directory["lock"]);
    }

    private static DebianRequest RequestOn(BaseImage image) => Archive.SignedArchive.Request("tool") with
    {
        Base = Digest.Of(Encoding.UTF8.GetBytes(image.Identity)).Hex,
    };

    private DebianBaseSource Source(DebianPackages packages, DateTimeOffset time) =>
        new(Suite, packages, Cache(), new LayerOptions { ModificationTime = time });

    private LayerCache Cache() => new(new BlobStore(_directory["cache"]));

    private DebianPackages Packages() => new(
        new DebianSettings
        {
            LockFile = _directory["lock"],
            LockMode = DebianLockMode.Locked,
            Mirror = new Uri(_directory["debian/"]).AbsoluteUri,
            Packages = ["tool"],
        },
        Cache().Store,
        new RecordingReporter());
}
