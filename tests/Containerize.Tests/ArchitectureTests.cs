using System.Text.RegularExpressions;

namespace Containerize.Tests;

/// <summary>The library stands alone, and what users read is complete.</summary>
[TestClass]
internal sealed partial class ArchitectureTests
{
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
        var page = File.ReadAllText(Path.Combine(Clone.Root, "sdk", "docs", "Diagnostics.md"));
        var documented = Heading().Matches(page).Select(match => match.Groups[1].Value).ToList();

        var codes = Enum.GetValues<DiagnosticCode>().Where(code => code != DiagnosticCode.None).Select(ContainerizeException.Format)
            .ToList();

        CollectionAssert.AreEquivalent(codes, documented);
    }

    [TestMethod]
    public void Every_code_in_the_targets_exists()
    {
        var targets = Directory.GetFiles(Path.Combine(Clone.Root, "sdk"), "*.targets", SearchOption.AllDirectories);
        var codes = Enum.GetValues<DiagnosticCode>().Select(ContainerizeException.Format).ToHashSet();

        var unknown = targets.SelectMany(file => Code().Matches(File.ReadAllText(file))).Select(match => match.Value)
            .Where(code => !codes.Contains(code)).ToList();

        Assert.IsEmpty(unknown);
    }

    [GeneratedRegex("^### (CTZ[0-9]{4})$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("CTZ[0-9]{4}")]
    private static partial Regex Code();
}
