using System.Text;
using System.Text.Json;
using Containerize.Building;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.SupplyChain.Sbom;

[TestClass]
internal sealed class EvidenceMakerTests : IDisposable
{
    private const string Dependencies = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" },
          "targets": { ".NETCoreApp,Version=v10.0": {
            "Shop/1.0.0": { "dependencies": { "Mail": "2.0.0" }, "runtime": { "Shop.dll": {} } },
            "Mail/2.0.0": { "runtime": { "lib/net8.0/Mail.dll": {} } }
          } },
          "libraries": {
            "Shop/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
            "Mail/2.0.0": { "type": "package", "serviceable": true, "sha512": "sha512-AQID", "path": "mail/2.0.0" }
          }
        }
        """;

    private const string Status = """
        Package: libc6
        Source: glibc
        Status: install ok installed
        Architecture: amd64
        Version: 2.36-9+deb12u4

        Package: zlib1g
        Source: zlib (1:1.2.13.dfsg-1)
        Status: install ok installed
        Architecture: amd64
        Version: 1:1.2.13
        Depends: libc6 (>= 2.14)

        Package: gone
        Status: deinstall ok config-files
        Architecture: amd64
        Version: 1

        """;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_bill_names_packages_their_needs_and_each_file_with_its_hashes()
    {
        using var spdx = JsonDocument.Parse(await MakeAsync(SbomFormat.Spdx));
        var urls = spdx.RootElement.GetProperty("packages").EnumerateArray()
            .Select(package => package.TryGetProperty("externalRefs", out var refs)
                ? refs[0].GetProperty("referenceLocator").GetString() : package.GetProperty("name").GetString()).ToList();

        CollectionAssert.Contains(urls, "pkg:nuget/Mail@2.0.0");
        CollectionAssert.Contains(urls, "Shop");
        CollectionAssert.Contains(urls, "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc");
        CollectionAssert.Contains(
            urls, "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12&upstream=zlib%401:1.2.13.dfsg-1");
        Assert.DoesNotContain("gone", string.Join(' ', urls));
        var hashes = spdx.RootElement.GetProperty("packages").EnumerateArray()
            .Where(package => package.GetProperty("SPDXID").GetString()!.StartsWith("SPDXRef-Debian-", StringComparison.Ordinal))
            .Select(package => package.TryGetProperty("checksums", out var sums)
                ? $"{package.GetProperty("name").GetString()} {sums[0].GetProperty("checksumValue").GetString()}"
                : package.GetProperty("name").GetString());
        // The lock file knows one; of the other, only the version.
        CollectionAssert.AreEquivalent(new[] { $"libc6 {Digest.Of("deb"u8).Hex}", "zlib1g" }, hashes.ToList());
        var mail = spdx.RootElement.GetProperty("packages").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "Mail");
        Assert.AreEqual("MIT", mail.GetProperty("licenseDeclared").GetString());
        Assert.AreEqual("010203", mail.GetProperty("checksums")[0].GetProperty("checksumValue").GetString());
        var file = spdx.RootElement.GetProperty("files").EnumerateArray()
            .Single(one => one.GetProperty("fileName").GetString() == "./app/Shop.dll");
        Assert.AreEqual(
            "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33", file.GetProperty("checksums")[0].GetProperty("checksumValue").GetString());
        Assert.AreEqual(
            Digest.Of("foo"u8).Hex, file.GetProperty("checksums")[1].GetProperty("checksumValue").GetString());
        var relations = spdx.RootElement.GetProperty("relationships").EnumerateArray().Select(relation => string.Join(
            ' ', relation.EnumerateObject().Select(member => member.Value.GetString()))).ToList();
        CollectionAssert.Contains(relations, "SPDXRef-App-Shop-1.0.0 DEPENDS_ON SPDXRef-Package-Mail-2.0.0");
        CollectionAssert.Contains(
            relations, "SPDXRef-Debian-zlib1g-1-1.2.13 DEPENDS_ON SPDXRef-Debian-libc6-2.36-9-deb12u4");
        // By these, scanners know whose advisories count, and find them.
        CollectionAssert.Contains(relations, "SPDXRef-OperatingSystem-debian-12 CONTAINS SPDXRef-Debian-zlib1g-1-1.2.13");
        CollectionAssert.AreEquivalent(
            new[] { "libc6: built package from: glibc 2.36-9+deb12u4", "zlib1g: built package from: zlib 1:1.2.13.dfsg-1" },
            spdx.RootElement.GetProperty("packages").EnumerateArray()
                .Where(package => package.TryGetProperty("sourceInfo", out _))
                .Select(package => $"{package.GetProperty("name")}: {package.GetProperty("sourceInfo")}").ToList());
        CollectionAssert.Contains(relations, $"SPDXRef-App-Shop-1.0.0 CONTAINS {file.GetProperty("SPDXID").GetString()}");
    }

    [TestMethod]
    public async Task CycloneDX_has_files_below_their_components()
    {
        using var document = JsonDocument.Parse(await MakeAsync(SbomFormat.CycloneDx));

        var shop = document.RootElement.GetProperty("components").EnumerateArray()
            .Single(component => component.GetProperty("name").GetString() == "Shop");
        Assert.AreEqual("/app/Shop.dll", shop.GetProperty("components")[0].GetProperty("name").GetString());
        Assert.AreEqual("application", shop.GetProperty("type").GetString());
        var components = document.RootElement.GetProperty("components").EnumerateArray().ToList();
        var system = components.Single(component => component.GetProperty("type").GetString() == "operating-system");
        Assert.AreEqual("debian 12", $"{system.GetProperty("name")} {system.GetProperty("version")}");
        var packages = document.RootElement.GetProperty("dependencies").EnumerateArray()
            .Single(each => each.GetProperty("ref").GetString() == system.GetProperty("bom-ref").GetString()).GetProperty("dependsOn");
        Assert.AreEqual(2, packages.GetArrayLength());
        var zlib = components.Single(component => component.GetProperty("name").GetString() == "zlib1g");
        CollectionAssert.AreEqual(
            new[] { "aquasecurity:trivy:SrcName zlib", "aquasecurity:trivy:SrcVersion 1:1.2.13.dfsg-1" },
            zlib.GetProperty("properties").EnumerateArray().Select(each => $"{each.GetProperty("name")} {each.GetProperty("value")}")
                .ToList());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task The_same_image_gives_the_same_bytes_in_another_cache(int format)
    {
        var first = await MakeAsync((SbomFormat)format);
        var second = await MakeAsync((SbomFormat)format, "other");

        Assert.AreEqual(first, second);
        Assert.DoesNotContain(_folder.FullName, first);
    }

    [TestMethod]
    public async Task A_document_is_not_made_again_for_the_same_image()
    {
        var first = await MakeAsync(SbomFormat.Spdx);
        foreach (var blob in Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories)
            .Where(path => path.Contains("blobs", StringComparison.Ordinal)))
        {
            File.Delete(blob);
        }

        // Without the layers, nothing could be read.
        Directory.Delete(_folder["layers"], recursive: true);
        Assert.AreEqual(first, await MakeAsync(SbomFormat.Spdx, write: false));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_document_is_made_again_when_the_lock_file_knows_other_hashes(int format)
    {
        var first = await MakeAsync((SbomFormat)format, debian: "deb");

        var second = await MakeAsync((SbomFormat)format, debian: "rebuilt deb");

        StringAssert.Contains(first, Digest.Of("deb"u8).Hex);
        StringAssert.Contains(second, Digest.Of("rebuilt deb"u8).Hex);
        Assert.AreEqual(first, await MakeAsync((SbomFormat)format, debian: "deb"));
    }

    private async Task<string> MakeAsync(SbomFormat format, string cache = "cache", bool write = true, string debian = "deb")
    {
        var image = Image();
        var layers = image.Layers.Select((layer, number) =>
        {
            var path = Path.Combine(_folder["layers"], $"{number}.tar.gz");
            if (write)
            {
                Directory.CreateDirectory(_folder["layers"]);
                File.WriteAllBytes(path, ((MemoryBlob)layer.Blob).Content);
            }

            return layer with { Blob = new FileBlob(layer.Blob.Descriptor, path) };
        }).ToList();
        var placed = image.WithLayers(layers);
        var own = new BuiltLayer(
            "app", Digest.Of("app"u8), [], new LayerRecord(layers[1].Blob, layers[1].DiffId, 1, 1), LayerOrigin.Built);
        var built = new BuiltImage(placed, [own], "registry.example.com/team/base:1", Digest.Of("base"u8));
        Directory.CreateDirectory(_folder["packages/mail/2.0.0"]);
        await File.WriteAllTextAsync(
            _folder["packages/mail/2.0.0/mail.nuspec"],
            """<package><metadata><id>Mail</id><license type="expression">MIT</license></metadata></package>""");
        var request = new EvidenceRequest([format], IsOptional: false, [_folder["packages"]])
        {
            DebianDigests = () => new Dictionary<(string, string, string), string>
            {
                [("libc6", "2.36-9+deb12u4", "amd64")] = Digest.Of(Encoding.UTF8.GetBytes(debian)).Hex,
                [("zlib1g", "1:1.2.13", "arm64")] = Digest.Of("other"u8).Hex,
            },
        };

        var evidence = await new EvidenceMaker(request, "team/shop", new BlobStore(_folder[cache]), TimeProvider.System)
            .MakeAsync([(built, null)], index: null, CancellationToken.None);

        var referrer = evidence.Referrers.Single();
        Assert.AreEqual(image.Manifest.Descriptor.Digest, referrer.Subject.Digest);
        return Encoding.UTF8.GetString(referrer.Payload.Content);
    }

    private static Image Image()
    {
        var below = Layer(
            ("var/lib/dpkg/status", Encoding.UTF8.GetBytes(Status)), ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"u8.ToArray()));
        var own = Layer(("app/Shop.deps.json", Encoding.UTF8.GetBytes(Dependencies)), ("app/Shop.dll", "foo"u8.ToArray()));
        return Sample.Image(Sample.Amd64, [below, own]);
    }

    private static Layer Layer(params (string Name, byte[] Content)[] files)
    {
        var tar = Sample.Tar(files);
        return new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)), Digest.Of(tar));
    }
}
