using System.Text.Json.Nodes;
using System.Text;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class ImageConfigTests
{
    private const string BaseConfig = """
        {"architecture":"amd64","os":"linux","os.features":["x"],"variant":"v3","unknown":{"kept":true},
        "container":"abc","container_config":{},
        "config":{"Env":["PATH=/bin","A=1"],"Entrypoint":["old"],"Cmd":["c"],"Healthcheck":{"Test":["CMD","true"]},
        "Labels":{"base":"yes"},"ExposedPorts":{"80/tcp":{}}},
        "rootfs":{"type":"layers","diff_ids":["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},
        "history":[{"created_by":"RUN x","empty_layer":true}]}
        """;

    private static ImageConfig Read(string json) =>
        ImageConfig.Read(RawDocument.Of(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(json)), "test");

    private static JsonObject Json(ImageConfig config) => JsonNode.Parse(config.Blob.Content)!.AsObject();

    [TestMethod]
    public void Reading_keeps_the_bytes() => Assert.AreEqual(BaseConfig, Encoding.UTF8.GetString(Read(BaseConfig).Blob.Content));

    [TestMethod]
    public void Unknown_members_survive_every_change()
    {
        var json = Json(Read(BaseConfig).Append([new HistoryEntry(Digest.Of("x"u8), "by", "what")], DateTimeOffset.UnixEpoch)
            .With(new ImageSettings()));
        Assert.IsTrue(json["unknown"]!["kept"]!.GetValue<bool>());
        Assert.AreEqual("CMD", json["config"]!["Healthcheck"]!["Test"]![0]!.GetValue<string>());
        Assert.AreEqual("v3", json["variant"]!.GetValue<string>());
    }

    [TestMethod]
    public void Settings_are_laid_over_the_base()
    {
        var config = Read(BaseConfig).With(new ImageSettings
        {
            Entrypoint = ["dotnet", "app.dll"],
            Environment = new Dictionary<string, string> { ["A"] = "2", ["B"] = "x=y" },
            Labels = new Dictionary<string, string> { ["mine"] = "é<&>" },
            ExposedPorts = [new Port(80, "tcp"), new Port(53, "udp")],
            User = "1654",
            WorkingDirectory = "/app",
        });
        CollectionAssert.AreEqual(new[] { "PATH=/bin", "A=2", "B=x=y" }, config.Environment.ToArray());
        CollectionAssert.AreEqual(new[] { "dotnet", "app.dll" }, config.Entrypoint.ToArray());
        Assert.IsEmpty(config.Command);
        Assert.AreEqual("yes", config.Labels["base"]);
        Assert.AreEqual("é<&>", config.Labels["mine"]);
        Assert.AreEqual("1654", config.User);
        Assert.AreEqual("/app", config.WorkingDirectory);
        CollectionAssert.AreEqual(new[] { "80/tcp", "53/udp" }, Json(config)["config"]!["ExposedPorts"]!.AsObject().Select(port => port.Key)
            .ToArray());
        Assert.IsFalse(Json(config).ContainsKey("container"));
        Assert.IsFalse(Json(config).ContainsKey("container_config"));
    }

    [TestMethod]
    public void User_and_directory_of_the_base_stay_unless_set()
    {
        var config = Read("""{"architecture":"amd64","os":"linux","config":{"User":"app","WorkingDir":"/srv"}}""")
            .With(new ImageSettings());
        Assert.AreEqual("app", config.User);
        Assert.AreEqual("/srv", config.WorkingDirectory);
    }

    [TestMethod]
    public void Appending_describes_each_layer_and_the_bases_undescribed_ones()
    {
        var json = Json(Read(BaseConfig)
            .Append([new HistoryEntry(Digest.Of("x"u8), "by", "what")], new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))));
        var history = json["history"]!.AsArray();
        Assert.HasCount(3, history);
        Assert.AreEqual(2, history.Count(entry => entry!["empty_layer"] is null));
        Assert.AreEqual("what", history[2]!["comment"]!.GetValue<string>());
        Assert.AreEqual("2025-01-02T01:04:05Z", json["created"]!.GetValue<string>());
        Assert.HasCount(2, json["rootfs"]!["diff_ids"]!.AsArray());
    }

    [TestMethod]
    public void A_change_leaves_the_old_config_as_it_was()
    {
        var config = Read(BaseConfig);
        _ = config.Append([new HistoryEntry(Digest.Of("x"u8), "by", "what")], DateTimeOffset.UnixEpoch);
        Assert.HasCount(1, config.DiffIds);
        Assert.AreEqual(BaseConfig, Encoding.UTF8.GetString(config.Blob.Content));
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("{}")]
    [DataRow("""{"architecture":"amd64"}""")]
    [DataRow("""{"architecture":"amd64","os":"linux","os":"windows"}""")]
    [DataRow("""{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":["sha256:../x"]}}""")]
    [DataRow("""{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":[1]}}""")]
    public void Malformed_configs_are_refused(string json) =>
        Assert.AreEqual(DiagnosticCode.InvalidDocument, Assert.ThrowsExactly<ContainerizeException>(() => Read(json)).Code);
}
