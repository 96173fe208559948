using System.Text;
using Containerize.Compression;
using Containerize.Debian.Packaging;
using Containerize.Debian.Rootfs;
using Containerize.Testing.Debian;
using Containerize.Tests.Debian;
using Containerize.Tests.Debian.Archive;
using Containerize.Tests.Layers;

namespace Containerize.Tests.Compression;

/// <summary>A small package must not take all memory. The files here are a tar with <c>./usr/hello</c>, compressed by xz itself.</summary>
[TestClass]
internal sealed class XzDictionariesTests : IDisposable
{
    private const string Data =
        "4Cf/AF5dABcLyyeJ8u0YtDKBPOKGv0pDpq1vxTpoMDiCc4gb3I14KH0drcXjZb+YAP1h4tSluqwcw1dmjKWOp8kQh8IG4PZsRRayEgZETbRQr1eGSENy3XOdQQyWpXZ" +
        "wP4PXMgAAAAB6IdBCzhbRnAABeoBQAAAASkUHE7HEZ/sCAAAAAARZWg==";
    private const string Best = "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM" + Data;
    private const string Filtered = "/Td6WFoAAATm1rRGAgEEACEBHQDGX8H8" + Data;
    private const string Gigabyte = "/Td6WFoAAATm1rRGAgAhASQAAABeH8f5" + Data;
    private const string Blocks =
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4A//AExdABcLyyeJ8u0YtDKBPOKGv0pDpq1vxTpoMDiCc4gb3I14KH0drcXjZb+YAP1h4tSluqwcw1dmjKWOp8kQh8IG4PZ" +
        "sRRayEgZEOU9eOAAAnQUrTo6gpv4CACEBFgAAAHQv5aPgD/8AGV0AAG/9//+jt/9HPkgVcjlhUbiSKOajhJ4pRgAAAACl8OollNPTJgIAIQEWAAAAdC/lo+AH/wARXQ" +
        "AAb/3//6O3/0c+SBVwlKlgAAAAAABH4yckGGj7OAADaIAgNYAgLYAQAOhJoWMUFzswAwAAAAAEWVo=";
    private const string Sizes =
        "/Td6WFoAAATm1rRGA8BUgCAhARYAAAAAa/8Iz+AP/wBMXQAXC8snifLtGLQygTzihr9KQ6atb8U6aDA4gnOIG9yNeCh9Ha3F42W/mAD9YeLUpbqsHMNXZoyljqfJEIf" +
        "CBuD2bEUWshIGRDlPXjgAAJ0FK06OoKb+A8AhgCAhARYAAAAAt7Fo3+AP/wAZXQAAb/3//6O3/0c+SBVyOWFRuJIo5qOEnilGAAAAAKXw6iWU09MmA8AZgBAhARYAAA" +
        "AABiCBIeAH/wARXQAAb/3//6O3/0c+SBVwlKlgAAAAAABH4yckGGj7OAADbIAgOYAgMYAQAMFrJbcUFzswAwAAAAAEWVo=";
    private const string LongCheck =
        "/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4Cf/AF5dABcLyyeJ8u0YtDKBPOKGv0pDpq1vxTpoMDiCc4gb3I14KH0drcXjZb+YAP1h4tSluqwcw1dmjKWOp8kQh8IG4PZ" +
        "sRRayEgZETbRQr1eGSENy3XOdQQyWpXZwP4PXMgAAAABirz8TLVcM88RAf9ADYgoHQrBcxub6vfKQl68w+pcTggABkgGAUAAArtJ+L7bp3xwCAAAAAApZWg==";

    private readonly PackageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [TestMethod]
    [DataRow(Best, 64L)]
    [DataRow(Filtered, 96L)]
    [DataRow(Gigabyte, 1024L)]
    [DataRow(Blocks, 8L)]
    [DataRow(Sizes, 8L)]
    [DataRow(LongCheck, 8L)]
    public void The_dictionary_is_found_in_every_kind_of_file(string xz, long mebibytes) =>
        Assert.AreEqual(mebibytes << 20, Largest(Convert.FromBase64String(xz)));

    [TestMethod]
    public void A_dictionary_in_a_later_block_is_found()
    {
        var xz = Convert.FromBase64String(Blocks);
        xz[xz.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x02, 0x00, 0x21, 0x01, 0x16]) + 4] = 40;

        Assert.AreEqual(uint.MaxValue, Largest(xz));
    }

    [TestMethod]
    public void What_is_cut_off_or_changed_anywhere_is_an_error_or_a_number()
    {
        foreach (var file in new[] { Best, Filtered, Blocks, Sizes }.Select(Convert.FromBase64String))
        {
            for (var at = 0; at < file.Length; at++)
            {
                Try(file[..at]);
                var changed = (byte[])file.Clone();
                changed[at] ^= 0xff;
                Try(changed);
            }
        }

        static void Try(byte[] xz)
        {
            try
            {
                _ = Largest(xz);
            }
            catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException)
            {
                // Both are explained as a damaged package.
            }
        }
    }

    [TestMethod]
    [DataRow(Best)]
    [DataRow(Blocks)]
    [DataRow(Sizes)]
    [DataRow(LongCheck)]
    public async Task A_package_that_takes_no_more_than_dpkg_allows_is_read(string xz)
    {
        var entries = await _fixture.EntriesAsync(new AddedRoot(), Package(xz));

        Assert.AreEqual("hello\n", Encoding.UTF8.GetString(LayerFixture.Content(entries["usr/hello"])));
    }

    [TestMethod]
    [DataRow(Gigabyte)]
    [DataRow(Filtered)]
    public async Task A_package_that_takes_too_much_memory_is_refused_before_it_is_taken(string xz)
    {
        var package = Package(xz);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _fixture.WriteAsync(new AddedRoot(), package));

        Assert.AreEqual(DiagnosticCode.PackageTooLarge, failure.Code);
        Assert.IsLessThan(XzDictionaries.Limit, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public async Task An_index_that_takes_too_much_memory_is_refused()
    {
        using var archive = new SignedArchive { Form = "" }.Add("hello");
        archive.Publish();
        var xz = Convert.FromBase64String(Gigabyte);
        await File.WriteAllBytesAsync(archive.Index + ".xz", xz);
        var line =
            $" {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(xz))} {xz.Length} main/binary-amd64/Packages.xz";
        await File.WriteAllTextAsync(archive.InRelease, archive.Key.ClearSign(archive.Release([line])));

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, failure.Code);
        StringAssert.Contains(failure.Message, "memory");
    }

    private static long Largest(byte[] xz) => XzDictionaries.Largest(new MemoryStream(xz));

    private DebFile Package(string xz)
    {
        var parts = new TestPackage("x").ToBytes("");
        var control = parts[(8 + 60 + 4 + 60)..];
        var size = int.Parse(Encoding.ASCII.GetString(parts, 8 + 60 + 4 + 48, 10), System.Globalization.CultureInfo.InvariantCulture);
        return _fixture.Add(
            "x",
            "1.0",
            TestPackage.Ar(
                ("debian-binary", "2.0\n"u8.ToArray()), ("control.tar", control[..size]), ("data.tar.xz", Convert.FromBase64String(xz))));
    }
}
