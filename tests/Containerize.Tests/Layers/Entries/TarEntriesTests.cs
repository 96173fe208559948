using System.Formats.Tar;
using Containerize.Layers;
using Containerize.Layers.Entries;

namespace Containerize.Tests.Layers.Entries;

[TestClass]
internal sealed class TarEntriesTests
{
    private const long NineGiB = 9L * 1024 * 1024 * 1024;

    [TestMethod]
    public async Task A_size_beyond_the_octal_field_is_written_as_a_binary_number()
    {
        // A sparse file has the size without the bytes; the header is taken and the rest is not awaited.
        var source = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenHandle(source, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.SetLength(file, NineGiB);
            }

            var entry = new LayerEntry
            {
                Path = "huge",
                Type = LayerEntryType.File,
                Mode = LayerFixture.FileMode,
                SourcePath = source,
                Size = NineGiB,
            };
            var head = new HeadStream();
            await using var tar = new TarWriter(head, TarEntryFormat.Gnu, leaveOpen: true);
            await Assert.ThrowsExactlyAsync<OperationCanceledException>(
                () => TarEntries.WriteAsync(tar, entry, LayerOptions.DefaultModificationTime, CancellationToken.None));
            CollectionAssert.AreEqual(new byte[] { 0x80, 0, 0, 0, 0, 0, 0, 2, 0x40, 0, 0, 0 }, head.Header[124..136]);
        }
        finally
        {
            File.Delete(source);
        }
    }

    /// <summary>Keeps the first header and refuses what follows.</summary>
    private sealed class HeadStream : MemoryStream
    {
        internal byte[] Header { get; private set; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Header.Length > 0)
            {
                throw new OperationCanceledException();
            }

            Header = buffer.ToArray();
            return ValueTask.CompletedTask;
        }

        public override bool CanSeek => false;
    }
}
