using System.Formats.Tar;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Rebasing;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;
using Containerize.Tests.Starting;
using Containerize.Tests.Trees;
using Containerize.Trees;

namespace Containerize.Tests.Rebasing;

/// <summary>A registry with bases, images that are built on them, and what puts those on other bases.</summary>
internal sealed class RebaseLab : IAsyncDisposable
{
    private readonly ClientLab _lab;
    private readonly RegistryClient _client;

    private RebaseLab(ClientLab lab)
    {
        _lab = lab;
        _client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
    }

    internal TestRegistry Registry => _lab.Registry;

    /// <summary>What a base with glibc, a user and .NET has.</summary>
    internal static IReadOnlyList<TarEntry> Bookworm =>
        [.. StartLab.Glibc, TreeLab.Text("usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/x.dll")];

    internal static async Task<RebaseLab> StartAsync() => new(await ClientLab.StartAsync());

    internal string Base(string tag) => $"{Registry.Authority}/team/base:{tag}";

    /// <summary>The settings of a base as those of .NET have them.</summary>
    internal static void Aspnet(JsonObject config, string version, string user = "1654", string ports = "8080") =>
        config["config"] = new JsonObject
        {
            ["Env"] = new JsonArray(
                "PATH=/usr/bin:/bin", $"APP_UID={user}", $"ASPNETCORE_HTTP_PORTS={ports}", $"DOTNET_VERSION={version}"),
            ["Cmd"] = new JsonArray("/bin/bash"),
            ["Labels"] = new JsonObject { ["vendor"] = version },
        };

    /// <summary>Adds a base.</summary>
    internal Descriptor AddBase(string tag, Action<JsonObject>? change, params IReadOnlyList<TarEntry>[] layers) =>
        Registry.AddImage("team/base", tag, BaseImage(TestImage.LinuxX64, change, layers));

    internal static TestImage BaseImage(Platform platform, Action<JsonObject>? change, params IReadOnlyList<TarEntry>[] layers) =>
        TestImage.Create(platform, docker: true, change, [.. layers.Select(layer => TreeLab.Layer(layer))]);

    /// <summary>A program that needs nothing of its base.</summary>
    internal static LayerEntry Program(Platform? platform = null) => StartLab.App(
        "app/probe", new TestElf { Machine = platform?.Architecture == "arm64" ? (ushort)183 : (ushort)62 });

    /// <summary>Builds an image of two layers on a base.</summary>
    internal async Task<Image> BuildAsync(
        string baseTag, Func<ImageRequest, ImageRequest>? change = null, Platform? platform = null, params LayerEntry[] app) =>
        (await BuildWholeAsync(baseTag, change, platform, app)).Image;

    /// <summary>The same, with what there is to say of it.</summary>
    internal async Task<BuiltImage> BuildWholeAsync(
        string baseTag, Func<ImageRequest, ImageRequest>? change = null, Platform? platform = null, params LayerEntry[] app)
    {
        var placement = new Placement([], user: null, new Dictionary<string, string>());
        var request = new ImageRequest
        {
            Layers =
            [
                new EntriesLayer("dependencies", [StartLab.App("app/lib.dll", "a package")]) { Placement = placement },
                new EntriesLayer("app", [Program(platform), .. app]) { Placement = placement },
            ],
            Base = new RegistrySource(_client, ImageReference.Parse(Base(baseTag)), tags: null, _lab.Store, prefetch: false),
            Platform = platform ?? Sample.Amd64,
            WorkingDirectory = "/app",
            Command = new ImageCommand { AppCommand = ["/app/probe"] },
        };
        return await Sample.BuildAsync(change?.Invoke(request) ?? request, _lab.Store, _lab.Reporter);
    }

    /// <summary>Pushes images to <c>team/app</c>.</summary>
    internal Task PushAsync(string tag, ImageSet images, Evidence? evidence = null) =>
        new RegistryDestination(_client, Registry.Repository("team/app"), [tag], _lab.Reporter)
            .WriteAsync(images, CancellationToken.None, evidence);

    /// <summary>What an image of <c>team/app</c> has beside it, as copies take it.</summary>
    internal async Task<CopiedImage> ReadAsync(string tag)
    {
        var places = new CopyPlaces(_client, _lab.Store, _ => null, _lab.Reporter);
        var opened = await places.OpenSourceAsync(
            BaseImageReference.Parse($"{Registry.Authority}/team/app:{tag}", _lab.Home),
            _ => throw new InvalidOperationException(),
            CancellationToken.None);
        return await new CopyReader(opened, _lab.Store, _lab.Reporter).ReadAsync(null, true, CancellationToken.None);
    }

    /// <summary>Takes what is fetched and made.</summary>
    internal BlobStore Store => _lab.Store;

    /// <summary>Builds an image and puts it into the registry as <c>team/app:1</c>.</summary>
    internal async Task<Image> AddAppAsync(string baseTag, Func<ImageRequest, ImageRequest>? change = null, params LayerEntry[] app)
    {
        var image = await BuildAsync(baseTag, change, platform: null, app);
        await PushAsync("1", new ImageSet(image));
        return image;
    }

    /// <summary>Puts <c>team/app:1</c> on another base, as <c>team/app:2</c>, which is checked.</summary>
    internal async Task<RebasedSet> RebaseAsync(
        string onto, string? from = null, Func<RebasedSet, Task<RenewedEvidence>>? renew = null)
    {
        var places = new CopyPlaces(_client, _lab.Store, _ => null, _lab.Reporter);
        var image = await ReadAsync("1");
        var scratch = Path.Combine(_lab.Home, "scratch");
        var result = await new Rebase(
            _ => OpenAt(ImageReference.Parse(Base(onto))),
            from is null ? null : OpenAt(ImageReference.Parse(Base(from))),
            OpenAt,
            _lab.Store,
            scratch,
            _lab.Reporter).RunAsync(image, CancellationToken.None);
        Assert.IsEmpty(Directory.Exists(scratch) ? Directory.GetFileSystemEntries(scratch) : []);
        var evidence = renew is null ? Evidence.None : (await renew(result)).Evidence;
        await ImageCopy.RunAsync(
            result.ToCopy(evidence), [places.OpenRepository(Registry.Repository("team/app"), ["2"])], CancellationToken.None);
        Assert.AreEqual(result.Digest, Registry.FindManifest("team/app", "2")!.Digest);
        ImageValidator.Check(Registry, "team/app", "2", baseLayers: result.Images.Max(each => each.NewBase.Image.Layers.Count));
        return result;
    }

    internal async Task<ContainerizeException> FailAsync(string onto, string? from = null) =>
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => RebaseAsync(onto, from));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _lab.DisposeAsync();
    }

    private BaseOpening OpenAt(ImageReference image) =>
        new RegistrySource(_client, image, tags: null, _lab.Store, prefetch: false).OpenAsync;
}
