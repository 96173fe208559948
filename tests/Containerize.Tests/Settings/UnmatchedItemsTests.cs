using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Settings.Names;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class UnmatchedItemsTests : IDisposable
{
    private readonly SettingsLab _lab = new SettingsLab().AddDefaults();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow("Files", "**/*.onnx")]
    [DataRow("Files", "models/**;*.bin")]
    [DataRow("Packages", "Contoso.*")]
    [DataRow("Origin", "Project")]
    public void A_layer_without_a_file_is_told_with_its_place(string metadata, string value)
    {
        _lab.Add(ItemKind.Layer, "models", (metadata, value));

        Warn($"""<ItemGroup><ContainerizeLayer Include="other;models" {metadata}="{value}" /></ItemGroup>""");

        var (code, text) = _lab.Reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.MatchesNothing, code);
        StringAssert.Contains(text, "ContainerizeLayer 'models' matches no published file");
        Assert.AreEqual(1, _lab.Reporter.Positions.Single()!.Line);
    }

    [TestMethod]
    [DataRow("**/*.dll", """<ItemGroup><ContainerizeLayer Include="models" Files="**/*.dll" /></ItemGroup>""")]
    [DataRow("**/*.onnx", "")]
    [DataRow("**/*.onnx", """<ItemGroup><ContainerizeLayer Include="models" Files="x" /></ItemGroup>""")]
    [DataRow("**/*.onnx", """<ItemGroup><ContainerizeLayer Remove="models" /></ItemGroup>""")]
    public void A_layer_with_a_file_or_of_another_file_is_not(string files, string text)
    {
        _lab.Add(ItemKind.Layer, "models", ("Files", files));

        Warn(text);

        Assert.AreEqual("", _lab.Reporter.AllText);
    }

    [TestMethod]
    public void A_layer_whose_files_another_one_takes_is_not()
    {
        _lab.Add(ItemKind.Layer, "first", ("Files", "**")).Add(ItemKind.Layer, "models", ("Files", "$(Models)"), ("Packages", "x"))
            .Add(ItemKind.Layer, "second", ("Files", "app.dll"));

        Warn("""<ItemGroup><ContainerizeLayer Include="first;second" Files="app.dll" /></ItemGroup>""");

        Assert.AreEqual("", _lab.Reporter.AllText);
    }

    [TestMethod]
    [DataRow("certs/**")]
    [DataRow("*.pem;extra/readme.txt")]
    [DataRow("./sub/*.pem")]
    public void A_file_with_wildcards_without_a_file_is_told(string include)
    {
        Warn($"""<ItemGroup><ContainerizeFile Include="{include}" TargetPath="/certs/" /></ItemGroup>""");

        StringAssert.Contains(_lab.Reporter.Warnings.Single().Text, $"ContainerizeFile '{include.Split(';')[0]}' matches no file");
    }

    [TestMethod]
    [DataRow("data/**")]
    [DataRow("./data/*.txt")]
    [DataRow("data\\**\\?.txt")]
    [DataRow("none.txt")]
    [DataRow("$(Certificates)/**")]
    [DataRow("@(Certificates->'%(FullPath)/*')")]
    public void A_file_that_was_found_or_has_no_wildcards_is_not(string include)
    {
        _lab.Write("data/a.txt", "a");
        _lab.Add(ItemKind.File, "./data/a.txt", ("TargetPath", "/etc/"));

        Warn($"""<ItemGroup><ContainerizeFile Include="{include}" TargetPath="/certs/" /></ItemGroup>""");

        Assert.AreEqual("", _lab.Reporter.AllText);
    }

    [TestMethod]
    [DataRow("Include=\"*.token\"", "'*.token'")]
    [DataRow("Include=\"%2a.token\"", "'*.token'")]
    [DataRow("Include=\"tokens\" Files=\"*.token;*.jwt\"", "'*.token', '*.jwt'")]
    [DataRow("Include=\"!certs/test.pfx\"", "'!certs/test.pfx'")]
    public void A_pattern_of_secrets_without_a_file_is_told(string attributes, string shown)
    {
        _lab.Add(ItemKind.Secret, "*.pfx");

        Warn($"<ItemGroup><ContainerizeSecretPattern {attributes} /></ItemGroup>");

        StringAssert.Contains(_lab.Reporter.Warnings.Single().Text, $"ContainerizeSecretPattern {shown} matches no file of the image");
    }

    [TestMethod]
    [DataRow("Include=\"app.dll\"")]
    [DataRow("Include=\"!*.txt\"")]
    [DataRow("Include=\"data/a.txt\"")]
    [DataRow("Include=\"etc/a.txt\"")]
    [DataRow("Include=\"tokens\" Files=\"*.token;*.dll\"")]
    [DataRow("Include=\"$(Own)\"")]
    [DataRow("Remove=\"*.token\"")]
    [DataRow("Include=\"*.token\" Condition=\"x\"")]
    public void A_pattern_of_secrets_with_a_file_is_not(string attributes)
    {
        _lab.Write("data/a.txt", "a");
        _lab.Add(ItemKind.Secret, "*.pfx").Add(ItemKind.File, "data/a.txt", ("TargetPath", "/etc/"));

        Warn($"<ItemGroup><ContainerizeSecretPattern {attributes} /></ItemGroup>");

        Assert.AreEqual("", _lab.Reporter.AllText);
    }

    [TestMethod]
    public void Patterns_do_not_matter_where_secrets_are_included()
    {
        _lab.Add(ItemKind.Layers, "layers", ("Secrets", "Include"));

        Warn("""<ItemGroup><ContainerizeSecretPattern Include="*.token" /></ItemGroup>""");

        Assert.AreEqual("", _lab.Reporter.AllText);
    }

    private void Warn(string text)
    {
        var project = _lab.Project;
        var published = new PublishedFile
        {
            RelativePath = "app.dll",
            Type = LayerEntryType.File,
            SourcePath = _lab.Write("publish/app.dll", "x"),
            Origin = FileOrigin.App,
        };
        new UnmatchedItems(ProjectFile.Parse(Path.Combine(_lab.Directory, "app.csproj"), $"<Project>{text}</Project>"), _lab.Reporter)
            .Warn(project, LayerSettings.Read(project, Platform.FromRuntimeIdentifier("linux-x64")), [published]);
    }
}
