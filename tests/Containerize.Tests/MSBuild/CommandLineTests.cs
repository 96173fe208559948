using Containerize.MSBuild;
using Containerize.Testing;

namespace Containerize.Tests.MSBuild;

[TestClass]
internal sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public CommandLineTests()
    {
        _folder.Write("src/Shop/Shop.csproj", "");
        _folder.Write("src/Blog/Blog.csproj", "");
        _folder.Write("out/app.dll", "");
        _folder.Write("All.slnx", "");
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("publish", "src/Shop")]
    [DataRow("publish -o out -t:Containerize", "src/Shop")]
    [DataRow("publish -o ../../out -t:Containerize", "src/Shop")]
    [DataRow("publish Shop.csproj", "src/Shop")]
    [DataRow("publish src/Shop -t:Containerize", "")]
    [DataRow("publish src/Shop/", "")]
    [DataRow("publish src/Shop/Shop.csproj", "")]
    [DataRow("publish ../Shop", "src/Blog")]
    public void The_project_that_is_called_is_noticed(string arguments, string directory) =>
        Assert.IsTrue(Calls(arguments, directory));

    [TestMethod]
    [DataRow("publish src/Blog -t:Containerize", "")]
    [DataRow("publish", "src/Blog")]
    [DataRow("publish ../Blog", "src/Shop")]
    [DataRow("publish ../Blog/Blog.csproj", "src/Shop")]
    [DataRow("publish All.slnx", "")]
    [DataRow("publish ../../All.slnx", "src/Shop")]
    [DataRow("publish", "")]
    [DataRow("MSBuild.dll /nodemode:1", "")]
    public void Projects_that_are_built_on_the_way_are_not_called(string arguments, string directory) =>
        Assert.IsFalse(Calls(arguments, directory));

    private bool Calls(string arguments, string directory) => new CommandLine(["/usr/share/dotnet/dotnet.dll", .. arguments.Split(' ')])
        .Calls(_folder["src/Shop/Shop.csproj"], Path.Combine(_folder.FullName, directory));

    [TestMethod]
    [DataRow("publish -v:q")]
    [DataRow("publish -v q -t:Containerize")]
    [DataRow("publish --verbosity quiet")]
    [DataRow("msbuild /verbosity:QUIET")]
    [DataRow("publish -v:n -v:quiet")]
    public void A_quiet_build_is_noticed(string arguments) => Assert.IsTrue(new CommandLine(arguments.Split(' ')).IsQuiet);

    [TestMethod]
    [DataRow("publish")]
    [DataRow("publish -v")]
    [DataRow("publish -v:n")]
    [DataRow("publish -v:q -v:m")]
    [DataRow("publish q -t:v:q")]
    public void Other_builds_are_not_quiet(string arguments) => Assert.IsFalse(new CommandLine(arguments.Split(' ')).IsQuiet);

    [TestMethod]
    [DataRow("publish -v:q -getProperty:GeneratedContainerDigest")]
    [DataRow("publish -v:q --getItem:GeneratedContainer")]
    [DataRow("msbuild /v:q /getTargetResult:Containerize")]
    [DataRow("msbuild -v:q @properties.rsp")]
    public void Output_that_a_program_reads_is_not_free(string arguments) =>
        Assert.IsFalse(new CommandLine(arguments.Split(' ')).IsQuiet);
}
