using System.Text;
using System.Text.Json.Nodes;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Tests.Images;

/// <summary>Configs that other tools refuse are mended, each repair is told, and what is valid stays to the byte.</summary>
[TestClass]
internal sealed class ConfigRepairTests
{
    private const string DiffId = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [TestMethod]
    [DataRow("""["PATH=/bin","A=","B==x","C=a b"]""", """["PATH=/bin","A=","B==x","C=a b"]""", 0)]
    [DataRow("""["","PATH=/bin"]""", """["PATH=/bin"]""", 1)]
    [DataRow("""["=value","=","  =x","PATH=/bin",null,7,"A\u0000=x"]""", """["PATH=/bin"]""", 1)]
    [DataRow("""["PATH=/bin","FLAG"]""", """["PATH=/bin","FLAG="]""", 1)]
    [DataRow("""["FLAG",""]""", """["FLAG="]""", 2)]
    [DataRow("\"PATH=/bin\"", "null", 1)]
    [DataRow("""{"PATH":"/bin"}""", "null", 1)]
    [DataRow("null", "null", 0)]
    public void Variables_have_a_name_and_a_value(string environment, string expected, int repairs)
    {
        var (config, told) = Read($$"""{"Env":{{environment}}}""").Mend();

        Assert.AreEqual(expected, Json(config)["config"]!["Env"]?.ToJsonString() ?? "null");
        Assert.HasCount(repairs, told);
        Assert.IsTrue(config.Environment.All(variable => variable.IndexOf('=', StringComparison.Ordinal) > 0));
    }

    [TestMethod]
    [DataRow("""[{"created_by":"a"}]""", """[{"created_by":"a"}]""", 0)]
    [DataRow(
        """[{"created_by":"a"},{"created_by":"b","empty_layer":true}]""",
        """[{"created_by":"a"},{"created_by":"b","empty_layer":true}]""",
        0)]
    [DataRow("""[{"created_by":"a"},{"created_by":"b"}]""", """[{"created_by":"a"},{"created_by":"b","empty_layer":true}]""", 1)]
    [DataRow(
        """[{"empty_layer":true},{},{},{"empty_layer":false}]""",
        """[{"empty_layer":true},{},{"empty_layer":true},{"empty_layer":true}]""",
        1)]
    [DataRow("""[{},{"empty_layer":"yes"}]""", """[{},{"empty_layer":true}]""", 1)]
    [DataRow("""[null,{"created_by":"a"},"b"]""", """[{"created_by":"a"}]""", 1)]
    [DataRow("""[{"created":"","created_by":"a"}]""", """[{"created_by":"a"}]""", 1)]
    [DataRow("""[{"created":"yesterday"}]""", """[{}]""", 1)]
    [DataRow("""[{"created":"2024-02-30T00:00:00Z"}]""", """[{}]""", 1)]
    [DataRow("""[{"created":"2024-02-03T04:05:06.789Z"}]""", """[{"created":"2024-02-03T04:05:06.789Z"}]""", 0)]
    [DataRow("""[{"created":null}]""", """[{"created":null}]""", 0)]
    [DataRow("""{"a":1}""", "null", 1)]
    public void The_history_tells_of_as_many_layers_as_there_are(string history, string expected, int repairs)
    {
        var (config, told) = Read("{}", history).Mend();

        Assert.AreEqual(expected, Json(config)["history"]?.ToJsonString() ?? "null");
        Assert.HasCount(repairs, told);
    }

    [TestMethod]
    [DataRow("""{"OnBuild":["RUN make","COPY . /src"]}""", "{}", "RUN make; COPY . /src")]
    [DataRow("""{"Labels":{"a":1,"b":null,"c":"x"}}""", """{"Labels":{"a":"1","b":"","c":"x"}}""", "label a")]
    [DataRow("""{"Labels":["a=b"]}""", "{}", "labels")]
    [DataRow("""{"ExposedPorts":["80/tcp",""]}""", """{"ExposedPorts":{"80/tcp":{}}}""", "ExposedPorts")]
    [DataRow("""{"Volumes":"/data"}""", "{}", "Volumes")]
    [DataRow("""{"Healthcheck":{"Test":["CMD",null]}}""", "{}", "health check")]
    [DataRow("""{"Healthcheck":{"Test":["CMD",7],"Interval":1}}""", "{}", "health check")]
    [DataRow("""{"Healthcheck":{"Test":"curl"}}""", "{}", "health check")]
    [DataRow("""{"Healthcheck":["CMD","curl"]}""", "{}", "health check")]
    public void Settings_have_the_form_that_engines_read(string settings, string expected, string told)
    {
        var (config, repairs) = Read(settings).Mend();

        Assert.AreEqual(expected, Json(config)["config"]!.ToJsonString());
        Assert.Contains(told, string.Join('|', repairs));
    }

    [TestMethod]
    [DataRow("""{"OnBuild":null}""")]
    [DataRow("""{"OnBuild":[],"Labels":null,"Volumes":null,"ExposedPorts":{"80/tcp":{}}}""")]
    [DataRow("""{"Unknown":{"kept":[null]}}""")]
    [DataRow("""{"Healthcheck":null}""")]
    [DataRow("""{"Healthcheck":{"Test":null,"Interval":1}}""")]
    [DataRow("""{"Healthcheck":{"Test":["CMD","curl",""]}}""")]
    public void What_is_valid_stays_to_the_byte(string settings)
    {
        var config = Read(settings);

        Assert.AreSame(config, config.Mend().Config);
    }

    [TestMethod]
    public void A_rootfs_without_a_type_gets_it()
    {
        var json = $$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"diff_ids":["{{DiffId}}"]},"history":[{}]}""";

        var (config, repairs) = ImageConfig.Read(RawDocument.Of(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(json)), "test").Mend();

        Assert.AreEqual("layers", (string?)Json(config)["rootfs"]!["type"]);
        Assert.HasCount(1, repairs);
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("7")]
    [DataRow("null")]
    [DataRow("\"layers\"")]
    [DataRow("""{"type":"layers","diff_ids":7}""")]
    [DataRow("""{"type":"layers","diff_ids":{}}""")]
    public void A_rootfs_of_another_form_has_no_layers(string rootfs)
    {
        var json = $$"""{"architecture":"amd64","os":"linux","rootfs":{{rootfs}},"history":[{}]}""";
        var config = ImageConfig.Read(RawDocument.Of(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(json)), "test");

        var mended = config.Mend().Config;

        Assert.IsEmpty(mended.DiffIds);
        Assert.AreEqual("true", Json(mended)["history"]![0]!["empty_layer"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("""{"Healthcheck":{"Test":["CMD",null]}}""")]
    [DataRow("""{"Healthcheck":{"Test":[7]}}""")]
    [DataRow("""{"Healthcheck":{"Test":{"CMD":"x"}}}""")]
    [DataRow("""{"Healthcheck":[["CMD"]]}""")]
    [DataRow("""{"Env":7,"User":7,"WorkingDir":[],"StopSignal":{},"Volumes":[7],"ExposedPorts":7,"Labels":[null]}""")]
    [DataRow("""{"Env":[7,null,{}],"User":null,"Labels":{"a":{},"b":null}}""")]
    public void What_another_tool_wrote_in_another_form_counts_as_absent(string settings)
    {
        var config = Read(settings);

        Assert.IsEmpty(config.HealthcheckTest);
        Assert.IsEmpty(config.Environment);
        Assert.IsEmpty(config.Volumes);
        Assert.IsEmpty(config.ExposedPorts);
        Assert.AreEqual(("", "", null), (config.User, config.WorkingDirectory, config.StopSignal));
        Assert.IsTrue(config.Labels.Values.All(label => label is not null));
    }

    [TestMethod]
    [DataRow("""{"Entrypoint":[null]}""")]
    [DataRow("""{"Cmd":["a",7]}""")]
    public void A_command_that_cannot_be_read_is_an_error_and_not_a_fault(string settings) =>
        Assert.AreEqual(DiagnosticCode.InvalidDocument, Assert.ThrowsExactly<ContainerizeException>(() => Read(settings)).Code);

    private static ImageConfig Read(string settings, string history = "[{}]") => ImageConfig.Read(
        RawDocument.Of(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","config":{{settings}},"rootfs":{"type":"layers","diff_ids":["{{DiffId}}"]}""" +
            $$""","history":{{history}}}""")),
        "test");

    private static JsonObject Json(ImageConfig config) => JsonNode.Parse(config.Blob.Content)!.AsObject();
}
