using Containerize.Dockerfiles;

namespace Containerize.Tests.Dockerfiles;

/// <summary>
/// Dockerfiles as people write them, and what replaces them. CONTAINERIZE_WRITE_PAGES=1 writes what is expected, to be read.
/// </summary>
[TestClass]
internal sealed class GoldenDockerfileTests
{
    private static string Golden => Path.Combine(Clone.Root, "tests", "Containerize.Tests", "Dockerfiles", "Golden");

    public static IEnumerable<string[]> Names =>
        Directory.GetDirectories(Golden).Select(directory => new[] { Path.GetFileName(directory) });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_Dockerfile_becomes_properties_and_items(string name)
    {
        var expected = Path.Combine(Golden, name, "expected.txt");
        var actual = Print(Import(File.ReadAllText(Path.Combine(Golden, name, "Dockerfile"))));
        if (Environment.GetEnvironmentVariable("CONTAINERIZE_WRITE_PAGES") == "1")
        {
            File.WriteAllText(expected, actual);
        }

        Assert.AreEqual(File.ReadAllText(expected), actual);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Windows_line_ends_change_nothing(string name)
    {
        var text = File.ReadAllText(Path.Combine(Golden, name, "Dockerfile"));

        Assert.AreEqual(Print(Import(text)), Print(Import("\uFEFF" + text.Replace("\n", "\r\n", StringComparison.Ordinal))));
    }

    private static ImportedProject Import(string text) =>
        DockerfileImport.Read(text, "Dockerfile", null, new Dictionary<string, string>(), Imported.IsDirectory);

    private static string Print(ImportedProject project) =>
        $"project: {project.Project}\n\n{project.ToXml("1.0")}\n"
        + string.Concat(project.Notes.Select(note => $"{note.Line} {note.Instruction}: {note.Kind}: {note.Text}\n"));
}
