using Containerize.Histories;
using Containerize.Inputs;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class UnitFinderTests
{
    [TestMethod]
    public void A_directory_of_one_kind_of_change_is_one_unit_and_its_name_is_a_pattern() =>
        Assert.AreEqual(
            "docs/** 00 | app.dll 11",
            UnitsOf([["app.dll=1", "docs/a=1", "docs/deep/b=1"], ["app.dll=2", "docs/a=1", "docs/deep/b=1"],
                ["app.dll=3", "docs/a=1", "docs/deep/b=1"]]));

    [TestMethod]
    public void A_directory_of_several_kinds_of_change_falls_into_parts() =>
        Assert.AreEqual(
            "www/assets/** 11 | www/images/** 00 | www/index.html 01",
            UnitsOf([["www/assets/x=1", "www/images/i=1", "www/index.html=1"], ["www/assets/x=2", "www/images/i=1", "www/index.html=1"],
                ["www/assets/x=3", "www/images/i=1", "www/index.html=2"]]));

    [TestMethod]
    public void Files_with_names_of_their_own_in_each_image_are_a_pattern_of_their_directory_and_stay_where_there_is_none() =>
        Assert.AreEqual(
            "assets/** 11 | app 11",
            UnitsOf([["assets/a1=1", "bundle1.js=1"], ["assets/a2=1", "bundle2.js=1"], ["assets/a3=1", "bundle3.js=1"]]));

    [TestMethod]
    [DataRow("a*b")]
    [DataRow("100%25")]
    [DataRow("a;b")]
    [DataRow("$(x)")]
    public void A_name_that_means_something_to_MSBuild_is_no_pattern(string name) =>
        Assert.AreEqual("app 10", UnitsOf([[$"{name}=1"], [$"{name}=2"], [$"{name}=2"]]));

    private static string UnitsOf(string[][] images)
    {
        var read = images.Select((files, number) => new PastImage($"app:{number}", [.. files.Select(File)], []));
        var units = new UnitFinder([.. read], LayerSplit.ByOrigin, []).Find();
        return string.Join(" | ", units.Select(unit => $"{unit.Name} {unit.ChangeKey}"));
    }

    private static PastFile File(string text) =>
        text.Split('=') is [var path, var state] ? new(path, 10, 10, state, FileOrigin.App) : throw new ArgumentException(text);
}
