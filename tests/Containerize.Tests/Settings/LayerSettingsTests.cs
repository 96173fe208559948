using System.Globalization;
using Containerize.Bases;
using Containerize.Compression;
using Containerize.Inputs;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.Testing;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class LayerSettingsTests
{
    private static readonly Platform s_linux = Platform.FromRuntimeIdentifier("linux-x64");

    private static object Read(ProjectSettings project) => LayerSettings.Read(project, s_linux);

    private static SettingsLab With(params (string Name, string Value)[] metadata) =>
        new SettingsLab().AddDefaults().Add(ItemKind.Layers, "layers", metadata);

    [TestMethod]
    public void Without_settings_the_defaults_count()
    {
        using var lab = With();

        var request = LayerSettings.Read(lab.Project, s_linux);

        Assert.AreEqual((10, LayerSplit.ByOrigin), (request.MaxLayers, request.Split));
        Assert.AreEqual((null, "/app"), (request.Entries.Owner, request.Entries.Directory));
        Assert.AreEqual(DateTimeOffset.UnixEpoch.AddSeconds(1), request.Entries.ModificationTime);
        Assert.IsFalse(request.NeedsBase || request.SaysOwnerOrMode);
    }

    [TestMethod]
    [DataRow("MaxLayers", "0", "ContainerizeMaxLayers '0'", "1 to 100")]
    [DataRow("MaxLayers", "101", "ContainerizeMaxLayers '101'", "1 to 100")]
    [DataRow("MaxLayers", "ten", "ContainerizeMaxLayers 'ten'", "1 to 100")]
    [DataRow("FileOwner", "app:app", "ContainerizeFileOwner 'app:app'", "1654:1654")]
    [DataRow("FileOwner", "1:2:3", "ContainerizeFileOwner '1:2:3'", "1654:1654")]
    [DataRow("Compression", "brotli", "ContainerizeCompression 'brotli'", "Gzip, Zstd, None")]
    [DataRow("CompressionLevel", "10", "ContainerizeCompressionLevel '10'", "1 to 9")]
    [DataRow("CompressionLevel", "0", "ContainerizeCompressionLevel '0'", "1 to 9")]
    [DataRow("CompressionLevel", "best", "ContainerizeCompressionLevel 'best'", "fast, default, small")]
    [DataRow("Secrets", "maybe", "ContainerizeSecrets 'maybe'", "LeaveOut, Error, Include")]
    [DataRow("SourceDateEpoch", "yesterday", "SOURCE_DATE_EPOCH 'yesterday'", "seconds since 1970")]
    [DataRow("SourceDateEpoch", "-1", "SOURCE_DATE_EPOCH '-1'", "seconds since 1970")]
    [DataRow("SourceDateEpoch", "8589934592", "SOURCE_DATE_EPOCH '8589934592'", "seconds since 1970")]
    public void A_value_that_makes_no_sense_is_refused_with_what_would(string metadata, string value, string named, string hint)
    {
        using var lab = With((metadata, value));

        lab.RefusesValue(project => (Read(project), LayerWriting.Read(project)), named, hint);
    }

    [TestMethod]
    [DataRow("", nameof(SecretPolicy.LeaveOut))]
    [DataRow("error", nameof(SecretPolicy.Error))]
    [DataRow("Include", nameof(SecretPolicy.Include))]
    public void What_becomes_of_secrets_is_one_word(string value, string policy)
    {
        using var lab = With(("Secrets", value));

        Assert.AreEqual(policy, LayerSettings.Read(lab.Project, s_linux).Secrets.Policy.ToString());
    }

    [TestMethod]
    [DataRow("", "gzip Default 3")]
    [DataRow("Default", "gzip Default 3")]
    [DataRow("FAST", "gzip Fast 1")]
    [DataRow("small", "gzip Small 12")]
    [DataRow("1", "gzip Fast 1")]
    [DataRow("6", "gzip Default 6")]
    [DataRow("9", "gzip Small 9")]
    public void Levels_have_names_and_numbers(string level, string expected)
    {
        using var lab = With(("CompressionLevel", level));

        var writing = LayerWriting.Read(lab.Project);

        Assert.AreEqual(expected, string.Create(CultureInfo.InvariantCulture, $"gzip {writing.Gzip} {writing.Zstd}"));
        Assert.AreEqual(LayerCompression.Gzip, writing.Compression);
    }

    [TestMethod]
    public void Zstd_has_more_levels()
    {
        using var lab = With(("Compression", "ZSTD"), ("CompressionLevel", "22"), ("SourceDateEpoch", "1700000000"));

        var writing = LayerWriting.Read(lab.Project);

        Assert.AreEqual(LayerCompression.Zstd, writing.Compression);
        Assert.AreEqual((22, DeflateLevel.Small), (writing.Zstd, writing.Gzip));
        Assert.AreEqual(1700000000, writing.Time.ToUnixTimeSeconds());
    }

    [TestMethod]
    public void Dockers_format_has_no_zstd()
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Image, "image", ("WorkingDirectory", "/app"), ("Format", "Docker"))
            .Add(ItemKind.Layers, "layers", ("Compression", "zstd"));

        lab.Refuses(
            DiagnosticCode.UnsupportedCompression,
            project => ImageRequests.Read(project, s_linux, new ScratchSource(), []).LayerOptions,
            "ContainerImageFormat", "OCI");
    }

    [TestMethod]
    [DataRow("Before", "", "Files")]
    [DataRow("Origin", "Elsewhere", "The Origin 'Elsewhere' of ContainerizeLayer 'models'")]
    [DataRow("Origin", "App;Nowhere", "The Origin 'Nowhere' of ContainerizeLayer 'models'")]
    [DataRow("Files", " ; ", "ContainerizeLayer 'models' does not say what goes into it")]
    public void A_layer_that_makes_no_sense_is_refused(string metadata, string value, string named)
    {
        using var lab = With().Add(ItemKind.Layer, "models", (metadata, value));

        lab.RefusesValue(Read, named);
    }

    [TestMethod]
    public void A_layer_has_patterns_origins_and_a_place()
    {
        using var lab = With().Add(
            ItemKind.Layer,
            " models ",
            ("Files", "**/*.onnx;*.bin"), ("Packages", "Contoso.*"), ("Origin", "app;PACKAGE"), ("Before", "dependencies"));

        var rule = LayerSettings.Read(lab.Project, s_linux).Rules.Single();

        Assert.AreEqual(("models", "dependencies", null), (rule.Name, rule.Before, rule.After));
        Assert.AreEqual((2, 1), (rule.Files.Count, rule.Packages.Count));
        CollectionAssert.AreEqual(new[] { FileOriginKind.App, FileOriginKind.Package }, rule.Origins.ToList());
    }

    [TestMethod]
    public void A_pattern_of_secrets_is_the_item_unless_the_item_has_several()
    {
        using var lab = With()
            .Add(ItemKind.Secret, "!certs/test.pfx")
            .Add(ItemKind.Secret, "tokens", ("Files", "*.token; *.jwt"))
            .Add(ItemKind.Secret, "*.pem", ("Contains", "PRIVATE KEY-----"));

        var patterns = LayerSettings.Read(lab.Project, s_linux).Secrets.Patterns;

        Assert.AreEqual("True False False False", string.Join(' ', patterns.Select(pattern => pattern.IsException)));
        Assert.AreEqual("PRIVATE KEY-----", patterns[^1].Contains);
    }

    [TestMethod]
    [DataRow("tools.tar")]
    [DataRow("ghcr.io/team/agent:1")]
    [DataRow("ghcr.io/team/agent")]
    public void A_layer_of_others_is_a_file_or_a_digest(string reference)
    {
        using var lab = With().Add(ItemKind.LayerReference, reference);

        lab.Refuses(
            DiagnosticCode.MissingFile, project => LayerSettings.References(project, client: null!).ToList(), $"'{reference}'", "sha256");
    }

    [TestMethod]
    public void A_layer_of_others_that_is_named_twice_is_there_once()
    {
        using var lab = With().Add(ItemKind.LayerReference, "tools.tar").Add(ItemKind.LayerReference, " tools.tar");
        lab.Write("tools.tar", "tar");

        Assert.AreEqual("tools.tar", LayerSettings.References(lab.Project, client: null!).Single().Name);
    }

    [TestMethod]
    [DataRow("tools.tar", "tools.tar")]
    [DataRow("./layers/tools.tar", "./layers/tools.tar")]
    [DataRow(@"layers\tools.tar", "layers/tools.tar")]
    [DataRow("../beside.tar", "../beside.tar")]
    [DataRow("{project}/tools.tar", "tools.tar")]
    [DataRow("{project}/layers/tools.tar", "layers/tools.tar")]
    [DataRow("{project}/layers/../tools.tar", "tools.tar")]
    [DataRow("{project}/../beside.tar", "beside.tar")]
    [DataRow("{project}/..odd.tar", "..odd.tar")]
    public void A_layer_of_others_has_the_same_name_in_every_clone(string reference, string name)
    {
        using var root = new TemporaryDirectory();
        foreach (var clone in new[] { "one", "deep/er/two" })
        {
            var project = root[$"{clone}/app"];
            foreach (var file in new[] { "tools.tar", "layers/tools.tar", "../beside.tar", "..odd.tar" })
            {
                root.Write($"{clone}/app/{file}", "tar");
            }

            var item = new Item(
                reference.Replace("{project}", project, StringComparison.Ordinal), ("Kind", nameof(ItemKind.LayerReference)));

            Assert.AreEqual(name, LayerSettings.References(new ProjectSettings(project, [item]), client: null!).Single().Name);
        }
    }

    [TestMethod]
    public void Two_layers_with_one_file_name_are_both_there()
    {
        using var others = new TemporaryDirectory();
        using var lab = With()
            .Add(ItemKind.LayerReference, others.Write("a/tools.tar", "a"))
            .Add(ItemKind.LayerReference, others.Write("b/tools.tar", "b"))
            .Add(ItemKind.LayerReference, others["a/tools.tar"]);

        var names = LayerSettings.References(lab.Project, client: null!).Select(layer => layer.Name);

        Assert.AreEqual("tools.tar tools.tar", string.Join(' ', names));
    }
}
