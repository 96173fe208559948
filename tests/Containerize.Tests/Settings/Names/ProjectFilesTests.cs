using Containerize.Settings.Names;
using Containerize.Testing;

namespace Containerize.Tests.Settings.Names;

[TestClass]
internal sealed class ProjectFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Project => Path.Combine(_directory.FullName, "repo", "app");

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow("own.props")]
    [DataRow("./own.props")]
    [DataRow("../shared/own.props")]
    [DataRow("..\\shared\\own.props")]
    [DataRow("$(MSBuildThisFileDirectory)own.props")]
    [DataRow("$(MSBuildThisFileDirectory)/../shared/own.props")]
    [DataRow("$(msbuildprojectdirectory)/own.props")]
    [DataRow(" own.props ")]
    public void Imports_from_the_repository_are_read(string import)
    {
        _directory.Write("repo/.git/HEAD", "x");
        _directory.Write("repo/app/own.props", "<Project />");
        _directory.Write("repo/shared/own.props", "<Project />");

        CollectionAssert.AreEqual(new[] { "app.csproj", "own.props" }, Names(Read(import)));
    }

    [TestMethod]
    [DataRow("../../outside.props")]
    [DataRow("$(SomeDirectory)own.props")]
    [DataRow("$([MSBuild]::GetPathOfFileAbove('own.props'))")]
    [DataRow("*.props")]
    [DataRow("missing.props")]
    [DataRow("")]
    public void Other_imports_are_not(string import)
    {
        _directory.Write("repo/.git/HEAD", "x");
        _directory.Write("repo/app/own.props", "<Project />");
        _directory.Write("outside.props", "<Project />");

        CollectionAssert.AreEqual(new[] { "app.csproj" }, Names(Read(import)));
    }

    [TestMethod]
    public void Files_that_import_each_other_are_read_once()
    {
        _directory.Write("repo/app/own.props", """<Project><Import Project="app.csproj" /><Import Project="own.props" /></Project>""");

        CollectionAssert.AreEqual(new[] { "app.csproj", "own.props" }, Names(Read("own.props")));
    }

    [TestMethod]
    public void Without_git_the_files_that_MSBuild_names_span_the_repository()
    {
        var above = _directory.Write("repo/Directory.Build.props", """<Project><Import Project="shared/own.props" /></Project>""");
        _directory.Write("repo/shared/own.props", "<Project />");
        _directory.Write("outside.props", "<Project />");

        var files = Read("../../outside.props", above, Path.Combine(_directory.FullName, "repo", "Directory.Build.targets"));

        CollectionAssert.AreEqual(new[] { "app.csproj", "Directory.Build.props", "own.props" }, Names(files));
    }

    [TestMethod]
    public void A_file_that_cannot_be_read_is_left_out()
    {
        Directory.CreateDirectory(Path.Combine(Project, "own.props"));

        CollectionAssert.AreEqual(new[] { "app.csproj" }, Names(Read("own.props")));
    }

    private static List<string> Names(IEnumerable<ProjectFile> files) => [.. files.Select(file => Path.GetFileName(file.Path))];

    private IReadOnlyList<ProjectFile> Read(string import, params string[] others)
    {
        var project = _directory.Write("repo/app/app.csproj", $"""<Project><Import Project="{import}" /></Project>""");
        return ProjectFiles.Read(Project, [project, .. others]);
    }
}
