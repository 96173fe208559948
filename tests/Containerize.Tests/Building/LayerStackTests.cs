using Containerize.Building;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Inputs.Secrets;

namespace Containerize.Tests.Building;

[TestClass]
internal sealed class LayerStackTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _directory.Dispose();

    private LayerRequest Request(bool isWindows = false) => new()
    {
        Entries = new EntryRules("/app", DateTimeOffset.UnixEpoch) { IsWindows = isWindows },
        MaxLayers = 10,
        ProjectDirectory = _directory.FullName,
        Secrets = new(SecretPolicy.LeaveOut, [SecretPattern.Parse(".env"), SecretPattern.Parse("*.pfx")]),
    };

    private PublishedFile File(string path, FileOriginKind origin = FileOriginKind.App, string? content = null) => new()
    {
        RelativePath = path,
        Type = LayerEntryType.File,
        SourcePath = _directory.Write($"publish/{path}", content ?? path),
        Size = (content ?? path).Length,
        Origin = new FileOrigin(origin, origin == FileOriginKind.Package ? "P" : null),
    };

    private AddedFile Added(string path, string target) => new(_directory.Write(path, path), target, Mode: null, Owner: null);

    private LayerContext NoBase() => new(
        Task.FromResult(new BaseImage(Sample.Image(Sample.Amd64, []), null)),
        new LayerCache(new BlobStore(_directory["cache"])),
        FileHashes.Load(path: null),
        new LayerOptions());

    private IReadOnlyList<ILayerSource> Plan(LayerRequest request, params IReadOnlyList<PublishedFile> files) =>
        LayerStack.Plan(files, request, SecretMemory.Load(path: null), _reporter);

    [TestMethod]
    public void Symbols_and_a_debugger_are_one_layer_without_secrets()
    {
        var request = Request() with { Debugger = [Added("vsdbg/vsdbg", "debugger/vsdbg"), Added("vsdbg/a.pfx", "debugger/a.pfx")] };

        var layer = LayerStack.Symbols([File("app.pdb"), File("de/app.pdb")], request, SecretMemory.Load(path: null), _reporter);

        Assert.AreEqual("symbols", layer.Name);
        CollectionAssert.AreEquivalent(
            new[] { "app/app.pdb", "app/de/app.pdb", "debugger/vsdbg" },
            layer.Entries.Where(entry => entry.Type == LayerEntryType.File).Select(entry => entry.Path).ToArray());
        Assert.AreEqual(DiagnosticCode.SecretsLeftOut, _reporter.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow("app.pdb", true)]
    [DataRow("native/App.PDB", true)]
    [DataRow("app.dbg", true)]
    [DataRow("app.dll", false)]
    [DataRow("pdb", false)]
    [DataRow("app.pdb.txt", false)]
    public void Symbols_are_known_by_their_names(string path, bool isSymbol) => Assert.AreEqual(isSymbol, SymbolFiles.IsOne(File(path)));

    [TestMethod]
    [DataRow("", "0:0")]
    [DataRow("0:0", "0:0")]
    [DataRow("1654:1654", "1654:1654")]
    public async Task An_items_owner_is_that_of_directories_without_published_files_in_all_layers(string fileOwner, string owner)
    {
        var items = new[] { "app", "app/plugins", "app/data", "app/data/plugins", "data" }.Select(path => new AddedFile(
            _directory["item"], path, Mode: null, OwnerOf("7:8")) { Type = LayerEntryType.Directory });
        var request = Request();
        var rules = request.Entries with { Owner = fileOwner.Length == 0 ? null : OwnerOf(fileOwner) };

        var layers = Plan(
            request with { Entries = rules, Files = [.. items, Added("conf", "app/plugins/conf"), Added("seed", "app/data/seed")] },
            File("app.dll"), File("plugins/a.dll"), File("plugins/lib.dll", FileOriginKind.Package));

        Assert.HasCount(3, layers);
        foreach (var layer in layers)
        {
            var prepared = await layer.PrepareAsync(NoBase(), CancellationToken.None);
            foreach (var entry in prepared.Entries!.Where(entry => entry.Type == LayerEntryType.Directory))
            {
                Assert.AreEqual(entry.Path is "app" or "app/plugins" ? owner : "7:8", $"{entry.UserId}:{entry.GroupId}", entry.Path);
            }
        }

        static Owner OwnerOf(string text) => Owner.TryParse(text, out var owner) ? owner : throw new ArgumentException(text);
    }

    [TestMethod]
    public void Secrets_stay_out_and_are_named_in_one_warning()
    {
        var layers = Plan(
            Request() with { Files = [Added("keys/a.pfx", "etc/a.pfx")], FilesWithSecrets = [Added("keys/b.pfx", "etc/b.pfx")] },
            File("app.dll"), File(".env"));

        CollectionAssert.AreEqual(new[] { "files", "app" }, layers.Select(layer => layer.Name).ToList());
        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.SecretsLeftOut, code);
        StringAssert.Contains(text, "'.env', 'keys/a.pfx'");
        Assert.DoesNotContain("b.pfx", text);
    }

    [TestMethod]
    public void What_is_inside_is_named_by_line_and_kind_and_never_shown()
    {
        var samples = new SecretSamples(1);
        var (url, password) = (samples.Urls.First(), samples.ConnectionStrings.First());

        var layers = Plan(
            Request() with { Files = [Added("conf/a.yaml", "etc/a.yaml") with { SourcePath = _directory.Write("conf/a.yaml", url) }] },
            File("app.dll"), File("appsettings.json", content: $"\n{password}\n{url}"));

        Assert.AreEqual("app", layers.Single().Name);
        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.SecretsLeftOut, code);
        StringAssert.Contains(
            text,
            "'appsettings.json' (line 2: a connection string with a password, line 3: a URL with a password), "
                + "'conf/a.yaml' (line 1: a URL with a password)");
        Assert.DoesNotContain(url[8..20], text);
        StringAssert.Contains(text, "ContainerizeSecrets=Include");
    }

    [TestMethod]
    public void What_comes_from_packages_is_judged_by_its_name_alone()
    {
        var url = new SecretSamples(1).Urls.First();

        var layers = Plan(
            Request(),
            File("readme.md", FileOriginKind.Package, url), File("runtime.md", FileOriginKind.RuntimePack, url),
            File("a.pfx", FileOriginKind.Package), File("project.md", FileOriginKind.Project, url));

        CollectionAssert.AreEqual(new[] { "runtime", "dependencies" }, layers.Select(layer => layer.Name).ToList());
        StringAssert.Contains(_reporter.Warnings.Single().Text, "'a.pfx', 'project.md' (line 1");
    }

    [TestMethod]
    public void A_project_that_wants_no_secrets_gets_an_error()
    {
        var request = Request() with { Secrets = new(SecretPolicy.Error, [SecretPattern.Parse(".env")]) };

        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => Plan(request, File("app.dll"), File(".env"), File("a.json", content: new SecretSamples(1).Urls.First())));

        Assert.AreEqual(DiagnosticCode.SecretsFound, failure.Code);
        StringAssert.Contains(failure.Message, "'.env', 'a.json' (line 1: a URL with a password)");
        Plan(request, File("app.dll"));
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public void A_project_that_wants_its_secrets_gets_them()
    {
        var request = Request() with
        {
            Secrets = new(SecretPolicy.Include, [SecretPattern.Parse(".env")]),
            Files = [Added("b.pfx", "etc/b.pfx")],
        };

        var layers = Plan(request, File("app.dll"), File(".env"));

        CollectionAssert.AreEqual(new[] { "files", "app" }, layers.Select(layer => layer.Name).ToList());
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public void Files_that_no_publish_made_are_named_in_one_warning()
    {
        Plan(Request(), [File("app.dll"), .. Enumerable.Range(10, 12).Select(number => File($"{number}.txt", FileOriginKind.Unexpected))]);

        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.UnexpectedFiles, code);
        StringAssert.Contains(text, "12 files");
        StringAssert.Contains(text, "'19.txt' and 2 more");
    }

    [TestMethod]
    public void Two_files_that_want_one_path_are_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => Plan(Request() with { Files = [Added("a.txt", "app/app.dll")] }, File("app.dll")));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
        StringAssert.Contains(failure.Message, "a.txt");
        StringAssert.Contains(failure.Message, "app.dll");
    }

    [TestMethod]
    public void A_file_below_a_file_is_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => Plan(Request() with { Files = [Added("a.txt", "app/app.dll/x")] }, File("app.dll")));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
    }

    [TestMethod]
    public void A_place_that_does_not_exist_is_refused()
    {
        var rule = new LayerRule("models") { Files = [FilePattern.Parse("**")], Before = "nowhere" };

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Plan(Request() with { Rules = [rule] }, File("app.dll")));

        Assert.AreEqual(DiagnosticCode.LayerOrder, failure.Code);
        StringAssert.Contains(failure.Message, "'nowhere'");
    }

    [TestMethod]
    public void Layers_are_merged_from_the_bottom_and_it_is_said()
    {
        var layers = Plan(Request() with { MaxLayers = 1 }, File("app.dll"), File("p.dll", FileOriginKind.Package));

        Assert.AreEqual("dependencies+app", layers.Single().Name);
        StringAssert.Contains(_reporter.Messages.Single(), "2 layers became 1");
    }

    [TestMethod]
    public void An_app_that_is_one_file_is_one_layer_and_it_is_said_once()
    {
        var layers = Plan(Request() with { Split = LayerSplit.AppOnly }, File("app"), File("p.dll", FileOriginKind.Package));

        Assert.AreEqual("app", layers.Single().Name);
        StringAssert.Contains(_reporter.Messages.Single(), "all of it is one layer");
    }

    [TestMethod]
    public void Windows_ignores_owners_and_takes_two_cases_for_one_file()
    {
        Plan(Request(isWindows: true) with { SaysOwnerOrMode = true }, File("app.dll"));
        StringAssert.Contains(_reporter.Messages.Single(), "mean nothing in an image for Windows");

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Plan(Request(isWindows: true), File("app.dll"), File("APP.dll")));
        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
    }
}
