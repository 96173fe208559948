using System.Text;
using Containerize.SupplyChain.Sbom;

namespace Containerize.Tests.SupplyChain.Sbom;

[TestClass]
internal sealed class DependencyFileTests
{
    private const string Whole = """
        {
          // The host takes comments.
          "runtimeTarget": { "name": "net" },
          "targets": { "net": {
            "Shop/1.0": { "dependencies": { "Serilog": "4.2" }, "runtime": { "Shop.dll": {} } },
            "Serilog/4.2": { "runtime": { "lib/Serilog.dll": {} } }
          } },
          "libraries": {
            "Shop/1.0": { "type": "project", "sha512": "" },
            "Serilog/4.2": { "type": "package", "sha512": "sha512-AQID", "path": "serilog/4.2" },
            "runtimepack.NET/10": { "type": "runtimepack" },
            "Other/2": { "type": "reference" }
          }
        }
        """;

    private static DependencyFile? Read(string json) => DependencyFile.Read(Encoding.UTF8.GetBytes(json), "Shop");

    [TestMethod]
    public void It_has_the_libraries_with_what_they_need() => Assert.AreEqual(
        "App Shop 1.0   [Serilog/4.2] [Shop.dll];Package Serilog 4.2 010203 serilog/4.2 [] [lib/Serilog.dll];RuntimePack NET 10   [] [];"
            + "Assembly Other 2   [] []",
        string.Join(';', Read(Whole)!.Libraries.Select(each => $"{each.Kind} {each.Name} {each.Version} {each.Sha512} {each.Folder} "
            + $"[{string.Join(' ', each.Needs)}] [{string.Join(' ', each.Files)}]")));

    [TestMethod]
    [DataRow("\"Other/2\"", "\"Other\"")]
    [DataRow("\"Other/2\"", "\"Serilog/4.2\"")]
    [DataRow("\"Other/2\"", "\"\\ud800/2\"")]
    [DataRow("{ \"type\": \"reference\" }", "3")]
    [DataRow("\"reference\"", "\"\\udc00\"")]
    [DataRow("sha512-AQID", "sha512-?")]
    [DataRow("\"name\": \"net\"", "\"name\": \"other\"")]
    [DataRow("\"libraries\"", "\"others\"")]
    [DataRow("\"libraries\"", "\"targets\"")]
    public void What_makes_no_sense_says_nothing(string part, string other)
    {
        StringAssert.Contains(Whole, part);

        Assert.IsNull(Read(Whole.Replace(part, other, StringComparison.Ordinal)));
    }
}
