using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class RecordTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private BlobStore Store => new(_folder["store"]);

    public static IEnumerable<object[]> Kinds => RecordKind.InCache.Select(kind => new object[] { kind.Name });

    public static IEnumerable<object[]> KindsAndFiles =>
        from kind in Kinds
        from special in SpecialFile.All
        select new[] { kind[0], special[0] };

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Each_kind_has_a_directory_of_its_own()
    {
        Assert.HasCount(RecordKind.InCache.Count, RecordKind.InCache.Select(kind => kind.Name).Distinct().ToList());
        var listed = typeof(RecordKind).GetProperties(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)
            .Where(property => property.PropertyType == typeof(RecordKind)).Select(property => (RecordKind)property.GetValue(null)!)
            .ToList();

        RecordKind[] ofProjects =
        [
            RecordKind.FileHashes, RecordKind.Intact, RecordKind.Published, RecordKind.Secrets, RecordKind.PreviousBuild,
            RecordKind.Ahead, RecordKind.Attached,
        ];
        CollectionAssert.AreEquivalent(RecordKind.InCache.Concat(ofProjects).ToList(), listed);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void A_record_is_read_back_and_counts_as_used(string name)
    {
        var record = new Record(Store, Kind(name), "key");
        Assert.IsNull(record.Read());

        record.Write("a text\nof two lines");
        File.SetLastAccessTimeUtc(record.Path, DateTime.UtcNow.AddDays(-3));

        Assert.AreEqual("a text\nof two lines", record.Read());
        Assert.IsLessThan(1, (DateTime.UtcNow - File.GetLastAccessTimeUtc(record.Path)).TotalHours);
        record.Remove();
        Assert.IsNull(record.Read());
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void A_record_of_something_else_or_of_another_version_counts_as_none(string name)
    {
        var kind = Kind(name);
        var record = new Record(Store, kind, "key");
        var others = new[]
        {
            new Record(Store, kind, "other key"),
            new Record(Store, kind with { Version = kind.Version + 1 }, "key"),
            new Record(Store, RecordKind.InCache.First(other => other != kind), "key"),
        };
        foreach (var other in others)
        {
            other.Write("text");
            Directory.CreateDirectory(Path.GetDirectoryName(record.Path)!);
            File.Move(other.Path, record.Path, overwrite: true);

            Assert.IsNull(record.Read());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void A_bit_that_flips_anywhere_is_found(string name)
    {
        var record = new Record(Store, Kind(name), "key");
        record.Write("some text\n");
        var whole = File.ReadAllBytes(record.Path);
        for (var place = 0; place < whole.Length; place++)
        {
            var damaged = whole.ToArray();
            damaged[place] ^= 1;
            File.WriteAllBytes(record.Path, damaged);
            Assert.IsNull(record.Read(), $"{place}");

            File.WriteAllBytes(record.Path, whole[..place]);
            Assert.IsNull(record.Read(), $"{place} bytes");
        }

        record.Write("some text\n");
        Assert.AreEqual("some text\n", record.Read());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(KindsAndFiles))]
    [Timeout(30_000)]
    public async Task What_is_no_file_counts_as_none_and_is_replaced(string name, string special)
    {
        var record = new Record(Store, Kind(name), "key");
        await SpecialFile.PutAsync(special, record.Path);

        Assert.IsNull(record.Read());
        record.Write("text");

        Assert.AreEqual("text", record.Read());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [Timeout(30_000)]
    public async Task What_is_no_file_in_the_projects_directory_counts_as_none(string special)
    {
        var path = _folder["obj/hashes.txt"];
        await SpecialFile.PutAsync(special, path);

        Assert.IsNull(SealedFile.TryRead(path, "title", mustBeOwn: false));
        SealedFile.TryWrite(path, "title", "text");

        Assert.AreEqual(special == SpecialFile.Directory ? null : "text", SealedFile.TryRead(path, "title", mustBeOwn: false));
    }

    private static RecordKind Kind(string name) => RecordKind.InCache.Single(kind => kind.Name == name);
}
