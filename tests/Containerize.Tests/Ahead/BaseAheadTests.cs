using Containerize.Ahead;
using Containerize.Bases;
using Containerize.Debian.Archive;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Debian;
using Containerize.Tests.Registry;
using Containerize.Trees;

namespace Containerize.Tests.Ahead;

[TestClass]
internal sealed class BaseAheadTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task The_build_waits_for_the_work_and_then_opens_the_base_itself()
    {
        var opened = new List<string>();
        var release = new TaskCompletionSource();
        using var ahead = new BaseAhead(new Source(async _ =>
        {
            await release.Task;
            opened.Add("ahead");
        }), TestImage.LinuxX64, new BlobStore(_folder.FullName));

        var opening = ahead.Before(new Source(_ =>
        {
            opened.Add("build");
            return Task.CompletedTask;
        })).OpenAsync(TestImage.LinuxX64, CancellationToken.None);

        Assert.IsFalse(opening.IsCompleted);
        release.SetResult();
        await opening;
        CollectionAssert.AreEqual(new[] { "ahead", "build" }, opened);
    }

    [TestMethod]
    public async Task Work_that_fails_says_nothing_and_the_build_opens_the_base_as_ever()
    {
        using var ahead = new BaseAhead(
            new Source(_ => throw new ContainerizeException(DiagnosticCode.RegistryUnavailable, $"It is down.")),
            TestImage.LinuxX64,
            new BlobStore(_folder.FullName));

        var image = await ahead.Before(new Source(_ => Task.CompletedTask)).OpenAsync(TestImage.LinuxX64, CancellationToken.None);

        Assert.IsNull(image.Name);
    }

    [TestMethod]
    public async Task A_cancelled_build_does_not_wait()
    {
        using var ahead = new BaseAhead(
            new Source(token => Task.Delay(Timeout.Infinite, token)), TestImage.LinuxX64, new BlobStore(_folder.FullName));
        using var stop = new CancellationTokenSource();

        var opening = ahead.Before(new Source(token => Task.Delay(Timeout.Infinite, token))).OpenAsync(TestImage.LinuxX64, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => opening);
    }

    [TestMethod]
    public async Task The_end_of_the_build_stops_the_work()
    {
        var stopped = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var ahead = new BaseAhead(new Source(async token =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                stopped.SetResult();
            }
        }), TestImage.LinuxX64, new BlobStore(_folder.FullName));
        await started.Task;

        ahead.Dispose();

        await stopped.Task;
    }

    [TestMethod]
    public async Task What_was_read_is_not_fetched_again()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddImage("base", "1", TestImage.Create(TestLayer.Of(("etc/os-release", "ID=test\n"), ("app/file", "x"))));
        var cache = lab.Store;
        RegistrySource Open() => new(lab.Client, ImageReference.Parse($"{lab.Registry.Authority}/base:1"), null, cache, prefetch: false);

        using var ahead = new BaseAhead(Open(), TestImage.LinuxX64, cache);
        var image = (await ahead.Before(Open()).OpenAsync(TestImage.LinuxX64, CancellationToken.None)).Image;
        var tree = await ImageTree.ReadAsync(
            image, [], cache, TreeParts.Directories, CancellationToken.None);

        Assert.IsNotNull(tree.Find("app"));
        var fetched = lab.Registry.RequestsTo(RequestKind.Blob).Select(request => request.Target).ToList();
        Assert.HasCount(2, fetched, string.Join('\n', fetched));
        Assert.HasCount(2, fetched.Distinct().ToList());
    }

    [TestMethod]
    public async Task Packages_upon_the_base_are_made_without_a_word_and_the_build_finds_their_layer()
    {
        using var build = new LockedBase(
            LockedBase.Image(), new TestPackage("tool").Control("postinst", "#!/bin/sh\nadduser --system tool\n"));
        var lockFile = await File.ReadAllTextAsync(build.LockFile);
        var source = new Source(_ => Task.CompletedTask) { Image = build.Opened };

        using var ahead = new BaseAhead(
            source, TestImage.LinuxX64, build.Cache().Store, build.Open(mode: DebianLockMode.ReadOnly), new LayerOptions());
        await ahead.Before(source).OpenAsync(TestImage.LinuxX64, CancellationToken.None);

        Assert.AreEqual(lockFile, await File.ReadAllTextAsync(build.LockFile));
        Assert.IsFalse((await build.BuildAsync()).IsMade);
        Assert.AreEqual(DiagnosticCode.ScriptsNotRun, build.Reporter.Warnings.Single().Code, "The build says what users should know.");
    }

    [TestMethod]
    public async Task Packages_that_do_not_fit_the_base_are_for_the_build_to_refuse()
    {
        using var build = new LockedBase(LockedBase.Image(("usr/bin", "")), new TestPackage("tool").File("usr/bin/tool", "x"));
        var source = new Source(_ => Task.CompletedTask) { Image = build.Opened };

        using var ahead = new BaseAhead(
            source, TestImage.LinuxX64, build.Cache().Store, build.Open(mode: DebianLockMode.ReadOnly), new LayerOptions());
        await ahead.Before(source).OpenAsync(TestImage.LinuxX64, CancellationToken.None);

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => build.BuildAsync());
    }

    private sealed class Source(Func<CancellationToken, Task> open) : IImageSource
    {
        internal BaseImage? Image { get; init; }

        public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
        {
            await open(cancellationToken);
            return Image ?? await new ScratchSource().OpenAsync(platform, cancellationToken);
        }
    }
}
