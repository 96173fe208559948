using System.Formats.Tar;
using Containerize.Starting;
using Containerize.Testing;
using Containerize.Testing.Images;
using static Containerize.Tests.Starting.StartLab;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Starting;

/// <summary>An app that brings no .NET finds it in the base image, in a version that it accepts.</summary>
[TestClass]
internal sealed class DotnetCheckTests : IDisposable
{
    private const string Framework = "\"framework\":{\"name\":\"Microsoft.NETCore.App\",\"version\":\"10.0.0\"}";

    private readonly StartLab _lab = new();

    public void Dispose() => _lab.Dispose();

    private static TarEntry[] Dotnet(string root, string version = "10.0.3", string framework = RuntimeConfig.Core) =>
    [
        Program($"{root}/dotnet", TestElf.Program("libc.so.6")), DirectoryAt($"{root}/host/fxr/{version}"),
        DirectoryAt($"{root}/shared/{framework}/{version}"), Link("usr/bin/dotnet", $"/{root}/dotnet"),
        Program("usr/lib/x86_64-linux-gnu/libicuuc.so.72", TestElf.Library("libicuuc.so.72")),
        Program("usr/lib/x86_64-linux-gnu/libssl.so.3", TestElf.Library("libssl.so.3")),
    ];

    private Task<string> CodesAsync(
        IReadOnlyList<TarEntry> dotnet,
        string[] line,
        string config = Framework,
        Dictionary<string, string>? variables = null) => _lab.CodesAsync(
            [.. Glibc, .. dotnet],
            [
                App("app/probe", TestElf.Program("libc.so.6")), App("app/probe.dll", "MZ"),
                App("app/probe.runtimeconfig.json", $"{{\"runtimeOptions\":{{{config}}}}}"),
            ],
            Line(line) with { Environment = variables ?? [] });

    [TestMethod]
    [DataRow("usr/share/dotnet", "")]
    [DataRow("usr/lib/dotnet", "")]
    [DataRow("opt/dotnet", "StartNoDotnet")]
    public async Task The_apps_own_host_looks_where_packages_put_dotnet(string root, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(Dotnet(root), ["/app/probe"]));

    [TestMethod]
    public async Task The_program_dotnet_has_it_beside_itself() =>
        Assert.AreEqual("", await CodesAsync(Dotnet("opt/dotnet"), ["dotnet", "/app/probe.dll"]));

    [TestMethod]
    public async Task DOTNET_ROOT_says_where_it_is()
    {
        Assert.AreEqual("", await CodesAsync(
            Dotnet("opt/dotnet"), ["/app/probe"], variables: new() { ["DOTNET_ROOT"] = "/opt/dotnet" }));
    }

    [TestMethod]
    [DataRow("/app/probe")]
    [DataRow("dotnet", "/app/probe.dll")]
    public async Task A_base_without_dotnet_is_an_error(params string[] line) =>
        Assert.AreEqual("StartNoDotnet!", await CodesAsync([], line));

    [TestMethod]
    [DataRow("", "StartNoDotnet!")]
    [DataRow("9.0.4", "StartFrameworkMissing!")]
    [DataRow("10.0.3", "")]
    public async Task A_single_file_has_inside_what_it_needs(string version, string expected)
    {
        using var folder = new TemporaryDirectory();
        var program = TestBundle.Of(TestElf.Program("libc.so.6").ToBytes(), $"{{\"runtimeOptions\":{{{Framework}}}}}");
        var entry = App("app/probe", program) with { Content = null, SourcePath = folder.Write("probe", program), Size = program.Length };

        Assert.AreEqual(expected, await _lab.CodesAsync(
            [.. Glibc, .. version.Length == 0 ? [] : Dotnet("usr/share/dotnet", version)], [entry], Line("/app/probe")));
    }

    [TestMethod]
    public async Task A_version_that_is_older_than_the_apps_is_an_error() =>
        Assert.AreEqual("StartFrameworkMissing!", await CodesAsync(Dotnet("usr/share/dotnet", "9.0.4"), ["dotnet", "/app/probe.dll"]));

    [TestMethod]
    public async Task A_framework_of_web_apps_is_looked_for_by_its_name() => Assert.AreEqual(
        "StartFrameworkMissing!",
        await CodesAsync(
            Dotnet("usr/share/dotnet"),
            ["dotnet", "/app/probe.dll"],
            "\"frameworks\":[{\"name\":\"Microsoft.NETCore.App\",\"version\":\"10.0.0\"},"
                + "{\"name\":\"Microsoft.AspNetCore.App\",\"version\":\"10.0.0\"}]"));

    [TestMethod]
    [DataRow("10.0.0", "10.0.3", "Minor", true)]
    [DataRow("10.0.0", "10.1.0", "Minor", true)]
    [DataRow("10.0.0", "11.0.0", "Minor", false)]
    [DataRow("10.0.5", "10.0.3", "Minor", false)]
    [DataRow("10.0.0", "10.1.0", "LatestPatch", false)]
    [DataRow("10.0.0", "10.0.9", "LatestPatch", true)]
    [DataRow("10.0.0", "11.2.0", "Major", true)]
    [DataRow("10.0.0", "9.0.0", "LatestMajor", false)]
    [DataRow("10.0.0", "10.0.1", "Disable", false)]
    [DataRow("10.0.0", "10.0.0", "Disable", true)]
    [DataRow("10.0.0", "10.0.0-rc.1", "Minor", false)]
    [DataRow("10.0.0-rc.1", "10.0.0-rc.2", "Minor", true)]
    [DataRow("10.0.0", "strange", "Minor", true)]
    public void Versions_roll_forward_as_the_host_does(string needed, string there, string policy, bool accepts) =>
        Assert.AreEqual(accepts, RuntimeConfig.Accepts(needed, there, policy));

    [TestMethod]
    public async Task An_app_without_ICU_is_told_so_unless_it_needs_no_cultures()
    {
        var dotnet = Dotnet("usr/share/dotnet").Where(entry => !entry.Name.Contains("icu", StringComparison.Ordinal)).ToList();
        Assert.AreEqual("StartLoadedLibraryMissing", await CodesAsync(dotnet, ["/app/probe"]));
        Assert.AreEqual("", await CodesAsync(
            dotnet, ["/app/probe"], Framework + ",\"configProperties\":{\"System.Globalization.Invariant\":true}"));
        Assert.AreEqual("", await CodesAsync(
            dotnet, ["/app/probe"], variables: new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" }));
    }
}
