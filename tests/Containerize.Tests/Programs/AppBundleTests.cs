using Containerize.Programs;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.Tests.Programs;

/// <summary>A single file of .NET says what it needs of .NET; any other file says nothing.</summary>
[TestClass]
internal sealed class AppBundleTests : IDisposable
{
    private const string Config = """{ "runtimeOptions": {} }""";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string? Read(byte[] file) => AppBundle.ReadConfig(_folder.Write("probe", file));

    // The mark lies at the end of the host; here also across the blocks in which a file is read.
    [TestMethod]
    [DataRow(100)]
    [DataRow(1024 * 1024 - 45)]
    [DataRow(1024 * 1024 - 8)]
    [DataRow(3 * 1024 * 1024 - 1)]
    public void The_config_is_found_wherever_the_host_ends(int hostSize) =>
        Assert.AreEqual(Config, Read(TestBundle.Of(new byte[hostSize], Config)));

    [TestMethod]
    public void A_program_without_an_app_inside_has_none()
    {
        Assert.IsNull(Read([]));
        Assert.IsNull(Read(new TestElf().ToBytes()));
        // The host of an app that is no single file has the mark, with no header.
        Assert.IsNull(Read([.. new byte[64], .. TestBundle.Mark, .. new byte[64]]));
        Assert.IsNull(Read(TestBundle.Of(new byte[64], Config, version: 1)));
    }

    [TestMethod]
    public void A_damaged_one_has_none()
    {
        var whole = TestBundle.Of(new byte[64], Config);
        for (var size = 0; size < whole.Length - sizeof(ulong); size++)
        {
            Assert.IsNull(Read(whole[..size]), $"{size} bytes");
        }

        foreach (var at in Enumerable.Range(64, whole.Length - 64))
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0xff;
            _ = Read(damaged);
        }
    }
}
