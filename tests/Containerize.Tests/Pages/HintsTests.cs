using Containerize.Oci;
using Containerize.Pages;

namespace Containerize.Tests.Pages;

/// <summary>What an image could do without. Each hint is right, or it is not given.</summary>
[TestClass]
internal sealed class HintsTests
{
    private const long Large = 1_000_000;
    private static readonly Platform s_linux = new() { Os = "linux", Architecture = "amd64" };

    [TestMethod]
    public void Symbols_of_the_app_and_of_other_projects_are_told_apart()
    {
        var hints = Find(File("app/shop.pdb"), File("app/lib.pdb"), File("app/shop.dll"), File("app/native.pdb", "Native 1.0.0"));

        Assert.AreEqual("app/shop.pdb", FileOf("CopyOutputSymbols"));
        Assert.AreEqual("app/lib.pdb", FileOf("AllowedReference"));
        Assert.HasCount(2, hints);

        string FileOf(string cure) => hints.Single(hint => hint.Cure.Contains(cure, StringComparison.Ordinal)).Files.Single().Path;
    }

    [TestMethod]
    public void Native_symbols_belong_to_the_program_that_is_started()
    {
        var hint = Hints.Find([File("app/shop.dbg")], s_linux, ["/app/shop"]).Single();

        StringAssert.Contains(hint.Cure, "<CopyOutputSymbolsToPublishDirectory>false<");
        Assert.AreEqual(Large, hint.Size);
    }

    [TestMethod]
    public void Documentation_is_what_lies_beside_an_assembly_of_its_name()
    {
        var hint = Find(File("app/lib.dll"), File("app/lib.xml"), File("app/data.xml"), File("app/sub/lib.xml")).Single();

        Assert.AreEqual("app/lib.xml", hint.Files.Single().Path);
        StringAssert.Contains(hint.Cure, "<PublishDocumentationFiles>false<");
    }

    [TestMethod]
    [DataRow("win-x64", true)]
    [DataRow("osx", true)]
    [DataRow("osx-arm64", true)]
    [DataRow("linux-arm64", true)]
    [DataRow("linux-musl-arm64", true)]
    [DataRow("browser-wasm", true)]
    [DataRow("linux-x64", false)]
    [DataRow("linux", false)]
    [DataRow("linux-musl-x64", false)]
    [DataRow("unix", false)]
    [DataRow("debian-x64", false)]
    public void Native_files_that_cannot_run_here_are_told(string runtime, bool isTold)
    {
        var hints = Find(File($"app/runtimes/{runtime}/native/e_sqlite3.so", "SQLite 1.0.0"));

        Assert.AreEqual(isTold, hints.Count == 1);
        if (isTold)
        {
            StringAssert.Contains(hints[0].Cure, "<RuntimeIdentifier>linux-x64<");
        }
    }

    [TestMethod]
    public void Texts_in_many_languages_are_told_with_their_names()
    {
        var two = new[] { File("app/de/Lib.resources.dll"), File("app/fr/Lib.resources.dll") };

        Assert.IsEmpty(Find(two));
        var hint = Find([.. two, File("app/pt-BR/Lib.resources.dll")]).Single();
        StringAssert.Contains(hint.Why, "de, fr, pt-BR");
        StringAssert.Contains(hint.Cure, "<SatelliteResourceLanguages>en<");
    }

    [TestMethod]
    public void What_saves_little_is_not_told() => Assert.IsEmpty(Find(File("app/shop.pdb") with { Size = 20_000 }));

    private static IReadOnlyList<Hint> Find(params ReportedFile[] files) => Hints.Find(files, s_linux, ["dotnet", "/app/shop.dll"]);

    private static ReportedFile File(string path, string? package = null) => new(path, "app", package, Large, path);
}
