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
        File.Delete(_folder["image.tar"]);

        Assert.AreEqual("image", (await OpenAsync("image", Saved())).Name);
    }

    private SavedImages Saved() => new(_folder["saved"]);

    private Task<BaseImage> OpenAsync(string name, SavedImages saved) => new EngineSource(
        new EngineReference(EngineKind.Docker, name),
        saved,
        new BlobStore(_folder["store"]),
        variable => variable == "PATH" ? $"{_folder.FullName}:/usr/bin:/bin" : null).OpenAsync(Sample.Amd64, CancellationToken.None);

    private void Provide(IReadOnlyList<string> names)
    {
        var config = Sample.Image(Sample.Amd64, [new Layer(new MemoryBlob(MediaTypes.OciLayer, _layer), Digest.Of(_layer))])
            .Config.Blob.Content.ToArray();
        var configName = Digest.Of(config).Hex + ".json";
        foreach (var name in names)
        {
            _folder.Write($"{name}.id", $"sha256:{Digest.Of([.. name.Select(letter => (byte)letter)]).Hex}\n");
            _folder.Write($"{name}.tar", Sample.Tar(
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
              "save "*) cat '{_folder.FullName}'/"$2.tar";;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
