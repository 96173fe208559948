using System.Text.RegularExpressions;

namespace Containerize.Tests;

/// <summary>Dependencies point one way, and what users read is complete.</summary>
[TestClass]
internal sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Oci"] = [],
        ["Compression"] = [],
        ["Engines"] = ["Oci"],
        ["Storage"] = ["Oci"],
        ["Layers"] = ["Oci", "Storage", "Compression"],
        ["Registry"] = ["Oci", "Storage"],
        ["Images"] = ["Oci", "Storage", "Layers", "Registry", "Engines"],
        ["Debian"] = ["Oci", "Storage", "Layers", "Registry", "Images"],
        ["Destinations"] = ["Oci", "Storage", "Registry", "Images", "Compression", "Engines"],
    };

    private static string Source => Path.Combine(RepositoryRoot, "src");

    private static string RepositoryRoot
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Containerize.sln")))
            {
                directory = directory.Parent;
            }

            return directory?.FullName ?? throw new InvalidOperationException("The tests do not lie in a clone.");
        }
    }

    private static IEnumerable<string> CodeOf(string directory) =>
        Directory.GetFiles(directory, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [TestMethod]
    public void Rooms_use_only_the_rooms_below_them()
    {
        var library = Path.Combine(Source, "Containerize");
        var wrong = from room in Directory.GetDirectories(library).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"))
                    from file in CodeOf(Path.Combine(library, room!))
                    from Match match in RoomName().Matches(File.ReadAllText(file))
                    let used = match.Groups[1].Value
                    where used != room && s_mayUse.ContainsKey(used) && !s_mayUse[room!].Contains(used)
                    select $"{Path.GetRelativePath(library, file)} uses {used}";

        Assert.IsEmpty(wrong.ToList());
    }

    [TestMethod]
    public void The_library_knows_no_MSBuild_and_no_console()
    {
        var references = typeof(ContainerizeException).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        Assert.IsFalse(references.Exists(name => name.StartsWith("Microsoft.Build", StringComparison.Ordinal)));
        Assert.DoesNotContain("System.Console", references);
    }

    [TestMethod]
    public void Every_code_is_explained_and_nothing_else_is()
    {
        var documented = Heading().Matches(File.ReadAllText(Path.Combine(RepositoryRoot, "sdk", "docs", "Diagnostics.md"))).Select(match => match.Groups[1].Value).ToList();

        var codes = Enum.GetValues<DiagnosticCode>().Where(code => code != DiagnosticCode.None).Select(ContainerizeException.Format).ToList();

        CollectionAssert.AreEquivalent(codes, documented);
    }

    [TestMethod]
    public void Every_code_in_the_targets_exists()
    {
        var targets = Directory.GetFiles(Path.Combine(RepositoryRoot, "sdk"), "*.targets", SearchOption.AllDirectories);
        var codes = Enum.GetValues<DiagnosticCode>().Select(ContainerizeException.Format).ToHashSet();

        var unknown = targets.SelectMany(file => Code().Matches(File.ReadAllText(file))).Select(match => match.Value).Where(code => !codes.Contains(code)).ToList();

        Assert.IsEmpty(unknown);
    }

    [GeneratedRegex(@"\bContainerize\.(Oci|Compression|Engines|Storage|Layers|Registry|Images|Debian|Destinations)\b")]
    private static partial Regex RoomName();

    [GeneratedRegex("^### (CTZ[0-9]{4})$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("CTZ[0-9]{4}")]
    private static partial Regex Code();
}
