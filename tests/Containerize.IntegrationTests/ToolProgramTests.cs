using System.IO.Compression;
using System.Xml.Linq;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The tool's package: a native program for the platform that packs, and the portable one for all others.</summary>
[TestClass]
[Requires("gcc", "gencat")]
internal sealed class ToolProgramTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task The_installed_tool_is_a_native_program_that_needs_no_runtime()
    {
        var program = File.ResolveLinkTarget(await InstalledTool.ProgramAsync(), returnFinalTarget: true)!;

        using (var file = File.OpenRead(program.FullName))
        {
            var magic = new byte[4];
            file.ReadExactly(magic);
            CollectionAssert.AreEqual("\u007fELF"u8.ToArray(), magic);
        }

        CollectionAssert.AreEquivalent(
            new[] { "containerize", "DotnetToolSettings.xml" },
            Directory.GetFiles(Path.GetDirectoryName(program.FullName)!).Select(Path.GetFileName).ToArray());
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        var alone = _folder["copied"];
        File.Copy(program.FullName, alone);
        var shown = await ProcessRunner.RunAsync(
            alone, ["inspect", $"oci:{_folder["layout"]}", "--json"], _folder.FullName,
            new Dictionary<string, string?> { ["PATH"] = _folder.FullName, ["DOTNET_ROOT"] = _folder.FullName });
        Assert.AreEqual(0, shown.ExitCode, shown.Output + shown.Error);
        StringAssert.Contains(shown.Output, "\"platform\": \"linux/amd64\"");
    }

    [TestMethod]
    public async Task Each_directory_of_the_package_says_how_it_is_run()
    {
        using var package = await ZipFile.OpenReadAsync(await InstalledTool.PackageAsync());
        var runners = package.Entries.Where(entry => entry.Name == "DotnetToolSettings.xml").ToDictionary(
            entry => Path.GetFileName(Path.GetDirectoryName(entry.FullName))!,
            entry =>
            {
                using var settings = entry.Open();
                var command = XDocument.Load(settings).Descendants("Command").Single();
                Assert.AreEqual("containerize", (string?)command.Attribute("Name"));
                Assert.IsNotNull(package.GetEntry($"{Path.GetDirectoryName(entry.FullName)}/{(string?)command.Attribute("EntryPoint")}"));
                return (string?)command.Attribute("Runner");
            });

        var native = runners.Single(runner => runner.Value == "executable").Key;
        Assert.AreEqual("dotnet", runners["any"]);
        // What fits glibc would be installed where musl is, too, but for this one.
        if (native.StartsWith("linux-", StringComparison.Ordinal) && !native.StartsWith("linux-musl-", StringComparison.Ordinal))
        {
            Assert.AreEqual("dotnet", runners[native.Replace("linux-", "linux-musl-", StringComparison.Ordinal)]);
        }
    }

    [TestMethod]
    [DataRow("--version")]
    [DataRow("--help")]
    [DataRow("inspect", "--help")]
    [DataRow("doctor", "--help")]
    [DataRow("rebase", "--help")]
    [DataRow("inspect", "oci:before", "--packages")]
    [DataRow("inspect", "oci:before", "--packages", "--json")]
    [DataRow("history", "oci:before", "--json")]
    [DataRow("tree", "oci:before", "/etc", "--json")]
    [DataRow("find", "oci:before", "/nowhere")]
    [DataRow("diff", "oci:before", "oci:after")]
    [DataRow("diff", "oci:before", "oci:after", "--json")]
    [DataRow("layout", "oci:before", "oci:after", "--json")]
    [DataRow("copy", "oci:before", "docker-archive:missing/", "--json")]
    [DataRow("import", "Dockerfile", "--json")]
    [DataRow("resolve", "deploy.yaml", "--json")]
    [DataRow("cache", "info", "--json")]
    [DataRow("cache", "verify")]
    [DataRow("inspcet", "oci:before")]
    [DataRow("inspect", "oci-archive:nowhere.tar")]
    [DataRow("inspect", "oci:before", "--platform", "linux")]
    [DataRow("[suggest:15]", "containerize in")]
    public async Task The_native_program_answers_as_the_portable_one(params string[] arguments)
    {
        TestImage.WriteLayout(_folder["before"], ("app", TestImage.Create(TestLayer.Of(("etc/a", "1"), ("app/\u0131i", "2")))));
        TestImage.WriteLayout(_folder["after"], ("app", TestImage.Create(TestLayer.Of(("etc/a", "other"), ("app/\u0131i", "2")))));
        _folder.Write("Dockerfile", "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nENV A=b\nEXPOSE 8080\nCOPY . /app\n");
        _folder.Write("deploy.yaml", "kind: Pod\nspec:\n  containers:\n  - image: 127.0.0.1:1/app:1\n");
        // Turkish has letters that tell a comparison by culture; a cache of its own, so that both find the same.
        var environment = new Dictionary<string, string?>
        {
            ["LANG"] = "tr_TR.UTF-8",
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"],
        };

        var portable = await BuiltTool.RunAsync(_folder.FullName, environment, arguments);
        var native = await InstalledTool.RunAsync(arguments, _folder.FullName, environment);

        Assert.AreEqual(portable.ExitCode, native.ExitCode, native.Output + native.Error);
        Assert.AreEqual(portable.Output, native.Output);
        Assert.AreEqual(portable.Error, native.Error);
        Assert.AreNotEqual("", native.Output + native.Error);
    }
}
