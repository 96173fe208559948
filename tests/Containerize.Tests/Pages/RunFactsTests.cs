using System.Text;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Pages;
using Containerize.Tests.Building;

namespace Containerize.Tests.Pages;

[TestClass]
internal sealed class RunFactsTests
{
    private const string Config = """
        {
          "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] },
          "config": {
            "Entrypoint": ["dotnet", "/app/app.dll"], "Cmd": ["--token", "abc123", "--port=80"], "User": "1654",
            "ExposedPorts": { "8080/tcp": {} }, "Volumes": { "/data": {} }, "StopSignal": "SIGINT",
            "Env": ["PATH=/bin", "SMTP__PASSWORD=hunter2", "Db__Pwd=tiger", "PWD=/app", "ConnectionStrings__Main=Host=a", "EMPTY_TOKEN="],
            "Labels": { "b": "2", "a": "1" }, "Healthcheck": { "Test": ["CMD", "curl"] }
          },
          "history": [
            { "created_by": "ADD rootfs" }, { "created_by": "RUN TOKEN=abc make", "empty_layer": true }, { "comment": 5 }, 7
          ]
        }
        """;

    private static RunFacts Read(string config) => RunFacts.Read(ImageConfig.Read(
        RawDocument.Of(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(config)), "a test"));

    [TestMethod]
    public void Each_member_is_there_and_values_of_secrets_are_not()
    {
        var settings = Read(Config).Settings.ToDictionary(setting => setting.Name, setting => string.Join(' ', setting.Values));

        Assert.AreEqual("dotnet /app/app.dll", settings["Entrypoint"]);
        Assert.AreEqual("--token (hidden) --port=80", settings["Command"]);
        Assert.AreEqual("1654", settings["User"]);
        Assert.AreEqual("8080/tcp", settings["Ports"]);
        Assert.AreEqual("/data", settings["Volumes"]);
        Assert.AreEqual("SIGINT", settings["Stop signal"]);
        Assert.AreEqual("CMD curl", settings["Health check"]);
        Assert.AreEqual("a=1 b=2", settings["Labels"]);
        Assert.AreEqual(
            "PATH=/bin SMTP__PASSWORD=(hidden) Db__Pwd=(hidden) PWD=/app ConnectionStrings__Main=(hidden) EMPTY_TOKEN=",
            settings["Environment"]);
    }

    [TestMethod]
    public void A_value_that_looks_like_a_secret_is_hidden_whatever_its_name()
    {
        var url = "postgres://shop:Tr0ub4dor%263xk@db.shop.internal/main";
        var settings = Read(Config.Replace("PATH=/bin", $"DATABASE={url}", StringComparison.Ordinal)).Settings;

        StringAssert.Contains(string.Join(' ', settings.Single(setting => setting.Name == "Environment").Values), "DATABASE=(hidden)");
    }

    [TestMethod]
    public void The_history_is_there_without_secrets_and_damage_is_left_out()
    {
        var history = Read(Config).History;

        CollectionAssert.AreEqual(
            new[] { "ADD rootfs  False", "(hidden)  True", "  False" },
            history.Select(line => $"{line.CreatedBy} {line.Comment} {line.IsEmpty}").ToArray());
    }

    [TestMethod]
    public void An_image_without_settings_runs_as_root()
    {
        var settings = RunFacts.Read(ImageConfig.Scratch(new Platform { Os = "linux", Architecture = "amd64" })).Settings;

        Assert.AreEqual("root (no user is set)", settings.Single().Values.Single());
    }

    [TestMethod]
    [DataRow("org.opencontainers.image.title", "shop", "shop")]
    [DataRow("com.example.token", "abc123", "(hidden)")]
    [DataRow("DB_PASSWORD", "hunter2", "(hidden)")]
    [DataRow("com.example.origin", "https://ci:Tr0ub4dor%263xk@git.shop.internal/shop.git", "(hidden)")]
    [DataRow("com.example.command", "make --password hunter2", "(hidden)")]
    [DataRow("com.example.token", "", "")]
    public void An_annotation_is_shown_by_the_rule_for_labels(string name, string value, string shown)
    {
        var image = Image.Create(
            ImageFormat.Oci, ImageConfig.Scratch(Sample.Amd64), [], new Dictionary<string, string> { [name] = value });
        var config = Config.Replace("\"b\": \"2\"", $"\"{name}\": \"{value}\"", StringComparison.Ordinal);
        var labels = Read(config).Settings.Single(setting => setting.Name == "Labels").Values;

        Assert.AreEqual(shown, RunFacts.Annotations(image)[name]);
        CollectionAssert.Contains(labels.ToList(), $"{name}={shown}");
    }

    [TestMethod]
    [DataRow("app", "app")]
    [DataRow("RUN TOKEN=abc make", "(hidden)")]
    [DataRow(null, null)]
    public void A_layer_is_called_as_its_annotation_says_without_secrets(string? name, string? shown) =>
        Assert.AreEqual(shown, RunFacts.NameOf(Sample.GzipLayer() with
        {
            Annotations = name is null ? null : new Dictionary<string, string> { [LayerAnnotations.Name] = name },
        }));
}
