using Containerize.Building;
using Containerize.Files;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Tests.Building;

/// <summary>Layers that were made before on this machine.</summary>
[TestClass]
internal sealed class LayerMakerTests
{
    private static string Origins(BuiltImage built) => string.Join(' ', built.Layers.Select(layer => layer.Origin));

    [TestMethod]
    public async Task The_second_build_makes_nothing_and_is_the_same_image()
    {
        await using var lab = await BuildLab.StartAsync();

        var first = await lab.BuildAsync("here", from: []);
        var second = await lab.BuildAsync("here", from: []);

        Assert.AreEqual("Built Built", Origins(first));
        Assert.AreEqual("Cache Cache", Origins(second));
        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task A_change_makes_one_layer_and_says_what_changed()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.BuildAsync("here");
        lab.Write("app.dll", "the changed app");

        var built = await lab.BuildAsync("here");

        Assert.AreEqual("Cache Built", Origins(built));
        Assert.IsNull(built.Layers[0].Changes);
        CollectionAssert.AreEqual(new[] { "app/app.dll" }, built.Layers[1].Changes!.Changed.Select(path => path.Path).ToList());
    }

    [TestMethod]
    public async Task A_layer_of_the_same_bytes_is_of_the_package_that_this_build_names()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.BuildAsync("here", from: []);
        lab.LibVersion = "2.0.0";

        var built = await lab.BuildAsync("here", from: []);

        Assert.AreEqual("Cache Cache", Origins(built));
        Assert.AreEqual("Lib 2.0.0", new LayerCache(lab.Cache("here")).FindContent(built.Layers[0].Inputs)!.Packages.Single());
    }

    [TestMethod]
    public async Task Going_back_to_what_was_built_before_makes_nothing()
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here");
        lab.Write("app.dll", "the changed app");
        await lab.BuildAsync("here");
        lab.Write("app.dll", "the app");

        var back = await lab.BuildAsync("here");

        Assert.AreEqual("Cache Cache", Origins(back));
        Assert.AreEqual(first.Image.Manifest.Descriptor, back.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task OCI_and_Docker_layers_have_the_same_bytes_and_are_made_once()
    {
        await using var lab = await BuildLab.StartAsync();
        var oci = await lab.BuildAsync("here");

        var docker = await lab.BuildAsync("here", format: ImageFormat.Docker);

        Assert.AreEqual("Cache Cache", Origins(docker));
        Assert.AreEqual(oci.Layers[0].Descriptor.Digest, docker.Layers[0].Descriptor.Digest);
        Assert.AreEqual("application/vnd.docker.image.rootfs.diff.tar.gzip", docker.Image.Document.Layers[0].MediaType);
        Assert.AreEqual("application/vnd.oci.image.layer.v1.tar+gzip", (await lab.BuildAsync("here")).Image.Document.Layers[0].MediaType);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_layer_whose_bytes_are_gone_or_cut_off_is_made_again(bool gone)
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here", from: []);
        var blob = lab.Cache("here").PathOf(first.Layers[0].Descriptor.Digest);
        if (gone)
        {
            File.Delete(blob);
        }
        else
        {
            await File.WriteAllBytesAsync(blob, (await File.ReadAllBytesAsync(blob))[1..]);
        }

        var second = await lab.BuildAsync("here", from: []);

        Assert.AreEqual("Built Cache", Origins(second));
        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.IsNotNull(await lab.Cache("here").TryGetVerifiedAsync(first.Layers[0].Descriptor, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_layer_that_is_damaged_is_made_again_before_a_destination_reads_it()
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here", from: []);
        var path = lab.Cache("here").PathOf(first.Layers[1].Descriptor.Digest);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var second = await lab.BuildAsync("here", from: [], needsBytes: true);

        Assert.AreEqual("Cache Built", Origins(second));
        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.IsNotNull(await lab.Cache("here").TryGetVerifiedAsync(first.Layers[1].Descriptor, CancellationToken.None));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_layer_of_a_debug_image_that_is_damaged_is_made_again_although_no_place_of_the_image_reads_it(int damaged)
    {
        await using var lab = await BuildLab.StartAsync();
        var symbols = new EntriesLayer(
            "symbols",
            [new LayerEntry { Path = "app/app.pdb", Type = LayerEntryType.File, Mode = FileModes.Data, Content = "lines"u8.ToArray() }]);
        var first = (await lab.BuildAsync("here", from: [], symbols: symbols)).Debug!;
        var path = lab.Cache("here").PathOf(first.Layers[damaged].Descriptor.Digest);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var second = (await lab.BuildAsync("here", from: [], symbols: symbols)).Debug!;

        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        foreach (var layer in second.Layers)
        {
            await VerifiedFile.ReadAsync((FileBlob)layer.Record.Blob, "test", CancellationToken.None);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_layer_that_is_damaged_in_a_cache_that_can_only_be_read_is_made_once(int damaged)
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("shared", from: []);
        foreach (var layer in first.Layers.Take(damaged))
        {
            var path = lab.Cache("shared").PathOf(layer.Descriptor.Digest);
            var bytes = await File.ReadAllBytesAsync(path);
            bytes[^10] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
        }

        lab.Warm = "shared";
        var second = await lab.BuildAsync("here", from: [], needsBytes: true);
        var third = await lab.BuildAsync("here", from: [], needsBytes: true);

        Assert.AreEqual(string.Join(' ', first.Layers.Select((_, number) => number < damaged ? "Built" : "Cache")), Origins(second));
        Assert.AreEqual("Cache Cache", Origins(third));
        Assert.AreEqual(first.Image.Manifest.Descriptor, third.Image.Manifest.Descriptor);
        foreach (var layer in third.Layers)
        {
            await VerifiedFile.ReadAsync((FileBlob)layer.Record.Blob, "test", CancellationToken.None);
        }
    }

    [TestMethod]
    public async Task Bytes_that_are_gone_here_but_in_the_target_are_not_made()
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);
        Directory.Delete(Path.Combine(lab.Cache("here").Root, "blobs"), recursive: true);

        var second = await lab.BuildAsync("here");
        var push = await lab.PushAsync(second);

        Assert.AreEqual("Registry Registry", Origins(second));
        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.AreEqual(0, push.BytesWritten);
    }

    [TestMethod]
    public async Task A_layer_that_this_build_made_ahead_is_taken_as_it_is()
    {
        await using var lab = await BuildLab.StartAsync();
        var expected = (await lab.BuildAsync("here", from: [])).Layers[0];
        // The record is all that the build has not: the layer is there.
        new LayerCache(lab.Cache("here")).Remove(expected.Inputs);

        var built = await lab.BuildAsync("here", from: [], ahead: Made(new AheadLayer(expected.Inputs, expected.Record)));

        Assert.AreEqual("Built Cache", Origins(built));
        Assert.IsNull(new LayerCache(lab.Cache("here")).Find(expected.Inputs), "Nothing was written a second time.");
    }

    [TestMethod]
    public async Task A_layer_that_was_expected_otherwise_is_made_as_ever()
    {
        await using var lab = await BuildLab.StartAsync();
        var other = (await lab.BuildAsync("here", from: [])).Layers[0];
        lab.Write("lib.dll", "another package than was expected");

        var built = await lab.BuildAsync("here", from: [], ahead: Made(new AheadLayer(other.Inputs, other.Record)));

        Assert.AreEqual("Built Cache", Origins(built));
        var alone = await lab.BuildAsync("elsewhere", from: []);
        Assert.AreEqual(alone.Image.Manifest.Descriptor, built.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task A_layer_that_another_project_makes_just_now_is_waited_for()
    {
        await using var lab = await BuildLab.StartAsync();
        var made = (await lab.BuildAsync("elsewhere", from: [])).Layers[0];
        var cache = new LayerCache(lab.Cache("here"));
        var turn = await cache.Store.WaitForTurnAsync(made.Inputs, CancellationToken.None);

        var building = lab.BuildAsync("here", from: []);
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        Assert.IsFalse(building.IsCompleted);
        await using (var bytes = ((FileBlob)made.Record.Blob).OpenRead())
        {
            var blob = await cache.Store.AddAsync(made.Descriptor, bytes, "elsewhere", CancellationToken.None);
            cache.Add(new LayerCache(lab.Cache("elsewhere")).FindContent(made.Inputs)!, made.Record with { Blob = blob });
        }

        turn!.Dispose();

        Assert.AreEqual("Cache Built", Origins(await building));
    }

    [TestMethod]
    public async Task A_layer_that_was_made_ahead_need_not_be_sent_where_the_registry_has_it()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("elsewhere"));
        var expected = (await lab.BuildAsync("here", from: [])).Layers[0];

        var built = await lab.BuildAsync("here", ahead: Made(new AheadLayer(expected.Inputs, expected.Record)));

        Assert.AreEqual("Registry Cache", Origins(built));
    }

    private static Func<string, CancellationToken, Task<AheadLayer?>> Made(AheadLayer layer) =>
        (name, _) => Task.FromResult(name == "dependencies" ? layer : null);
}
