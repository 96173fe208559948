using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class CacheMarkerTests : IDisposable
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly TemporaryDirectory _folder = new();

    private BlobStore Store => new(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void An_empty_directory_becomes_a_cache()
    {
        Assert.IsNull(CacheMarker.Objection(Store.Root));
        Assert.IsFalse(CacheMarker.IsOn(Store.Root));

        CacheMarker.Put(Store);

        Assert.IsTrue(CacheMarker.IsOn(Store.Root));
        StringAssert.StartsWith(
            File.ReadAllText(Path.Combine(Store.Root, "CACHEDIR.TAG")), "Signature: 8a477f597d28d172789f06886806bc55\n");
    }

    [TestMethod]
    [DataRow("notes.txt")]
    [DataRow(".bashrc")]
    [DataRow("src/Program.cs")]
    [DataRow("oci-layout")]
    [DataRow("blobs/sha256/" + Hex, DisplayName = "the blobs of another tool")]
    [DataRow("tmp/letter.doc")]
    [DataRow("tags/v1.0")]
    [DataRow("layers/roads.shp")]
    [DataRow("verified/list.csv")]
    [DataRow("tmp/blobs/sha256/" + Hex)]
    [DataRow("pruned/" + Hex)]
    [DataRow("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag created by cargo.\n")]
    public void A_directory_with_something_else_in_it_does_not(string file, string content = "of the user")
    {
        _folder.Write("store/" + file, content);

        var objection = CacheMarker.Objection(Store.Root);

        StringAssert.Contains(objection, "files that are not Containerize's");
        Assert.AreEqual(DiagnosticCode.CacheUnusable, Assert.ThrowsExactly<ContainerizeException>(() => CacheMarker.Require(Store)).Code);
        CollectionAssert.AreEqual(new[] { "store/" + file }, _folder.Files().ToArray());
    }

    [TestMethod]
    [DataRow("blobs/sha256/" + Hex)]
    [DataRow("layers/" + Hex)]
    [DataRow("layers/" + Hex + ".content")]
    [DataRow("layers/" + Hex + ".notes")]
    [DataRow("trees/" + Hex)]
    [DataRow("choices/" + Hex)]
    [DataRow("verified/sha256/" + Hex)]
    [DataRow("tags/0123456789abcdef0123456789abcdef")]
    [DataRow("tags/.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef.tmp")]
    [DataRow("pushed/0123456789abcdef/sha256-" + Hex)]
    [DataRow("leases/0123456789abcdef0123456789abcdef")]
    [DataRow("locks/sha256-" + Hex)]
    [DataRow("tmp/4711-0123456789abcdef0123456789abcdef")]
    [DataRow("tmp/damaged-" + Hex)]
    [DataRow("pruned")]
    [DataRow("CACHEDIR.TAG", DisplayName = "a marker that a crash left empty")]
    public void A_cache_of_an_earlier_version_is_known_by_its_form(string file)
    {
        _folder.Write("store/" + file, "");
        // Earlier versions made it before anything else.
        Directory.CreateDirectory(_folder["store/tmp"]);

        Assert.IsNull(CacheMarker.Objection(Store.Root));
        CacheMarker.Put(Store);
        Assert.IsTrue(CacheMarker.IsOn(Store.Root));
    }

    [TestMethod]
    public void A_cache_stays_one_whatever_is_put_into_it()
    {
        CacheMarker.Put(Store);
        _folder.Write("store/notes.txt", "of the user");

        Assert.IsNull(CacheMarker.Objection(Store.Root));
    }

    [TestMethod]
    public void A_new_file_system_is_empty()
    {
        Directory.CreateDirectory(_folder["store/lost+found"]);

        Assert.IsNull(CacheMarker.Objection(Store.Root));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_among_the_directories_makes_it_another_directory()
    {
        Directory.CreateDirectory(_folder["store/tmp"]);
        Directory.CreateSymbolicLink(_folder["store/blobs"], Directory.CreateDirectory(_folder["elsewhere"]).FullName);

        Assert.IsNotNull(CacheMarker.Objection(Store.Root));
    }

    [TestMethod]
    public async Task Builds_that_begin_at_once_agree_on_a_cache()
    {
        await Parallel.ForAsync(0, 40, (number, _) =>
        {
            Assert.IsNull(CacheMarker.Objection(Store.Root));
            CacheMarker.Put(Store);
            new Record(Store, RecordKind.Layer, $"{number}").Write("text");
            return ValueTask.CompletedTask;
        });

        Assert.IsTrue(CacheMarker.IsOn(Store.Root));
    }
}
