using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class LayerPlannerTests
{
    private static PublishedFile File(string path, FileOriginKind kind, string? package = null, string? version = null, long size = 1) =>
        new()
        {
            RelativePath = path,
            SourcePath = "/publish/" + path,
            Type = LayerEntryType.File,
            Size = size,
            Origin = new FileOrigin(kind, package, version),
        };

    private static string Describe(IReadOnlyList<(string Name, IReadOnlyList<PublishedFile> Files)> layers) =>
        string.Join(" | ", layers.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Files.Select(file => file.RelativePath))}"));

    [TestMethod]
    public void What_changes_least_lies_lowest()
    {
        var layers = LayerPlanner.Plan(
            [
                File("app.dll", FileOriginKind.App),
                File("Newtonsoft.Json.dll", FileOriginKind.Package, "Newtonsoft.Json", "13.0.3"),
                File("libcoreclr.so", FileOriginKind.RuntimePack, "Microsoft.NETCore.App.Runtime.linux-x64", "10.0.0"),
                File("shared.dll", FileOriginKind.Project),
                File("by-hand.txt", FileOriginKind.Unexpected),
            ],
            LayerSplit.ByOrigin);

        CollectionAssert.AreEqual(new[] { "runtime", "dependencies", "app" }, layers.Select(layer => layer.Name).ToList());
        CollectionAssert.AreEqual(new[] { "app.dll", "by-hand.txt", "shared.dll" }, layers[2].Files.Select(file => file.RelativePath)
            .ToList());
    }

    [TestMethod]
    public void Empty_layers_are_left_out()
    {
        var layers = LayerPlanner.Plan([File("app.dll", FileOriginKind.App)], LayerSplit.ByOrigin);

        Assert.AreEqual("app", layers.Single().Name);
    }

    [TestMethod]
    public void A_single_file_app_is_one_layer_whatever_lies_beside_it()
    {
        var layers = LayerPlanner.Plan(
            [File("app", FileOriginKind.App), File("libSkia.so", FileOriginKind.Package, "Skia", "1.0")], LayerSplit.AppOnly);

        Assert.AreEqual("app", layers.Single().Name);
        Assert.HasCount(2, layers[0].Files);
    }

    [TestMethod]
    public void The_order_of_the_files_does_not_matter()
    {
        PublishedFile[] files = [File("b", FileOriginKind.App), File("a", FileOriginKind.App), File("C", FileOriginKind.App)];

        var forward = LayerPlanner.Plan(files, LayerSplit.ByOrigin);
        var backward = LayerPlanner.Plan([.. files.Reverse()], LayerSplit.ByOrigin);

        CollectionAssert.AreEqual(forward[0].Files.ToList(), backward[0].Files.ToList());
        CollectionAssert.AreEqual(new[] { "C", "a", "b" }, forward[0].Files.Select(file => file.RelativePath).ToList());
    }

    [TestMethod]
    [DataRow(1024 * 1024, "content: wwwroot/big.js wwwroot/small.css | app: app.dll")]
    [DataRow((1024 * 1024) - 2, "app: app.dll wwwroot/big.js wwwroot/small.css")]
    public void Much_web_content_has_a_layer_of_its_own(long size, string expected)
    {
        var layers = LayerPlanner.Plan(
            [File("app.dll", FileOriginKind.App), File("wwwroot/big.js", FileOriginKind.App, size: size),
                File("wwwroot/small.css", FileOriginKind.Project)],
            LayerSplit.ByOrigin);

        Assert.AreEqual(expected, Describe(layers));
    }

    [TestMethod]
    public void Layers_of_users_take_what_fits_them_and_the_first_one_wins()
    {
        var layers = LayerPlanner.Plan(
            [
                File("a.dll", FileOriginKind.Package, "Contoso.Core", "1.0"),
                File("app.dll", FileOriginKind.App),
                File("b.dll", FileOriginKind.Package, "Other", "1.0"),
                File("models/m.onnx", FileOriginKind.App),
                File("models/readme.txt", FileOriginKind.App),
                File("shared.dll", FileOriginKind.Project),
            ],
            LayerSplit.ByOrigin,
            new LayerRule("models") { Files = [FilePattern.Parse("**/*.onnx")], Before = "dependencies" },
            new LayerRule("texts") { Files = [FilePattern.Parse("models/**")], After = "app" },
            new LayerRule("company") { Packages = [FilePattern.Parse("contoso.*")], After = "dependencies" },
            new LayerRule("dependencies") { Origins = [FileOriginKind.Project] });

        Assert.AreEqual(
            "models: models/m.onnx | dependencies: b.dll shared.dll | company: a.dll | app: app.dll | texts: models/readme.txt",
            Describe(layers));
    }

    [TestMethod]
    public void A_file_must_fit_all_that_a_rule_says()
    {
        var layers = LayerPlanner.Plan(
            [File("a.dll", FileOriginKind.Package, "A", "1.0"), File("a.so", FileOriginKind.Package, "A", "1.0"),
                File("app.so", FileOriginKind.App)],
            LayerSplit.ByOrigin,
            new LayerRule("native") { Files = [FilePattern.Parse("*.so")], Packages = [FilePattern.Parse("*")] });

        Assert.AreEqual("dependencies: a.dll | native: a.so | app: app.so", Describe(layers));
    }

    [TestMethod]
    public void Layers_of_users_split_a_single_file_app_too()
    {
        var layers = LayerPlanner.Plan(
            [File("app", FileOriginKind.App), File("m.onnx", FileOriginKind.App)],
            LayerSplit.AppOnly,
            new LayerRule("models") { Files = [FilePattern.Parse("*.onnx")] });

        Assert.AreEqual("models: m.onnx | app: app", Describe(layers));
    }

    [TestMethod]
    public void Of_a_site_the_apps_own_code_and_the_pages_that_name_it_lie_above_the_rest()
    {
        const long Much = 1024 * 1024;
        var layers = LayerPlanner.Plan(
            [
                File("wwwroot/_framework/System.wasm", FileOriginKind.RuntimePack, "Pack", "10.0.0", Much),
                File("wwwroot/_framework/Fancy.wasm", FileOriginKind.Package, "Fancy", "1.0.0"),
                File("wwwroot/_content/Fancy/fancy.css", FileOriginKind.Package, "Fancy"),
                File("wwwroot/_framework/app.wasm", FileOriginKind.App, size: Much),
                File("wwwroot/_framework/shared.wasm", FileOriginKind.Project),
                File("wwwroot/css/app.css", FileOriginKind.App, size: Much),
                File("wwwroot/index.html", FileOriginKind.App),
            ],
            LayerSplit.Site);

        Assert.AreEqual(
            "runtime: wwwroot/_framework/System.wasm"
                + " | dependencies: wwwroot/_content/Fancy/fancy.css wwwroot/_framework/Fancy.wasm"
                + " | content: wwwroot/css/app.css"
                + " | app: wwwroot/_framework/app.wasm wwwroot/_framework/shared.wasm wwwroot/index.html",
            Describe(layers));
    }
}
