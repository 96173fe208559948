using System.Text.Json.Nodes;
using Containerize.Building;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Building;

/// <summary>What a build says of its layers on a machine that never built the project: a CI runner.</summary>
[TestClass]
internal sealed class FreshMachineReportTests
{
    [TestMethod]
    [DataRow(ImageFormat.Oci)]
    [DataRow(ImageFormat.Docker)]
    public async Task A_changed_layer_is_compared_with_the_one_in_the_registry(ImageFormat format)
    {
        await using var lab = await StartAsync(format);
        lab.Write("app.dll", "the changed app");
        lab.Write("more.dll", "new");

        var built = await lab.BuildAsync("runner", format: format);

        Assert.AreEqual("reused, from the registry", LayerReport.Summarize(built.Layers[0]));
        Assert.AreEqual("built: 1 added (app/more.dll); 1 changed (app/app.dll)", LayerReport.Summarize(built.Layers[1]));
        CollectionAssert.AreEqual(
            new[]
            {
                "linux/amd64, compared with the image in the registry:",
                $"  dependencies: unchanged, in the registry, {ByteSize.Format(built.Layers[0].Record.UncompressedSize)}",
                "  app: changed, built: 1 added, 1 changed, 0 removed, +11 B",
                "    + /app/more.dll (3 B)",
                "    ~ /app/app.dll (7 B -> 15 B)",
            },
            LayerReport.Explain(built, PreviousBuild.None).ToArray());
    }

    [TestMethod]
    public async Task Packages_are_not_called_new_where_no_one_knows_the_old_ones()
    {
        await using var lab = await StartAsync();
        lab.Write("lib.dll", "another version");

        var dependencies = (await lab.BuildAsync("runner")).Layers[0];

        Assert.AreEqual("built: 1 changed (app/lib.dll)", LayerReport.Summarize(dependencies));
        Assert.IsEmpty(dependencies.Changes!.Packages);
    }

    [TestMethod]
    public async Task A_large_layer_is_not_fetched_for_it()
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Write("lib.dll", Convert.ToBase64String(Registry.ClientLab.RandomBytes(6 * 1024 * 1024)));
        await lab.PushAsync(await lab.BuildAsync("here"));
        lab.Write("lib.dll", "small");
        lab.Registry.ClearRequests();

        var built = await lab.BuildAsync("runner");

        Assert.AreEqual("built", LayerReport.Summarize(built.Layers[0]));
        Assert.IsTrue(lab.Registry.BlobBytesSent < 100_000, $"{lab.Registry.BlobBytesSent} bytes were fetched.");
    }

    [TestMethod]
    public async Task Nothing_in_the_registry_is_nothing_to_compare_with()
    {
        await using var lab = await BuildLab.StartAsync();

        var lines = LayerReport.Explain(await lab.BuildAsync("runner"), PreviousBuild.None).ToList();

        StringAssert.Contains(lines[0], "nothing to compare with");
    }

    [TestMethod]
    public async Task A_layer_that_cannot_be_read_stops_no_build()
    {
        await using var lab = await StartAsync();
        var manifest = JsonNode.Parse(lab.Registry.FindManifest("team/app", "latest")!.Content.Span)!;
        var garbage = lab.Registry.AddBlob("team/app", Registry.ClientLab.RandomBytes(1000));
        manifest["layers"]![1]!["digest"] = garbage.Digest.ToString();
        manifest["layers"]![1]!["size"] = garbage.Size;
        lab.Registry.AddManifest("team/app", "latest", OciJson.Write(manifest), MediaTypes.OciManifest);
        lab.Write("app.dll", "the changed app");

        var built = await lab.BuildAsync("runner");

        Assert.AreEqual("built", LayerReport.Summarize(built.Layers[1]));
    }

    [TestMethod]
    public async Task What_was_published_from_here_needs_no_look_into_the_registry()
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);
        lab.Write("app.dll", "the changed app");
        lab.Registry.ClearRequests();

        var built = await lab.BuildAsync("here");

        Assert.AreEqual("built: 1 changed (app/app.dll)", LayerReport.Summarize(built.Layers[1]));
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Blob, "GET")
            .Where(request => request.Path.Contains(first.Layers[1].Descriptor.Digest.Hex, StringComparison.Ordinal)));
    }

    private static async Task<BuildLab> StartAsync(ImageFormat format = ImageFormat.Oci)
    {
        var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here", format: format));
        return lab;
    }
}
