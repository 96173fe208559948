using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Testing;
using Containerize.Testing.Images;
using static Containerize.Tests.Starting.StartLab;

namespace Containerize.Tests.Starting;

/// <summary>What the code of an app asks for is there, and a web app listens where others reach it.</summary>
[TestClass]
internal sealed class WebAppTests : IDisposable
{
    private const string Config = """
        {
          "runtimeOptions": {
            "includedFrameworks": [ { "name": "Microsoft.NETCore.App" }, { "name": "Microsoft.AspNetCore.App" } ],
            "configProperties": { "System.Globalization.Invariant": true }
          }
        }
        """;

    private readonly StartLab _lab = new();
    private readonly TemporaryDirectory _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _lab.Dispose();
    }

    private Task<string> CodesAsync(
        string[] uses,
        Dictionary<string, string> variables,
        string? settings = null,
        string? package = null,
        string config = Config,
        string settingsFile = "appsettings.json",
        params string[] arguments)
    {
        var assembly = TestAssembly.Using(uses);
        var app = new LayerEntry
        {
            Path = "app/probe.dll",
            Type = LayerEntryType.File,
            Mode = FileModes.Data,
            SourcePath = _folder.Write("probe.dll", assembly),
            Size = assembly.Length,
            Package = package,
        };
        return _lab.CodesAsync(
            Glibc,
            [
                App("app/probe", TestElf.Program("libc.so.6")), app, App("app/probe.runtimeconfig.json", config),
                .. settings is null ? (LayerEntry[])[] : [App("app/" + settingsFile, settings)],
            ],
            Line(["/app/probe", .. arguments]) with { Environment = variables });
    }

    [TestMethod]
    [DataRow("", "", null, "StartListensLocally")]
    [DataRow("ASPNETCORE_HTTP_PORTS", "8080", null, "")]
    [DataRow("ASPNETCORE_URLS", "http://+:8080", null, "")]
    [DataRow("ASPNETCORE_URLS", "http://localhost:8080;http://127.0.0.1:9090", null, "StartListensLocally")]
    [DataRow("ASPNETCORE_URLS", "http://localhost:8080;http://*:9090", null, "")]
    [DataRow("URLS", "http://+:8080", null, "")]
    [DataRow("dotnet_urls", "http://+:8080", null, "")]
    [DataRow("DOTNET_HTTP_PORTS", "8080", null, "")]
    [DataRow("https_ports", "8443", null, "")]
    [DataRow("ALLOWED_URLS", "http://+:8080", null, "StartListensLocally")]
    [DataRow("CORS_URLS", "http://+:8080", null, "StartListensLocally")]
    [DataRow("MY_ASPNETCORE_URLS", "http://+:8080", null, "StartListensLocally")]
    [DataRow("PROXY_HTTP_PORTS", "8080", null, "StartListensLocally")]
    [DataRow("ASPNETCORE_HTTP_PORTS", "", null, "StartListensLocally")]
    [DataRow("CORS_URLS", "http://localhost:1", """{ "Urls": "http://*:8080" }""", "")]
    [DataRow("Kestrel__Endpoints__Http__Url", "http://0.0.0.0:80", null, "")]
    [DataRow("ASPNETCORE_Kestrel__Endpoints__Http__Url", "http://0.0.0.0:80", null, "")]
    [DataRow("MyKestrel__Endpoints__Http__Url", "http://0.0.0.0:80", null, "StartListensLocally")]
    [DataRow("", "", """{ "Urls": "http://*:8080" }""", "")]
    [DataRow("", "", """{ "urls": "http://localhost:8080" }""", "StartListensLocally")]
    [DataRow("", "", """{ /* all */ "kestrel": { "endpoints": { "a": { "url": "http://*:8080" } } }, }""", "")]
    [DataRow("ASPNETCORE_HTTP_PORTS", "8080", """{ "Kestrel": { "Endpoints": { "A": { "Url": "http://localhost:8080" } } } }""",
        "StartListensLocally")]
    [DataRow("", "", "not JSON", "StartListensLocally")]
    [DataRow("ASPNETCORE_URLS", "http://+:8080", """{ "Urls": "http://localhost:5000" }""", "StartListensLocally")]
    [DataRow("DOTNET_URLS", "http://+:8080", """{ "Urls": "http://localhost:5000" }""", "StartListensLocally")]
    [DataRow("URLS", "http://+:8080", """{ "Urls": "http://localhost:5000" }""", "")]
    [DataRow("ASPNETCORE_URLS", "http://localhost:5000", """{ "Urls": "http://+:8080" }""", "")]
    [DataRow("", "", """{ "http_ports": "8080" }""", "")]
    public async Task A_web_app_is_told_to_listen_beyond_localhost(string name, string value, string? settings, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(
            ["WebApplication"], name.Length == 0 ? [] : new Dictionary<string, string> { [name] = value }, settings));

    [TestMethod]
    [DataRow("--urls http://+:5000", "")]
    [DataRow("--URLS=http://+:5000", "")]
    [DataRow("/urls http://+:5000", "")]
    [DataRow("urls=http://+:5000", "")]
    [DataRow("--http_ports 8080", "")]
    [DataRow("--urls http://+:5000 --urls http://localhost:5000", "StartListensLocally")]
    [DataRow("--urls", "StartListensLocally")]
    [DataRow("urls http://+:5000", "StartListensLocally")]
    [DataRow("--urlsx http://+:5000", "StartListensLocally")]
    public async Task The_command_line_says_where_a_web_app_listens(string arguments, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(["WebApplication"], [], arguments: arguments.Split(' ')));

    [TestMethod]
    public async Task The_command_line_wins_over_variables_and_settings() =>
        Assert.AreEqual("StartListensLocally", await CodesAsync(
            ["WebApplication"],
            new Dictionary<string, string> { ["URLS"] = "http://+:8080", ["ASPNETCORE_HTTP_PORTS"] = "8080" },
            """{ "Urls": "http://+:8080" }""",
            arguments: ["--urls", "http://localhost:5000"]));

    [TestMethod]
    [DataRow("Production", "", "", "", "")]
    [DataRow("Docker", "ASPNETCORE_ENVIRONMENT", "Docker", "", "")]
    [DataRow("Staging", "DOTNET_ENVIRONMENT", "Staging", "", "")]
    [DataRow("low", "aspnetcore_environment", "low", "", "")]
    [DataRow("Docker", "DOTNET_ENVIRONMENT", "Staging", "--environment Docker", "")]
    [DataRow("Docker", "", "", "--environment=Docker", "")]
    [DataRow("Docker", "ENVIRONMENT", "Docker", "", "StartListensLocally")]
    [DataRow("Docker", "ASPNETCORE_ENVIRONMENT", "docker", "", "StartListensLocally")]
    [DataRow("Production", "ASPNETCORE_ENVIRONMENT", "Docker", "", "StartListensLocally")]
    [DataRow("a/b", "ASPNETCORE_ENVIRONMENT", "a/b", "", "StartListensLocally")]
    public async Task The_settings_of_the_environment_say_where_a_web_app_listens(
        string file, string name, string value, string arguments, string expected) => Assert.AreEqual(
        expected,
        await CodesAsync(
            ["WebApplication"],
            name.Length == 0 ? [] : new Dictionary<string, string> { [name] = value },
            """{ "Urls": "http://*:8080" }""",
            settingsFile: $"appsettings.{file}.json",
            arguments: arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [TestMethod]
    [DataRow("Docker", "")]
    [DataRow("Staging", "StartListensLocally")]
    public async Task Variables_that_begin_with_DOTNET_win_over_those_of_ASP_NET_Core(string file, string expected) => Assert.AreEqual(
        expected,
        await CodesAsync(
            ["WebApplication"],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Staging", ["DOTNET_ENVIRONMENT"] = "Docker" },
            """{ "Urls": "http://*:8080" }""",
            settingsFile: $"appsettings.{file}.json"));

    [TestMethod]
    [DataRow("http://localhost:5000", "http://+:8080", "")]
    [DataRow("http://+:8080", "http://localhost:5000", "StartListensLocally")]
    public async Task Addresses_that_begin_with_DOTNET_win_over_those_of_ASP_NET_Core(string server, string host, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(
            ["WebApplication"], new Dictionary<string, string> { ["ASPNETCORE_URLS"] = server, ["DOTNET_URLS"] = host }));

    [TestMethod]
    [DataRow("true", "false", "")]
    [DataRow("true", "true", "")]
    [DataRow("false", "true", "StartLoadedLibraryMissing")]
    [DataRow("\"false\"", "1", "StartLoadedLibraryMissing")]
    [DataRow("null", "true", "")]
    [DataRow("null", "false", "StartLoadedLibraryMissing")]
    public async Task What_the_config_says_of_cultures_wins_over_the_variable(string said, string variable, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(
            [],
            new Dictionary<string, string> { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = variable },
            config: Config.Replace("true", said, StringComparison.Ordinal)));

    [TestMethod]
    [DataRow("KestrelServerOptions")]
    [DataRow("IServerAddressesFeature")]
    public async Task An_app_that_chooses_its_addresses_itself_is_not_told(string type) =>
        Assert.AreEqual("", await CodesAsync(["WebApplication", type], []));

    [TestMethod]
    [DataRow("HttpClient", "StartLoadedLibraryMissing StartNoAuthorities")]
    [DataRow("NegotiateAuthentication", "StartLoadedLibraryMissing")]
    [DataRow("System.Security.Cryptography.RSA", "StartLoadedLibraryMissing")]
    [DataRow("System.Security.Cryptography.X509Certificates.X509Certificate2", "StartLoadedLibraryMissing")]
    [DataRow("Console", "")]
    public async Task What_the_code_uses_has_to_be_there(string type, string expected) =>
        Assert.AreEqual(expected, await CodesAsync([type], []));

    [TestMethod]
    [DataRow("Azure.Core 1.50.0", "HttpClient", "StartLoadedLibraryMissing StartNoAuthorities")]
    [DataRow("Azure.Core 1.50.0", "System.Security.Cryptography.RSA", "")]
    [DataRow("Npgsql 10.0.0", "NegotiateAuthentication", "")]
    [DataRow("Microsoft.NETCore.App.Runtime.linux-x64 10.0.0", "HttpClient", "")]
    [DataRow("Microsoft.AspNetCore.App.Runtime.linux-x64 10.0.0", "SslStream", "")]
    public async Task A_package_makes_connections_for_the_app_and_the_rest_that_it_can_do_is_no_sign(
        string package, string type, string expected) =>
        Assert.AreEqual(expected, await CodesAsync([type], [], package: package));

    [TestMethod]
    public async Task A_time_zone_of_the_environment_has_to_be_there() =>
        Assert.AreEqual("StartNoTimeZones", await CodesAsync([], new Dictionary<string, string> { ["TZ"] = "Europe/Berlin" }));

    [TestMethod]
    public async Task A_file_that_is_no_assembly_uses_nothing()
    {
        var text = Encoding.UTF8.GetBytes("no assembly");
        Assert.AreEqual("", await _lab.CodesAsync(
            Glibc,
            [
                App("app/probe", TestElf.Program("libc.so.6")), App("app/probe.runtimeconfig.json", Config),
                App("app/probe.dll", "MZ"),
                App("app/other.dll", "MZ") with { Content = null, SourcePath = _folder.Write("other.dll", text), Size = text.Length },
            ],
            Line("/app/probe")));
    }
}
