using System.Text.RegularExpressions;
using Containerize.Settings.Names;
using Containerize.Testing;

namespace Containerize.Tests.Settings.Names;

[TestClass]
internal sealed partial class NameCheckTests
{
    private readonly RecordingReporter _reporter = new();

    [TestMethod]
    [DataRow(
        "<PropertyGroup><ContainerBaseImge>x</ContainerBaseImge></PropertyGroup>",
        "'ContainerBaseImge' has no effect",
        "ContainerBaseImage is")]
    [DataRow(
        "<Target Name='T'><PropertyGroup><ContainerImageTgs /></PropertyGroup></Target>",
        "'ContainerImageTgs'",
        "ContainerImageTags is")]
    [DataRow(
        "<ItemGroup><ContainerizeDebianPackages Include='x' /></ItemGroup>",
        "The item 'ContainerizeDebianPackages'",
        "ContainerizeDebianPackage is")]
    [DataRow("<ItemGroup><ContainerizeFile Include='x' Onwer='1' /></ItemGroup>", "ContainerizeFile has no metadata 'Onwer'", "Owner is")]
    [DataRow("<ItemGroup><ContainerizeFile Update='x'><Moed>1</Moed></ContainerizeFile></ItemGroup>", "no metadata 'Moed'", "Mode is")]
    [DataRow("<ItemDefinitionGroup><ContainerizeFile><Modes /></ContainerizeFile></ItemDefinitionGroup>", "no metadata 'Modes'", "Mode is")]
    [DataRow(
        "<PropertyGroup><ContainerizeDebianPackage>x</ContainerizeDebianPackage></PropertyGroup>",
        "ContainerizeDebianPackage is an item",
        "Include=\"…\" /> in an ItemGroup")]
    [DataRow("<PropertyGroup><containerport>80</containerport></PropertyGroup>", "ContainerPort is an item", "ItemGroup")]
    [DataRow(
        "<ItemGroup><ContainerBaseImage Include='x' /></ItemGroup>",
        "ContainerBaseImage is a property",
        "<ContainerBaseImage>…</ContainerBaseImage> in a PropertyGroup")]
    [DataRow("<PropertyGroup><ContainerPorts>80</ContainerPorts></PropertyGroup>", "'ContainerPorts'", "The item ContainerPort is")]
    [DataRow(
        "<ItemGroup><ContainerizeMaxLayer Include='3' /></ItemGroup>",
        "'ContainerizeMaxLayer'",
        "The property ContainerizeMaxLayers is")]
    public void A_name_that_is_nearly_known_is_told(string text, string what, string hint)
    {
        Check(text);

        var (code, message) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.UnknownName, code);
        StringAssert.Contains(message, what);
        StringAssert.Contains(message, hint);
        Assert.AreEqual(("/src/app.csproj", 2), (_reporter.Positions.Single()!.File, _reporter.Positions.Single()!.Line));
    }

    [TestMethod]
    [DataRow("<PropertyGroup><ContainerBaseImage>x</ContainerBaseImage><containerUSER>x</containerUSER></PropertyGroup>")]
    [DataRow("<PropertyGroup><ContainerFoo>x</ContainerFoo><ContainerRegistryUrl>x</ContainerRegistryUrl></PropertyGroup>")]
    [DataRow("<PropertyGroup><Compression>x</Compression><Company>x</Company></PropertyGroup>")]
    [DataRow("<ItemGroup><ContainerRegistry Include='x' /><ContainerImageTags Include='x' /></ItemGroup>")]
    [DataRow("<ItemGroup><ContainerizeFile Include='x' Link='y' Visible='false' owner='1' /></ItemGroup>")]
    [DataRow("<ItemGroup><ContainerizeFile Include='x' Condition='' Exclude='' KeepDuplicates='' Label='x' /></ItemGroup>")]
    [DataRow("<ItemGroup><None Include='x' Onwer='1' /></ItemGroup>")]
    // Of the .NET SDK and of Visual Studio.
    [DataRow(
        "<PropertyGroup><ContainerBaseRegistry /><ContainerDevelopmentMode>Fast</ContainerDevelopmentMode></PropertyGroup>")]
    [DataRow("<ItemGroup><ContainerEnvironmentVariables Include='x' /></ItemGroup>")]
    // The project reads it, so it is the project's own.
    [DataRow("<PropertyGroup><ContainerPorts>80</ContainerPorts><X>$(ContainerPorts)</X></PropertyGroup>")]
    [DataRow("<PropertyGroup><ContainerPort>8</ContainerPort><X>$( ContainerPort )</X></PropertyGroup>")]
    [DataRow("<ItemGroup><ContainerLabels Include='x' /><ContainerLabel Include=\"@(ContainerLabels->'%(Identity)')\" /></ItemGroup>")]
    [DataRow("<ItemGroup><ContainerizeFile Include='x' Onwer='1' /><X Include='%(ContainerizeFile.Onwer)' /></ItemGroup>")]
    [DataRow(
        "<PropertyGroup><X Condition=\"'$(containerimgetag.Trim())' == ''\">1</X><ContainerImgeTag>1</ContainerImgeTag></PropertyGroup>")]
    public void Other_names_are_not(string text)
    {
        Check(text);

        Assert.AreEqual("", _reporter.AllText);
    }

    [TestMethod]
    public void A_longer_name_that_is_read_does_not_count()
    {
        Check("<PropertyGroup><ContainerPorts>80</ContainerPorts><X>$(ContainerPortsOfOthers) ContainerPorts</X></PropertyGroup>");

        Assert.HasCount(1, _reporter.Warnings);
    }

    [TestMethod]
    public void A_property_of_the_command_line_is_told_without_a_place()
    {
        new NameCheck([]).Warn(["ContainerImageTag", "Configuration", "ContainerImgeTag", "ContainerLabel"], _reporter);

        Assert.HasCount(2, _reporter.Warnings);
        StringAssert.Contains(_reporter.Warnings[0].Text, "'ContainerImgeTag' of the command line has no effect");
        StringAssert.Contains(_reporter.Warnings[1].Text, "the property of the command line of that name");
        Assert.IsTrue(_reporter.Positions.All(at => at is null));
    }

    [TestMethod]
    public void The_names_of_the_SDKs_targets_are_known()
    {
        var schema = BuildSchema.Load();
        // shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll
        var root = Path.GetFullPath("../../../..", typeof(object).Assembly.Location);
        var sdk = Directory.GetDirectories(Path.Combine(root, "sdk")).Order(StringComparer.Ordinal).Last();
        var targets = Path.Combine(sdk, "Containers", "build", "Microsoft.NET.Build.Containers.targets");
        var file = ProjectFile.Parse(targets, File.ReadAllText(targets));

        var names = file.Properties.Select(property => property.Name).Concat(file.Items.Select(item => item.Name))
            .Where(name => name.StartsWith("Container", StringComparison.Ordinal)).ToList();
        Assert.IsGreaterThan(20, names.Count);
        Assert.IsEmpty(names.Except(schema.Properties).Except(schema.Items.Keys).Except(ForeignNames.All).ToList());
    }

    [TestMethod]
    public void The_samples_use_known_names_only()
    {
        var samples = Path.Combine(Clone.Root, "samples");
        var projects = Directory.GetFiles(samples, "*.csproj", SearchOption.AllDirectories);
        foreach (var project in projects)
        {
            var files = ProjectFiles.Read(
                Path.GetDirectoryName(project)!,
                [project, Path.Combine(samples, "Directory.Build.props"), Path.Combine(samples, "Directory.Build.targets")]);
            new NameCheck(files).Warn([], _reporter);

            // Those of the SDK, which the samples import by path, are among them.
            Assert.IsTrue(files.Any(file => Path.GetFileName(file.Path) == "Containerize.Settings.targets"));
        }

        Assert.IsGreaterThan(3, projects.Length);
        Assert.AreEqual("", _reporter.AllText);
    }

    [TestMethod]
    public void The_settings_that_the_template_has_as_comments_are_known()
    {
        var template = Path.Combine(Clone.Root, "src", "Containerize.Templates", "settings", "Directory.Build.props");
        var file = ProjectFile.Parse(template, CommentedElement().Replace(File.ReadAllText(template), "$1"));
        var schema = BuildSchema.Load();

        Assert.IsGreaterThan(6, file.Properties.Count);
        Assert.IsEmpty(file.Properties.Select(property => property.Name).Except(schema.Properties).ToList());
        var items = file.Items.Where(item => item.Name != "PackageReference").ToList();
        Assert.IsGreaterThan(3, items.Count);
        Assert.IsEmpty(items
            .Where(item => !schema.Items.TryGetValue(item.Name, out var known) || !item.Metadata.All(one => known.Contains(one.Name)))
            .Select(item => item.Name).ToList());
    }

    // An element alone, or with words behind it.
    [GeneratedRegex(@"<!-- (<[A-Z][^\n]*?(?:/>|</[A-Za-z]+>))[^\n]*?-->")]
    private static partial Regex CommentedElement();

    private void Check(string text) =>
        new NameCheck([ProjectFile.Parse("/src/app.csproj", $"<Project>\n{text}\n</Project>")]).Warn([], _reporter);
}
