using System.Formats.Tar;
using System.Text.RegularExpressions;
using Containerize.Building;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using static Containerize.Tests.Sites.SiteLab;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Sites;

[TestClass]
internal sealed class SiteLayerTests : IDisposable
{
    private const string Module = "usr/lib/nginx/modules/ngx_http_brotli_static_module.so";
    private static readonly EntryRules s_rules = new("/app", LayerOptions.DefaultModificationTime);

    private readonly SiteLab _lab = new SiteLab().Write("wwwroot/index.html", "<h1>page</h1>").Write("wwwroot/app.js", "code");

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow("usr/sbin/nginx")]
    [DataRow("usr/local/bin/nginx")]
    public async Task The_topmost_layer_has_the_configuration_and_all_layers_are_in_it(string program)
    {
        var layers = await WriteAsync([Text(program)]);

        Assert.AreEqual("app app/wwwroot app/wwwroot/app.js", string.Join(' ', layers[0].Keys));
        var configuration = layers[1]["etc/nginx/site.conf"];
        StringAssert.Matches(configuration, new Regex("\"/app.js\" 'W/\"[0-9a-f]{32}\"';"));
        StringAssert.Matches(configuration, new Regex("\"/index.html\" 'W/\"[0-9a-f]{32}\"';"));
        Assert.DoesNotContain("brotli", configuration);
    }

    [TestMethod]
    public async Task The_module_for_brotli_is_found_behind_links()
    {
        var configuration = (await WriteAsync(
            [Text("usr/sbin/nginx"), Text(Module), Link("etc/nginx/modules", "/usr/lib/nginx/modules")]))[1]["etc/nginx/site.conf"];

        StringAssert.Contains(configuration, $"load_module /{Module};");
    }

    [TestMethod]
    public async Task A_base_without_the_server_is_refused_and_the_known_ones_are_named()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync([Text("usr/sbin/apache2")]));

        Assert.AreEqual(DiagnosticCode.NoServerInBase, failure.Code);
        StringAssert.Contains(failure.Message, "nginx");
        StringAssert.Contains(failure.Message, "ContainerizeDebianPackage");
    }

    [TestMethod]
    public async Task A_project_that_puts_a_file_in_the_place_of_the_configuration_is_told()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => WriteAsync([Text("usr/sbin/nginx")], Entry("etc/nginx/site.conf", "mine")));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
    }

    [TestMethod]
    public async Task A_change_to_one_file_changes_only_its_layer_and_the_topmost()
    {
        var before = await WriteAsync([Text("usr/sbin/nginx")]);
        _lab.Write("wwwroot/index.html", "<h2>page</h2>");
        var after = await WriteAsync([Text("usr/sbin/nginx")]);

        CollectionAssert.AreEqual(before[0], after[0]);
        Assert.AreNotEqual(before[1]["etc/nginx/site.conf"], after[1]["etc/nginx/site.conf"], "pages of one size have other tags");
    }

    private async Task<IReadOnlyList<SortedDictionary<string, string>>> WriteAsync(TarEntry[] baseFiles, params LayerEntry[] added)
    {
        var published = _lab.Published;
        var cache = new LayerCache(new(_lab.Folder["cache"]));
        var context = new LayerContext(
            Task.FromResult(new BaseImage(Image(LayerOf(Layer(baseFiles))), "registry.example.com/base:1")),
            cache,
            FileHashes.Load(null),
            new LayerOptions());
        var sources = Site.Serve(
            [
                EntriesLayer.Of("content", published.Where(file => file.RelativePath.EndsWith(".js", StringComparison.Ordinal)), s_rules)
                    is var content ? content with { Entries = [.. content.Entries, .. added] } : null!,
                EntriesLayer.Of("app", published.Where(file => file.RelativePath.EndsWith(".html", StringComparison.Ordinal)), s_rules),
            ],
            published);
        var layers = new List<SortedDictionary<string, string>>();
        foreach (var source in sources)
        {
            var prepared = await source.PrepareAsync(context, CancellationToken.None);
            var record = await prepared.WriteAsync(similar: null, CancellationToken.None);
            layers.Add(await ReadAsync(cache, record));
        }

        return layers;
    }

    private static async Task<SortedDictionary<string, string>> ReadAsync(LayerCache cache, LayerRecord record)
    {
        await using var file = File.OpenRead(cache.Store.PathOf(record.Blob.Descriptor.Digest));
        await using var gzip = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var content = entry.DataStream is null ? null : new StreamReader(entry.DataStream);
            files[entry.Name.TrimEnd('/')] = content is null ? "" : await content.ReadToEndAsync();
        }

        return files;
    }
}
