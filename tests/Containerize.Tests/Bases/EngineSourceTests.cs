using Containerize.Bases;
using Containerize.Engines;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Bases;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class EngineSourceTests
{
    private readonly TemporaryDirectory _folder = new();
    private readonly byte[] _layer = Sample.LayerTar();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    public async Task All_images_that_a_command_opens_stay_readable_and_those_of_earlier_states_go(int images)
    {
        var names = Enumerable.Range(0, images).Select(index => $"image{index}").ToList();
        Provide(["earlier", .. names]);
        await OpenAsync("earlier", Saved());

        var saved = Saved();
        var opened = new List<BaseImage>();
        foreach (var name in names)
        {
            opened.Add(await OpenAsync(name, saved));
        }

        Assert.HasCount(images, Directory.GetFiles(_folder["saved"]));
        foreach (var image in opened)
        {
            CollectionAssert.AreEqual(_layer, await Sample.ReadAsync(image.Image.Layers[0].Blob));
        }
    }

    [TestMethod]
    public async Task An_image_is_saved_once()
    {
        Provide(["image"]);
        await OpenAsync("image", Saved());
        File.Delete(_folder[IdOf("image") + ".tar"]);

        Assert.AreEqual("image", (await OpenAsync("image", Saved())).Name);
    }

    [TestMethod]
    [DataRow("team/app")]
    [DataRow("team/app:1.0")]
    [DataRow("sha256:0123")]
    public async Task An_image_is_saved_without_the_other_tags_of_its_repository(string name)
    {
        Provide([name]);
        Directory.CreateDirectory(_folder["team"]);
        // What 'docker save' gives for a name is not asked for: without a tag it stands for all.
        await SavedArchive.WriteAsync(
            _folder[name + ".tar"], Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64)), listed: 2, stored: 2);

        var opened = await OpenAsync(name, Saved());

        Assert.AreEqual(name, opened.Name);
        CollectionAssert.AreEqual(_layer, await Sample.ReadAsync(opened.Image.Layers[0].Blob));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_platform_that_the_engine_got_meanwhile_is_saved(bool isRead)
    {
        Provide(["image"]);
        var images = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64));
        var archive = _folder[IdOf("image") + ".tar"];
        await SavedArchive.WriteAsync(archive, images, listed: 1, stored: 1);
        await OpenAsync("image", Saved());
        var missing = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync("image", Saved(), Sample.Arm64));
        Assert.AreEqual(DiagnosticCode.PlatformNotFound, missing.Code);
        // Layers lie elsewhere in the new archive.
        await SavedArchive.WriteAsync(archive, images with { Images = [.. images.Images.Reverse()] }, listed: 1, stored: 2);
        var saved = Saved();
        var read = isRead ? await OpenAsync("image", saved) : null;

        if (read is not null)
        {
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync("image", saved, Sample.Arm64));
            await Sample.ReadAsync(read.Image.Layers[0].Blob);
            return;
        }

        Assert.AreEqual(Sample.Arm64, (await OpenAsync("image", saved, Sample.Arm64)).Image.Config.Platform);
        Assert.AreEqual(Sample.Amd64, (await OpenAsync("image", saved)).Image.Config.Platform);
    }

    private SavedImages Saved() => new(_folder["saved"]);

    private static string IdOf(string name) => Digest.Of([.. name.Select(letter => (byte)letter)]).Hex;

    private Task<BaseImage> OpenAsync(string name, SavedImages saved, Platform? platform = null) => new EngineSource(
        new EngineReference(EngineKind.Docker, name),
        saved,
        new BlobStore(_folder["store"]),
        variable => variable == "PATH" ? $"{_folder.FullName}:/usr/bin:/bin" : null).OpenAsync(platform ?? Sample.Amd64, CancellationToken.None);

    private void Provide(IReadOnlyList<string> names)
    {
        var config = Sample.Image(Sample.Amd64, [new Layer(new MemoryBlob(MediaTypes.OciLayer, _layer), Digest.Of(_layer))])
            .Config.Blob.Content.ToArray();
        var configName = Digest.Of(config).Hex + ".json";
        foreach (var name in names)
        {
            _folder.Write($"{name}.id", $"sha256:{IdOf(name)}\n");
            _folder.Write($"{IdOf(name)}.tar", Sample.Tar(
                [
                    (configName, config),
                    ("1/layer.tar", _layer),
                    (DockerArchiveManifest.Name, DockerArchiveManifest.Write(
                        [new DockerArchiveManifest(configName, [$"{name}:latest"], ["1/layer.tar"])])),
                ]));
        }

        var program = _folder.Write("docker", $"""
            #!/bin/sh
            case "$1 $2" in
              "version --format") echo linux/amd64;;
              "info --format") echo '[]';;
              "image inspect") cat '{_folder.FullName}'/"$5.id";;
              "save "*) cat '{_folder.FullName}'/"${"{2#sha256:}"}.tar";;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
