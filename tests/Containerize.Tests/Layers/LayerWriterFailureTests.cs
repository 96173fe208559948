using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Tests.Compression;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class LayerWriterFailureTests : IDisposable
{
    private readonly LayerFixture _fixture = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => _fixture.Dispose();

    [TestMethod]
    public async Task A_file_that_is_missing_is_named()
    {
        var entry = _fixture.Add("gone.dll", [1, 2, 3]);
        File.Delete(entry.SourcePath!);
        await AssertFailsAsync(DiagnosticCode.UnreadableFile, entry.SourcePath!, Large("a"), entry);
    }

    [TestMethod]
    public async Task A_file_that_is_a_directory_is_named()
    {
        var entry = _fixture.Add("gone.dll", [1, 2, 3]);
        File.Delete(entry.SourcePath!);
        Directory.CreateDirectory(entry.SourcePath!);
        await AssertFailsAsync(DiagnosticCode.UnreadableFile, entry.SourcePath!, entry);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2_999_999)]
    [DataRow(3_000_001)]
    [DataRow(9_000_000)]
    public async Task A_file_that_has_changed_its_size_is_named(int size)
    {
        var entry = Large("log");
        await File.WriteAllBytesAsync(entry.SourcePath!, new byte[size], TestContext.CancellationToken);
        await AssertFailsAsync(DiagnosticCode.FileChanged, entry.SourcePath!, entry, Large("other"));
    }

    [TestMethod]
    public async Task A_file_listed_as_empty_that_is_not_is_named()
    {
        var entry = _fixture.Add("log", [1]) with { Size = 0 };
        await AssertFailsAsync(DiagnosticCode.FileChanged, entry.SourcePath!, entry);
    }

    [TestMethod]
    public async Task A_store_that_cannot_be_written_is_named()
    {
        Directory.Delete(_fixture.Store.Root, recursive: true);
        await File.WriteAllTextAsync(_fixture.Store.Root, "a file", TestContext.CancellationToken);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _fixture.WriteAsync(Large("a")));
        Assert.AreEqual(DiagnosticCode.CannotWrite, failure.Code);
        Assert.Contains(_fixture.Store.Root, failure.Message);
    }

    [TestMethod]
    public async Task A_cancelled_layer_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var entries = Cancelling(cancellation).ToArray();
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => LayerWriter.WriteAsync(entries, _fixture.Store, new LayerOptions(), cancellation.Token));
        _fixture.AssertStoreIsEmpty();
    }

    private IEnumerable<LayerEntry> Cancelling(CancellationTokenSource cancellation)
    {
        var large = Large("0");
        cancellation.CancelAfter(TimeSpan.FromMilliseconds(5));
        for (var i = 0; i < 100; i++)
        {
            yield return large with { Path = $"{i}" };
        }
    }

    private LayerEntry Large(string path) => _fixture.Add(path, SampleData.Make("text", 3_000_000));

    private async Task AssertFailsAsync(DiagnosticCode code, string named, params LayerEntry[] entries)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _fixture.WriteAsync(entries));
        Assert.AreEqual(code, failure.Code);
        Assert.Contains(named, failure.Message);
        _fixture.AssertStoreIsEmpty();
    }
}
