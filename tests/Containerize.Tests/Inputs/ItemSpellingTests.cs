using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class ItemSpellingTests
{
    private static string[] Apply(string[] files, string[] items, bool ignoreCase = true) =>
    [
        .. ItemSpelling.Apply(
            [
                .. files.Select(file => new PublishedFile
                {
                    RelativePath = file, SourcePath = file, Type = LayerEntryType.File, Origin = FileOrigin.App,
                }),
            ],
            items,
            new FileNameCase(ignoreCase)).Select(file => $"{file.RelativePath}{(file.RelativePath == file.SourcePath ? "" : "*")}"),
    ];

    [TestMethod]
    [DataRow("Data.json", "data.json", "data.json*")]
    [DataRow("lib/A.dll", "Lib/a.dll", "Lib/a.dll*")]
    [DataRow("Data.json", "Data.json", "Data.json")]
    [DataRow("lib/made.txt", "Lib/a.dll", "Lib/made.txt*")]
    [DataRow("de/x/made.txt", "DE/lib.dll", "DE/x/made.txt*")]
    [DataRow("library/made.txt", "Lib/a.dll", "library/made.txt")]
    [DataRow("other.txt", "data.json", "other.txt")]
    [DataRow("lib", "Lib/a.dll", "Lib*", DisplayName = "an empty directory")]
    public void A_name_that_differs_in_case_only_is_the_items(string file, string item, string expected) =>
        Assert.AreEqual(expected, Apply([file], [item]).Single());

    [TestMethod]
    [DataRow("Data.json", "data.json")]
    [DataRow("lib/made.txt", "Lib/a.dll")]
    public void Where_case_counts_every_file_keeps_its_name(string file, string item) =>
        Assert.AreEqual(file, Apply([file], [item], ignoreCase: false).Single());

    [TestMethod]
    public void No_two_files_get_one_name_and_the_order_is_ordinal()
    {
        CollectionAssert.AreEqual(new[] { "DATA.json", "data.json" }, Apply(["DATA.json", "data.json"], ["data.json"]));
        CollectionAssert.AreEqual(new[] { "Data.json", "data.json*" }, Apply(["DATA.json", "Data.json"], ["data.json"]));
        CollectionAssert.AreEqual(new[] { "b", "c*" }, Apply(["C", "b"], ["c"]));
        CollectionAssert.AreEqual(new[] { "Lib/a*", "lib/b" }, Apply(["lib/a", "lib/b"], ["Lib/a", "lib/b"]));
    }
}
