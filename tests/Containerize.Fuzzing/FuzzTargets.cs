using System.Text;
using System.Text.Json;
using Containerize.Bases;
using Containerize.Compression;
using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Debian.Packaging;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Programs;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Fuzzing;

/// <summary>The places where the library reads foreign bytes.</summary>
internal static class FuzzTargets
{
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("challenge", bytes => Challenge.Parse(Text(bytes)), Texts(Seeds.Challenges), Never),
        new("reference", bytes => BaseImageReference.Parse(Text(bytes), Path.GetTempPath()), Texts(Seeds.References), Never),
        new(
            "location",
            bytes => RegistryLocation.Parse(Text(bytes)),
            Texts(["https://a.example.com:443/b/", "localhost:5000", "[::1]:1"]),
            Never),
        new(
            "manifest",
            bytes => OciJson.ReadManifest(RawDocument.Of(MediaTypes.OciManifest, bytes), "fuzz"),
            Texts([Seeds.Manifest]),
            Never),
        new("index", bytes => OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, bytes), "fuzz"), Texts([Seeds.Index]), Never),
        new("config", bytes => ImageConfig.Read(RawDocument.Of(MediaTypes.OciConfig, bytes), "fuzz"), Texts([Seeds.Config]), Never),
        new("docker-config", bytes => CredentialFile.Parse(bytes, "fuzz", isDockers: true), Texts([Seeds.DockerConfig]), failure => failure
            is JsonException),
        new("registries-conf", ReadRegistries, Texts([Seeds.RegistriesConf]), Never),
        new("apt-conf", bytes => new AptConfiguration().Add(Text(bytes)), Texts([Seeds.AptConf]), Never),
        new("apt-source", bytes => AptSource.FromLine(Text(bytes)), Texts([Seeds.AptSources]), Never),
        new("stanza", ReadStanzas, Texts([Seeds.Stanza]), Never),
        new("package-index", ReadIndex, Texts([Seeds.Stanza]), Never),
        new("deb", ReadPackage, [Seeds.Deb("", bytes => bytes), Seeds.Deb(".gz", Seeds.Gzip), Seeds.Deb(".zst", Seeds.Zstd)], Never),
        new("xz", bytes => XzDictionaries.Largest(new MemoryStream(bytes)), [Seeds.Xz], DebArchive.IsDamage),
        new("elf", bytes => ProgramReader.Read(bytes), Seeds.Elf, Never),
        new("layer-tar", bytes => ReadLayer(bytes, MediaTypes.OciLayer), [Seeds.Tar()], Never),
        new("layer-gzip", bytes => ReadLayer(bytes, MediaTypes.OciLayerGzip), [Seeds.Gzip(Seeds.Tar())], Never),
        new("layer-zstd", bytes => ReadLayer(bytes, MediaTypes.OciLayerZstd), [Seeds.Zstd(Seeds.Tar())], Never),
        new("image-lock", bytes => Scratch.With(bytes, BaseImageLock.Read), Texts([Seeds.ImageLock]), Never),
        new("debian-lock", bytes => Scratch.With(bytes, DebianLock.Read), Texts([Seeds.DebianLock]), Never),
        new("sealed", bytes => SealedFile.Open("fuzz 1", bytes), [SealedFile.Seal("fuzz 1", "body\n")], Never),
        new(
            "keyring",
            bytes => Scratch.With(bytes, KeyRing.Read),
            Texts(["-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"]),
            Never),
    ];

    internal static FuzzTarget Find(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'. Choose from: {string.Join(", ", All)}.", nameof(name));

    private static bool Never(Exception failure) => false;

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static byte[][] Texts(IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static void ReadRegistries(byte[] bytes) => Scratch.InDirectory(directory =>
    {
        Directory.CreateDirectory(Path.Combine(directory, "containers"));
        File.WriteAllBytes(Path.Combine(directory, "containers", "registries.conf"), bytes);
        return MachineConfiguration.Read(
            new RegistryOptions { SystemConfigDirectory = directory, Environment = _ => null }, new RecordingReporter());
    });

    private static void ReadStanzas(byte[] bytes)
    {
        foreach (var stanza in Stanza.ParseAll(Text(bytes)))
        {
            _ = Relation.Parse(stanza["Depends"]);
            _ = new DebianVersion(stanza["Version"] ?? "").CompareTo(new DebianVersion("1"));
        }
    }

    private static void ReadIndex(byte[] bytes)
    {
        var index = PackageIndex.Of(bytes, "fuzz", "amd64");
        _ = index.Find("a").Concat(index.FindProviders("e")).Count();
    }

    private static void ReadPackage(byte[] bytes) => Scratch.With(bytes, path => ReadPackageAsync(path, bytes).GetAwaiter().GetResult());

    private static async Task<int> ReadPackageAsync(string path, byte[] bytes)
    {
        var file = new DebFile("a", "1", await VerifiedAsync(path, bytes, MediaTypes.OciLayer));
        await using var package = await DebArchive.OpenAsync(file, CancellationToken.None);
        await using var content = package.OpenData(file);
        var entries = 0;
        try
        {
            while (await content.Entries.GetNextEntryAsync() is not null)
            {
                entries++;
            }
        }
        catch (Exception failure) when (DebArchive.IsDamage(failure))
        {
            // The layer's writer turns it into a message.
        }

        return entries;
    }

    private static void ReadLayer(byte[] bytes, string mediaType) => Scratch.With(bytes, path =>
    {
        var layer = VerifiedAsync(path, bytes, mediaType).GetAwaiter().GetResult();
        return TarCheck.ReadAsync(layer, "fuzz", isWindows: false, CancellationToken.None).GetAwaiter().GetResult();
    });

    private static Task<VerifiedFile> VerifiedAsync(string path, byte[] bytes, string mediaType) => VerifiedFile.ReadAsync(
        new FileBlob(
            new Descriptor { MediaType = mediaType, Digest = Digest.Of(bytes), Size = bytes.Length },
            path), "fuzz", CancellationToken.None);
}
