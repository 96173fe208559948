using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

/// <summary>An archive that goes on with what was written before it was known is the archive that is written at once.</summary>
[TestClass]
internal sealed class ArchiveFrontTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("base", "base", DisplayName = "the layers of the base")]
    [DataRow("base,packages", "base,packages", DisplayName = "all layers but the app's")]
    [DataRow("base,packages,app", "base,packages,app", DisplayName = "all layers")]
    [DataRow("base,packages,other", "base,packages", DisplayName = "an app that has changed")]
    [DataRow("base,other,app", "base", DisplayName = "packages that have changed")]
    [DataRow("other,packages", "", DisplayName = "another base")]
    [DataRow("base,packages,app,other,large", "base,packages,app", DisplayName = "more layers than the image has")]
    [DataRow("packages,base", "", DisplayName = "another order")]
    public async Task An_archive_goes_on_behind_what_it_has_in_common_with_a_front(string front, string common)
    {
        await Sample.DeliverAsync(Open("whole.tar"), Image());

        using var begun = await BeginAsync(front);
        var result = await Sample.DeliverAsync(Open("image.tar", begun), Image());

        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(_folder["whole.tar"]), await File.ReadAllBytesAsync(_folder["image.tar"]));
        Assert.HasCount(1, ImageValidator.Check(result.Locations.Single(), baseLayers: 3).Images);
        Assert.IsNotNull(await Open("image.tar").FindAsync(Image(), CancellationToken.None));
        Assert.IsEmpty(Directory.GetFiles(_folder["obj"]));
        // Without a layer: the marker of a layout, and the directories of blobs.
        var words = common.Length == 0 ? "2 KB" : ByteSize.Format(ArchiveContents.FrontOf([.. Names(common).Select(Layer)]).Length - 1024);
        Assert.Contains(detail => detail.StartsWith($"{words} of the archive", StringComparison.Ordinal), _reporter.Details);
    }

    [TestMethod]
    public async Task An_archive_in_gzip_is_written_from_its_start()
    {
        using var begun = await BeginAsync("base");

        var result = await Sample.DeliverAsync(Open("image.tar.gz", begun), Image());

        Assert.HasCount(1, ImageValidator.Check(result.Locations.Single(), baseLayers: 3).Images);
        Assert.IsEmpty(_reporter.Details);
    }

    [TestMethod]
    public async Task A_front_is_given_to_one_archive_only()
    {
        using var begun = await BeginAsync("base");

        await Sample.DeliverAsync(Open("one.tar", begun), Image());
        await Sample.DeliverAsync(Open("two.tar", begun), Image());

        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(_folder["one.tar"]), await File.ReadAllBytesAsync(_folder["two.tar"]));
        Assert.HasCount(1, _reporter.Details);
    }

    [TestMethod]
    public async Task Nothing_is_left_of_a_front_that_no_archive_takes()
    {
        var begun = await BeginAsync("base,packages");
        Assert.HasCount(1, Directory.GetFiles(_folder["obj"]));

        begun.Dispose();

        Assert.IsEmpty(Directory.GetFiles(_folder["obj"]));
    }

    [TestMethod]
    public async Task A_damaged_layer_leaves_no_front()
    {
        Layer("base");
        var damaged = _folder.Write("store/packages", new byte[3000]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ArchiveFront.WriteAsync(
            [Layer("base"), new FileBlob(Blob("packages").Descriptor, damaged)], _folder["obj"], CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsEmpty(Directory.GetFiles(_folder["obj"]));
    }

    [TestMethod]
    public async Task A_failure_leaves_the_archive_that_was_there_and_no_front()
    {
        await Sample.DeliverAsync(Open("image.tar"), Image("base", "packages"));
        var before = await File.ReadAllBytesAsync(_folder["image.tar"]);
        using var begun = await BeginAsync("base");
        var image = Image();
        File.Delete(_folder["store/app"]);

        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => Open("image.tar", begun).WriteAsync(image, CancellationToken.None));

        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(_folder["image.tar"]));
        Assert.IsEmpty(Directory.GetFiles(_folder["obj"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_front_does_not_move_into_another_mount()
    {
        using var other = new TemporaryDirectory("/dev/shm");
        using var begun = await BeginAsync("base");

        var result = await Sample.DeliverAsync(
            new ArchiveDestination(other["image.tar"], Sample.Name(), _reporter, begun: Take(begun)), Image());

        Assert.HasCount(1, ImageValidator.Check(result.Locations.Single(), baseLayers: 3).Images);
        Assert.IsEmpty(_reporter.Details);
        CollectionAssert.AreEqual(new[] { other["image.tar"] }, Directory.GetFiles(other.FullName));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_front_does_not_move_to_where_new_files_get_the_group_of_their_directory()
    {
#pragma warning disable CA1416 // The condition above says it.
        Directory.CreateDirectory(_folder["shared"]);
        File.SetUnixFileMode(
            _folder["shared"], UnixFileMode.SetGroup | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        using var begun = await BeginAsync("base");

        await Sample.DeliverAsync(Open("shared/image.tar", begun), Image());

        Assert.IsEmpty(_reporter.Details);
    }

    private static IEnumerable<string> Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static BegunArchive Take(ArchiveFront front) => (archive, path, _) => Task.FromResult(front.TryTake(archive, path));

    private static MemoryBlob Blob(string name) => new(MediaTypes.OciLayer, Content(name));

    private static byte[] Content(string name) => Sample.LayerTar(name == "large" ? new string('x', 300_000) : name);

    private FileBlob Layer(string name) => new(Blob(name).Descriptor, _folder.Write($"store/{name}", Content(name)));

    private ImageSet Image() => Image("base", "packages", "app");

    private ImageSet Image(params string[] layers) =>
        new(Sample.Image(Sample.Amd64, [.. layers.Select(Layer).Select(blob => new Layer(blob, blob.Descriptor.Digest))]));

    private Task<ArchiveFront> BeginAsync(string layers) =>
        ArchiveFront.WriteAsync([.. Names(layers).Select(Layer)], _folder["obj"], CancellationToken.None);

    private ArchiveDestination Open(string path, ArchiveFront? begun = null) =>
        new(_folder[path], Sample.Name(), _reporter, begun: begun is null ? null : Take(begun));
}
