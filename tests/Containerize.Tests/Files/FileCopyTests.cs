using Containerize.Files;
using Containerize.Testing;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class FileCopyTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly byte[] _bytes = ClientLab.RandomBytes(1_000_003);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(0, 1_000_003, 0)]
    [DataRow(511, 300_000, 77)]
    [DataRow(4096, 8192, 4096)]
    [DataRow(10, 0, 5)]
    public void A_part_of_a_file_lands_where_it_belongs(int offset, int length, int position)
    {
        Assert.AreEqual(length, Copy(_folder["copy"], offset, length, position));
        CollectionAssert.AreEqual(
            _bytes[offset..(offset + length)], File.ReadAllBytes(_folder["copy"])[Math.Min(position, length == 0 ? 0 : position)..]);
    }

    [TestMethod]
    public void A_source_that_ends_early_gives_what_it_has()
    {
        Assert.AreEqual(3, Copy(_folder["copy"], offset: 1_000_000, length: 500, position: 0));
        CollectionAssert.AreEqual(_bytes[1_000_000..], File.ReadAllBytes(_folder["copy"]));
    }

    [TestMethod]
    public void Files_may_lie_on_two_file_systems()
    {
        var other = new DirectoryInfo("/dev/shm");
        if (!other.Exists)
        {
            Assert.Inconclusive("Only Linux has it; elsewhere there is one way to copy, which the other tests take.");
        }

        var copy = Path.Combine(other.FullName, $"containerize-test-{Guid.NewGuid():N}");
        try
        {
            Copy(copy, offset: 1, length: 999_999, position: 1);
            CollectionAssert.AreEqual(_bytes[1..1_000_000], File.ReadAllBytes(copy)[1..]);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [TestMethod]
    public void A_target_that_cannot_take_the_bytes_is_an_error()
    {
        using var source = File.OpenHandle(_folder.Write("source", _bytes));
        using var target = File.OpenHandle(_folder.Write("target", ""), access: FileAccess.Read);
        Assert.Throws<Exception>(() => FileCopy.Run(source, 0, _bytes.Length, target, 0, CancellationToken.None));
    }

    [TestMethod]
    public void It_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => Copy(_folder["copy"], 0, 1000, 0, cancellation.Token));
    }

    private long Copy(string path, int offset, int length, int position, CancellationToken cancellationToken = default)
    {
        using var source = File.OpenHandle(_folder.Write("source", _bytes));
        using var target = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        return FileCopy.Run(source, offset, length, target, position, cancellationToken);
    }
}
