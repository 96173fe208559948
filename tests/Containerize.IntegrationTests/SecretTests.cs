using System.Text;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Secrets in the publish output, each with a canary that must be nowhere in the image.</summary>
[TestClass]
internal sealed class SecretTests
{
    private const string Canary = "CANARY-";

    // Long enough for the SDK to find a compressed copy worth while.
    private static readonly string s_fill = new(' ', 5000);

    private static readonly string[] s_secrets =
    [
        ".env", ".env.production", "appsettings.Production.json", "certificate.pfx", "store.P12", "signing.key", "conf/ssh/id_rsa",
        "conf/server.pem", "hello.csproj.user", "wwwroot/appsettings.Production.json",
    ];

    private static async Task<TestProject> CreateAsync(string body = "")
    {
        var project = await TestProject.WebAsync($"""
            <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <ItemGroup>
              <None Include=".env*;certificate.pfx;store.P12;signing.key;conf/**;*.user" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            {body}
            """);
        foreach (var path in s_secrets)
        {
            var secret = Canary + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(path));
            project.Write(path, path.EndsWith(".user", StringComparison.Ordinal) ? $"<Project><!-- {secret} --></Project>"
                : path.EndsWith(".json", StringComparison.Ordinal)
                ? $$"""{ "Store": "Server=db.corp.net;Password={{secret}}", "Fill": "{{s_fill}}" }"""
                : $"-----BEGIN PRIVATE KEY-----\n{secret}\n");
        }

        project.Write(".env.example", "SECRET=");
        project.Write("conf/ca.pem", "-----BEGIN CERTIFICATE-----");
        project.Write("appsettings.json", "{}");
        return project;
    }

    private static async Task<(ValidatedImage Image, string Output)> ContainerizeAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return (ImageValidator.Check(project.Archive).Single(), result.Output);
    }

    private static List<string> Leaks(ValidatedImage image) =>
    [
        .. from layer in image.Layers
           from entry in layer.Entries
           where entry.Size > 0 && entry.Type == System.Formats.Tar.TarEntryType.RegularFile
               && Unpack(entry).Contains(Canary, StringComparison.Ordinal)
           select entry.Path,
    ];

    private static string Unpack(ValidatedEntry entry)
    {
        using var content = new MemoryStream(entry.ReadAllBytes());
        using Stream plain = Path.GetExtension(entry.Path) switch
        {
            ".gz" => new System.IO.Compression.GZipStream(content, System.IO.Compression.CompressionMode.Decompress),
            ".br" => new System.IO.Compression.BrotliStream(content, System.IO.Compression.CompressionMode.Decompress),
            _ => content,
        };
        using var reader = new StreamReader(plain, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [TestMethod]
    public async Task Secrets_are_in_no_layer_not_even_compressed_and_one_warning_names_them()
    {
        using var project = await CreateAsync();

        var (image, output) = await ContainerizeAsync(project);

        Assert.IsEmpty(Leaks(image));
        Assert.AreEqual(2, output.Split("warning CTZ1030").Length, output);
        foreach (var path in s_secrets.Order(StringComparer.Ordinal).Take(9))
        {
            StringAssert.Contains(output, $"'{path}'");
        }

        StringAssert.Contains(output, "'appsettings.Production.json' (line 1: a connection string with a password)");
        foreach (var path in new[] { ".env.example", "conf/ca.pem", "appsettings.json" })
        {
            Assert.IsNotNull(image.Find("app/" + path), path);
        }

        Assert.DoesNotContain("Production", image.Get("app/hello.staticwebassets.endpoints.json")
            .ReadAllText(), "An endpoint without its file would fail when it is asked for.");
    }

    [TestMethod]
    public async Task Development_settings_are_in_the_image_without_a_warning_unless_they_hold_a_secret()
    {
        using var project = await TestProject.WebAsync("<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");
        project.Write("appsettings.json", """{ "Logging": { "LogLevel": { "Default": "Information" } }, "AllowedHosts": "*" }""");
        project.Write("appsettings.Development.json", """{ "Logging": { "LogLevel": { "Default": "Information" } } }""");

        var (image, output) = await ContainerizeAsync(project);

        Assert.DoesNotContain("warning", output);
        Assert.IsNotNull(image.Find("app/appsettings.Development.json"));

        project.Write(
            "appsettings.Development.json",
            $$"""
            {
              "ConnectionStrings": {
                "Shop": "Server=db.corp.net;Database=shop;User Id=app;Password={{Canary}}8f3kQz"
              }
            }
            """);
        (image, output) = await ContainerizeAsync(project);

        Assert.IsNull(image.Find("app/appsettings.Development.json"));
        Assert.IsNotNull(image.Find("app/appsettings.json"));
        StringAssert.Contains(output, "'appsettings.Development.json' (line 3: a connection string with a password)");
        Assert.DoesNotContain(Canary, output);

        var refused = await project.ContainerizeAsync("-p:ContainerizeSecrets=Error");

        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "error CTZ1045");
        StringAssert.Contains(refused.Output, "'appsettings.Development.json' (line 3: a connection string with a password)");
    }

    [TestMethod]
    public async Task One_property_lets_all_of_them_in()
    {
        using var project = await CreateAsync();

        var (image, output) = await ContainerizeAsync(project, "-p:ContainerizeIncludeSecrets=true");

        CollectionAssert.IsSubsetOf(s_secrets.Select(path => "app/" + path).ToList(), Leaks(image));
        Assert.DoesNotContain("CTZ1030", output);
    }

    [TestMethod]
    public async Task The_patterns_are_items_that_a_project_changes()
    {
        using var project = await CreateAsync("""
            <ItemGroup>
              <ContainerizeSecretPattern Include="!wwwroot/appsettings.Production.json" />
              <ContainerizeSecretPattern Remove="*.pfx" />
              <ContainerizeSecretPattern Include="!conf/server.pem" />
              <ContainerizeSecretPattern Include="tokens" Files="*.token;conf/**/*.jwt" />
              <None Include="a.token" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        project.Write("a.token", Canary);
        project.Write("conf/x/b.jwt", Canary);

        var (image, _) = await ContainerizeAsync(project);

        CollectionAssert.AreEquivalent(
            new[]
            {
                "app/wwwroot/appsettings.Production.json",
                "app/wwwroot/appsettings.Production.json.gz",
                "app/wwwroot/appsettings.Production.json.br",
                "app/certificate.pfx",
                "app/conf/server.pem",
            },
            Leaks(image));
    }
}
