using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Building;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Tests.Trees;
using static Containerize.Tests.Rebasing.RebaseLab;

namespace Containerize.Tests.Rebasing;

/// <summary>An image that is put on another base is the one that a build on that base gives.</summary>
[TestClass]
internal sealed class RebaseTests
{
    private static readonly Dictionary<string, Func<ImageRequest, ImageRequest>> s_projects = new()
    {
        ["nothing"] = request => request,
        ["variables"] = request => request with
        {
            Environment = new Dictionary<string, string> { ["Z"] = "z", ["A"] = "a", ["DOTNET_VERSION"] = "mine", ["EMPTY"] = "" },
        },
        ["a user"] = request => request with { User = "4000:4000" },
        ["ports"] = request => request with { Ports = [new(8081, "tcp"), new(53, "udp"), new(8080, "tcp"), new(7000, "tcp")] },
        ["ports by variables"] = request => request with
        {
            Environment = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://+:8090;http://*:8091" },
            Ports = [new(8091, "tcp")],
        },
        ["labels"] = request => request with
        {
            Labels = new Dictionary<string, string> { ["org.opencontainers.image.version"] = "7", ["x"] = "y", ["a"] = "" },
            BaseLabels = BaseLabels.Name | BaseLabels.Digest,
        },
        ["a label as the base has it"] = request => request with
        {
            Labels = new Dictionary<string, string> { ["org.opencontainers.image.title"] = "the same" },
        },
        ["annotations"] = request => request with { Annotations = new Dictionary<string, string> { ["b"] = "1", ["org.z"] = "2" } },
        ["volumes"] = request => request with { Volumes = ["/data", "/more"] },
        ["a stop signal"] = request => request with { StopSignal = "SIGQUIT" },
        ["a healthcheck"] = request => request with
        {
            Healthcheck = Healthcheck.Of(["curl", "localhost"]) with { Interval = TimeSpan.FromSeconds(3), Retries = 2 },
        },
        ["arguments"] = request => request with { Command = request.Command with { DefaultArgs = ["--help"] } },
        ["the base's entrypoint"] = request => request with
        {
            Command = request.Command with { Instruction = AppCommandInstruction.DefaultArgs },
        },
        ["a time"] = request => request with { Created = new(2026, 11, 29, 13, 0, 0, TimeSpan.Zero) },
        ["docker"] = request => request with { Format = ImageFormat.Docker, BaseLabels = BaseLabels.Name | BaseLabels.Digest },
    };

    [TestMethod]
    [DataRow("nothing")]
    [DataRow("variables")]
    [DataRow("a user")]
    [DataRow("ports")]
    [DataRow("ports by variables")]
    [DataRow("labels")]
    [DataRow("a label as the base has it")]
    [DataRow("annotations")]
    [DataRow("volumes")]
    [DataRow("a stop signal")]
    [DataRow("a healthcheck")]
    [DataRow("arguments")]
    [DataRow("the base's entrypoint")]
    [DataRow("a time")]
    [DataRow("docker")]
    public async Task The_result_is_what_a_build_on_the_new_base_gives(string project)
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        await lab.AddAppAsync("old", s_projects[project]);
        var built = await lab.BuildAsync("new", s_projects[project]);

        var rebased = (await lab.RebaseAsync("new")).Images.Single();

        Assert.AreEqual(Text(built.Config.Blob.Memory), Text(rebased.Image.Config.Blob.Memory));
        Assert.AreEqual(Text(built.Manifest.Memory), Text(rebased.Image.Manifest.Memory));
        Assert.IsTrue(rebased.IsExact);
    }

    [TestMethod]
    public async Task Each_platform_of_an_index_gets_its_own_base()
    {
        await using var lab = await StartAsync();
        foreach (var tag in new[] { "old", "new" })
        {
            lab.Registry.AddIndex("team/base", tag, [.. new[] { Sample.Amd64, Sample.Arm64 }.Select(platform => BaseImage(
                platform, config => Aspnet(config, tag), [TreeLab.Text("etc/os-release", $"ID={tag}-{platform.Architecture}")]))]);
        }

        var annotations = new Dictionary<string, string> { ["of.the.index"] = "1" };
        var pushed = ImageSet.Of([await lab.BuildAsync("old"), await lab.BuildAsync("old", platform: Sample.Arm64)], annotations);
        await lab.PushAsync("1", pushed);
        var built = ImageSet.Of([await lab.BuildAsync("new"), await lab.BuildAsync("new", platform: Sample.Arm64)], annotations);

        var rebased = await lab.RebaseAsync("new");

        Assert.AreEqual(Text(built.Root.Memory), Text(rebased.Set.Root.Memory));
        Assert.AreEqual(built.Root.Descriptor.Digest, rebased.Digest);
        Assert.IsTrue(rebased.Images.All(image => image.IsExact));
    }

    [TestMethod]
    public async Task What_refers_to_a_platform_that_stays_as_it_is_goes_along()
    {
        await using var lab = await StartAsync();
        AddMoving("old");
        var (amd64, arm64) = (await lab.BuildAsync("moving"), await lab.BuildAsync("moving", platform: Sample.Arm64));
        var about = Destinations.RegistryEvidenceTests.Document(arm64.Manifest.Descriptor, "stays");
        await lab.PushAsync("1", ImageSet.Of([amd64, arm64]), new()
        {
            Referrers =
            [
                Destinations.RegistryEvidenceTests.Document(amd64.Manifest.Descriptor, "of the old image"),
                about,
                Destinations.RegistryEvidenceTests.Document(about.Manifest.Descriptor, "about what stays"),
            ],
            Images = [.. new[] { amd64, arm64 }.Select(image =>
                SupplyChain.ReferrerTests.Signature("signed", image.Manifest.Descriptor))],
        });
        AddMoving("new");

        var rebased = await lab.RebaseAsync("moving");

        CollectionAssert.AreEqual(new[] { false, true }, rebased.Images.Select(image => image.IsUnchanged).ToArray());
        var copied = rebased.ToCopy(Evidence.None);
        CollectionAssert.AreEquivalent(
            new[] { arm64.Manifest.Descriptor.Digest, about.Manifest.Descriptor.Digest },
            copied.Referrers.Select(referrer => referrer.Subject).ToArray());
        Assert.AreEqual(arm64.Manifest.Descriptor.Digest, copied.Tags.Single().Subject.Digest);
        Assert.HasCount(2, rebased.LeftOut.Where(document => document.Type != MediaTypes.OciManifest).ToList());

        void AddMoving(string version) => lab.Registry.AddIndex("team/base", "moving",
            [.. new[] { (Sample.Amd64, version), (Sample.Arm64, "the same") }.Select(each => BaseImage(
                each.Item1, config => Aspnet(config, each.Item2), [TreeLab.Text("etc/os-release", $"ID={each.Item2}")]))]);
    }

    [TestMethod]
    public async Task An_image_that_has_the_base_already_stays_as_it_is_with_all_that_refers_to_it()
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        var image = await lab.AddAppAsync("old");

        var rebased = await lab.RebaseAsync("old");

        Assert.IsTrue(rebased.IsUnchanged);
        Assert.AreEqual(image.Manifest.Descriptor.Digest, rebased.Digest);
    }

    [TestMethod]
    public async Task What_the_base_changed_is_told()
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        await lab.AddAppAsync("old");

        var rebased = (await lab.RebaseAsync("new")).Images.Single();

        var variables = rebased.Settings.Single(setting => setting.Name == "Environment");
        CollectionAssert.AreEqual(new[] { "DOTNET_VERSION=10.0.1" }, variables.Before.ToList());
        CollectionAssert.AreEqual(new[] { "DOTNET_VERSION=10.0.2", "NEW=1" }, variables.After.ToList());
        Assert.HasCount(2, rebased.Kept);
        Assert.IsTrue(lab.Registry.Uploads.Count > 0);
    }

    [TestMethod]
    public async Task Layers_of_the_app_are_not_sent_again()
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        var image = await lab.AddAppAsync("old");
        var sent = lab.Registry.Uploads.Count;

        var rebased = (await lab.RebaseAsync("new")).Images.Single();

        CollectionAssert.AreEqual(
            image.Layers.Skip(1).Select(layer => layer.Blob.Descriptor.Digest).ToList(),
            rebased.Kept.Select(layer => layer.Blob.Descriptor.Digest).ToList());
        // The config alone: the base's layers are mounted.
        Assert.HasCount(1, lab.Registry.Uploads.Skip(sent).ToList());
    }

    [TestMethod]
    public async Task An_image_of_another_tool_keeps_what_it_set_itself()
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        AddForeign(lab, config =>
        {
            config["Env"]!.AsArray().Add((JsonNode)"MINE=1");
            config["Shell"] = new JsonArray("/bin/bash", "-c");
            config["Entrypoint"] = new JsonArray("/app/probe");
        });

        var unknown = await lab.FailAsync("new");
        var rebased = (await lab.RebaseAsync("new", from: "old")).Images.Single();

        Assert.AreEqual(DiagnosticCode.BaseUnknown, unknown.Code);
        StringAssert.Contains(unknown.Message, "--from");
        Assert.IsFalse(rebased.IsExact);
        var settings = JsonNode.Parse(rebased.Image.Config.Blob.Memory.Span)!["config"]!;
        CollectionAssert.Contains(rebased.Image.Config.Environment.ToList(), "MINE=1");
        CollectionAssert.Contains(rebased.Image.Config.Environment.ToList(), "DOTNET_VERSION=10.0.2");
        Assert.AreEqual("""["/bin/bash","-c"]""", settings["Shell"]!.ToJsonString());
        Assert.AreEqual("""["/app/probe"]""", settings["Entrypoint"]!.ToJsonString());
        // Its own: ENTRYPOINT took the base's away.
        Assert.AreEqual("""["/bin/bash"]""", settings["Cmd"]!.ToJsonString());
        Assert.AreEqual(lab.Base("new"), rebased.Image.Document.Annotations!["org.opencontainers.image.base.name"]);
        CollectionAssert.AreEqual(
            new[] { "test layer 0", "test layer 1", "test settings", "COPY app", "CMD" },
            JsonNode.Parse(rebased.Image.Config.Blob.Memory.Span)!["history"]!.AsArray().Select(step => (string?)step!["created_by"])
                .ToList());
    }

    [TestMethod]
    [DataRow("/app/probe", "", "", "", "--new", "")]
    [DataRow("/app/probe", "", "", "--old", "--new", "")]
    [DataRow("/app/probe", "--old", "", "--old", "--new", "--old")]
    [DataRow("/app/probe", "--own", "/usr/bin/run", "--old", "--new", "--own")]
    [DataRow("/app/probe", "", "/usr/bin/run", "", "--new", "")]
    [DataRow("/usr/bin/run", "--old", "/usr/bin/run", "--old", "--new", "--new")]
    [DataRow("/usr/bin/run", "", "/usr/bin/run", "", "--new", "--new")]
    [DataRow("/usr/bin/run", "--own", "/usr/bin/run", "--old", "--new", "--own")]
    public async Task A_program_of_the_image_gets_no_arguments_of_a_base(
        string entrypoint, string command, string baseEntrypoint, string oldCommand, string newCommand, string expected)
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", config => Start(config, baseEntrypoint, oldCommand), Files());
        lab.AddBase("new", config => Start(config, baseEntrypoint, newCommand), Files());
        lab.Registry.AddImage("team/app", "1", TestImage.Create(
            TestImage.LinuxX64, docker: false, config => Start(config, entrypoint, command),
            TreeLab.Layer(Files()),
            TreeLab.Layer(TreeLab.DirectoryAt("app"), Starting.StartLab.Program("app/probe", new TestElf()))));

        var image = (await lab.RebaseAsync("new", from: "old")).Images.Single().Image;

        Assert.AreEqual(entrypoint, string.Join(' ', image.Config.Entrypoint));
        Assert.AreEqual(expected, string.Join(' ', image.Config.Command));

        // Entries are written once.
        static IReadOnlyList<TarEntry> Files() => [.. Bookworm, Starting.StartLab.Program("usr/bin/run", new TestElf())];

        static void Start(JsonObject config, string entrypoint, string command)
        {
            Aspnet(config, "10.0.1");
            var settings = config["config"]!.AsObject();
            settings.Remove("Cmd");
            foreach (var (name, word) in new[] { ("Entrypoint", entrypoint), ("Cmd", command) }.Where(each => each.Item2.Length > 0))
            {
                settings[name] = new JsonArray(word);
            }
        }
    }

    [TestMethod]
    public async Task A_base_that_is_gone_or_whose_tag_moved_is_told_apart()
    {
        await using var lab = await StartAsync();
        AddBases(lab);
        await lab.AddAppAsync("old", request => request with { Annotations = new Dictionary<string, string>
        {
            ["org.opencontainers.image.base.digest"] = $"{Digest.Of("gone"u8)}",
        } });

        var gone = await lab.FailAsync("new");
        var moved = await lab.FailAsync("new", from: "new");

        Assert.AreEqual(DiagnosticCode.OldBaseUnavailable, gone.Code);
        Assert.AreEqual(DiagnosticCode.NotOnBase, moved.Code);
        Assert.IsFalse((await lab.RebaseAsync("new", from: "old")).IsUnchanged);
    }

    private static void AddBases(RebaseLab lab)
    {
        lab.AddBase("old", config =>
        {
            Aspnet(config, "10.0.1");
            config["config"]!["Entrypoint"] = new JsonArray("/usr/bin/dotnet");
            config["config"]!["Labels"]!["org.opencontainers.image.title"] = "the same";
        }, Bookworm);
        lab.AddBase("new", config =>
        {
            Aspnet(config, "10.0.2");
            var settings = config["config"]!;
            settings["Env"]!.AsArray().Add((JsonNode)"NEW=1");
            settings["Cmd"] = new JsonArray("/bin/sh");
            settings["ExposedPorts"] = new JsonObject { ["9000/tcp"] = new JsonObject() };
            settings["Volumes"] = new JsonObject { ["/more"] = new JsonObject() };
            settings["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("NONE") };
            settings["StopSignal"] = "SIGINT";
            settings["Labels"]!["org.opencontainers.image.title"] = "another";
            config["author"] = "new";
        }, Bookworm, [TreeLab.Text("etc/more", "more")]);
    }

    private static void AddForeign(RebaseLab lab, Action<JsonObject> change)
    {
        var image = TestImage.Create(TestImage.LinuxX64, docker: false, config =>
        {
            Aspnet(config, "10.0.1");
            change(config["config"]!.AsObject());
            // The base's, then its own.
            var history = config["history"]!.AsArray();
            config["history"] = new JsonArray(
                history[0]!.DeepClone(),
                history[2]!.DeepClone(),
                new JsonObject { ["created_by"] = "COPY app" },
                new JsonObject { ["created_by"] = "CMD", ["empty_layer"] = true });
        }, TreeLab.Layer(Bookworm), TreeLab.Layer(
            TreeLab.DirectoryAt("app"), Starting.StartLab.Program("app/probe", new TestElf())));
        lab.Registry.AddImage("team/app", "1", image);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
