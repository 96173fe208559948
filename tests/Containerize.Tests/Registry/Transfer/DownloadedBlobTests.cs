using Containerize.Oci;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>What a client has downloaded is known to be whole for as long as nothing touches its file.</summary>
[TestClass]
internal sealed class DownloadedBlobTests
{
    private static readonly byte[] s_bytes = ClientLab.RandomBytes(100_000);

    [TestMethod]
    public async Task A_downloaded_blob_is_not_read_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        Assert.IsNull(lab.Client.TryGetDownloaded(blob, lab.Store));
        var fetched = await lab.FetchAsync(blob);

        var known = lab.Client.TryGetDownloaded(blob with { MediaType = MediaTypes.OciLayerGzip }, lab.Store);

        Assert.AreEqual(fetched.Path, known?.Path);
        Assert.AreEqual(MediaTypes.OciLayerGzip, known?.Descriptor.MediaType);
        Assert.IsNull(lab.Client.TryGetDownloaded(blob with { Size = blob.Size + 1 }, lab.Store), "another claim");
        Assert.IsNull(lab.NewClient().TryGetDownloaded(blob, lab.Store), "another client");
    }

    [TestMethod]
    [DataRow("changed")]
    [DataRow("shortened")]
    [DataRow("deleted")]
    [DataRow("a link")]
    [DataRow("a directory")]
    public async Task A_blob_whose_file_changed_is_fetched_again(string change)
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        var path = (await lab.FetchAsync(blob)).Path;
        // Further from the download than the clock of the file system can be.
        await Task.Delay(50);
        Change(path, change);

        Assert.IsNull(lab.Client.TryGetDownloaded(blob, lab.Store));
        CollectionAssert.AreEqual(s_bytes, await File.ReadAllBytesAsync((await lab.FetchAsync(blob)).Path));
        Assert.AreEqual(2 * s_bytes.Length, lab.Registry.BlobBytesSent);
        Assert.IsNotNull(lab.Client.TryGetDownloaded(blob, lab.Store));
    }

    private static void Change(string path, string change)
    {
        if (change == "changed")
        {
            File.WriteAllBytes(path, [.. s_bytes[..^1], (byte)(s_bytes[^1] ^ 1)]);
            return;
        }

        if (change == "shortened")
        {
            File.WriteAllBytes(path, s_bytes[..^1]);
            return;
        }

        File.Delete(path);
        if (change == "a link")
        {
            File.WriteAllBytes(path + ".other", s_bytes);
            File.CreateSymbolicLink(path, path + ".other");
        }
        else if (change == "a directory")
        {
            Directory.CreateDirectory(path);
        }
    }
}
