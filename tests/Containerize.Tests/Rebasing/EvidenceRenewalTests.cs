using System.Text;
using System.Text.Json.Nodes;
using Containerize.Building;
using Containerize.Images;
using Containerize.Rebasing;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Statements;
using Containerize.Tests.Starting;
using Containerize.Tests.Trees;
using static Containerize.Tests.Rebasing.RebaseLab;

namespace Containerize.Tests.Rebasing;

/// <summary>The documents of an image on another base are those that a build on that base makes.</summary>
[TestClass]
internal sealed class EvidenceRenewalTests
{
    private const string Name = "team/app";

    private const string Dependencies = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" },
          "targets": { ".NETCoreApp,Version=v10.0": {
            "Shop/1.0.0": { "dependencies": { "Mail": "2.0.0", "Text": "1.0.0" }, "runtime": { "Shop.dll": {} } },
            "Text/1.0.0": { "runtime": { "Text.dll": {} } },
            "Mail/2.0.0": { "dependencies": { "Wire": "3.0.0" }, "runtime": { "lib/net8.0/Mail.dll": {} } },
            "Wire/3.0.0": { "runtime": { "lib/net8.0/Wire.dll": {} } }
          } },
          "libraries": {
            "Shop/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
            "Text/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
            "Mail/2.0.0": { "type": "package", "serviceable": true, "sha512": "sha512-AQID", "path": "mail/2.0.0" },
            "Wire/3.0.0": { "type": "package", "serviceable": true, "sha512": "sha512-AQIE", "path": "wire/3.0.0" }
          }
        }
        """;

    private static readonly BuildOrigin s_origin = new("https://ci.example.com/nightly", "https://ci.example.com/nightly/7");

    [TestMethod]
    public async Task Bills_of_materials_and_VEX_are_to_the_byte_those_of_a_build_on_the_new_base()
    {
        await using var lab = await StartAsync();
        await AddAppAsync(lab, SbomFormat.Spdx, SbomFormat.CycloneDx);
        var expected = await MakeAsync(lab, await BuildAsync(lab, "new"), SbomFormat.Spdx, SbomFormat.CycloneDx);

        var result = await lab.RebaseAsync("new", renew: set => Renewal(lab).MakeAsync(set, CancellationToken.None));

        Assert.IsTrue(result.Images.Single().IsExact);
        var made = (await lab.ReadAsync("2")).Referrers;
        Assert.HasCount(4, made);
        foreach (var document in expected.Referrers.Where(each => each.Entry.ArtifactType != Attestation.MediaType))
        {
            Assert.AreEqual(result.Digest, document.Subject.Digest);
            var there = made.Single(each => each.Entry.ArtifactType == document.Entry.ArtifactType);
            Assert.AreEqual(document.Entry.Digest, there.Entry.Digest, $"{document.Entry.ArtifactType} differs.");
            var text = Encoding.UTF8.GetString(document.Payload.Content);
            if (document.Entry.ArtifactType != VexWriter.MediaType)
            {
                StringAssert.Contains(text, "pkg:deb/debian/libc6@2.36-9%2Bdeb12u9");
                StringAssert.Contains(text, "pkg:nuget/Wire@3.0.0");
                Assert.DoesNotContain("deb12u4", text);
            }
        }
    }

    [TestMethod]
    public async Task A_provenance_names_the_old_image_and_the_new_base_and_is_made_once()
    {
        await using var lab = await StartAsync();
        var old = await AddAppAsync(lab);
        var statement = (await lab.ReadAsync("1")).Referrers.Single(each => each.Entry.ArtifactType == Attestation.MediaType);
        RenewedEvidence? first = null;

        var result = await lab.RebaseAsync(
            "new", renew: async set => first = await Renewal(lab).MakeAsync(set, CancellationToken.None));
        var second = await Renewal(lab).MakeAsync(result, CancellationToken.None);

        var made = first!.Evidence.Referrers.Single(each => each.Entry.ArtifactType == Attestation.MediaType);
        var predicate = JsonNode.Parse(made.Payload.Content)!;
        Assert.AreEqual(result.Digest.Hex, (string?)predicate["subject"]![0]!["digest"]!["sha256"]);
        Assert.AreEqual(Name, (string?)predicate["subject"]![0]!["name"]);
        var definition = predicate["predicate"]!["buildDefinition"]!;
        Assert.AreEqual("https://containerize.invalid/rebase/v1", (string?)definition["buildType"]);
        Assert.AreEqual(lab.Base("new"), (string?)definition["externalParameters"]!["onto"]);
        var dependencies = definition["resolvedDependencies"]!.AsArray().Select(each => (string?)each!["digest"]!["sha256"]).ToList();
        CollectionAssert.AreEqual(
            new[]
            {
                old.Manifest.Descriptor.Digest.Hex,
                result.Images[0].NewBase.Image.Manifest.Descriptor.Digest.Hex,
                statement.Graph.Blobs.Single(blob => blob.Descriptor.MediaType == Attestation.MediaType).Descriptor.Digest.Hex,
            },
            dependencies);
        Assert.AreEqual(s_origin.Builder, (string?)predicate["predicate"]!["runDetails"]!["builder"]!["id"]);
        CollectionAssert.AreEqual(
            first.Evidence.Referrers.Select(each => each.Entry.Digest).ToList(),
            second.Evidence.Referrers.Select(each => each.Entry.Digest).ToList());
    }

    [TestMethod]
    public async Task Where_the_old_image_has_no_bill_none_is_made_and_the_reason_is_told()
    {
        await using var lab = await StartAsync();
        await AddAppAsync(lab);

        var asked = await FindAsync(lab, new EvidenceRequest([SbomFormat.Spdx], IsOptional: false, []));
        var notAsked = await FindAsync(lab, null);

        Assert.DoesNotContain(each => each.Suffix == "spdx.json", asked.Evidence.Referrers);
        StringAssert.Contains($"{asked.Missing.Single()}", "the old image has none");
        Assert.IsEmpty(notAsked.Missing);
    }

    [TestMethod]
    [DataRow("\"Tool: Containerize-", "\"Tool: syft-", "not written by Containerize")]
    [DataRow("./app/Shop.dll", "./app/Else.dll", "lists other files")]
    [DataRow("SPDXRef-App-Shop-1.0.0", "SPDXRef-Odd-Shop-1.0.0", "not written by Containerize")]
    public async Task A_bill_that_is_not_that_of_the_layers_is_not_carried_over(string part, string replacement, string reason)
    {
        await using var lab = await StartAsync();
        var built = await BuildAsync(lab, "old");
        var bill = (await MakeAsync(lab, built, SbomFormat.Spdx)).Referrers.Single(each => each.Suffix == "spdx.json");
        var changed = Encoding.UTF8.GetString(bill.Payload.Content).Replace(part, replacement, StringComparison.Ordinal);
        await lab.PushAsync("1", new ImageSet(built.Image), Evidence.None with
        {
            Referrers = [EvidenceReferrer.Sbom(built.Image.Manifest.Descriptor, SbomFormat.Spdx, Encoding.UTF8.GetBytes(changed))],
        });

        var found = await FindAsync(lab, null);

        Assert.IsTrue(found.Evidence.IsEmpty);
        StringAssert.Contains($"{found.Missing.Single()}", reason);
    }

    [TestMethod]
    public async Task A_bill_is_read_in_both_forms_as_it_was_written()
    {
        await using var lab = await StartAsync();
        var made = await MakeAsync(lab, await BuildAsync(lab, "old"), SbomFormat.Spdx, SbomFormat.CycloneDx);

        foreach (var (format, other) in new[] { (SbomFormat.Spdx, SbomFormat.CycloneDx), (SbomFormat.CycloneDx, SbomFormat.Spdx) })
        {
            var document = made.Referrers.Single(each => each.Suffix == SbomDocument.Suffix(format)).Payload;
            var bill = BillDocument.Read(document.Memory, format)!;

            Assert.AreEqual(Encoding.UTF8.GetString(document.Content), Encoding.UTF8.GetString(SbomDocument.Write(bill, format)));
            // Each form has all of it, so that the other one can be written from it.
            Assert.AreEqual(
                Encoding.UTF8.GetString(made.Referrers.Single(each => each.Suffix == SbomDocument.Suffix(other)).Payload.Content),
                Encoding.UTF8.GetString(SbomDocument.Write(bill, other)));
        }
    }

    private static async Task<RebaseLab> StartAsync()
    {
        var lab = await RebaseLab.StartAsync();
        lab.AddBase("old", config => Aspnet(config, "10.0.1"), Debian("2.36-9+deb12u4"));
        lab.AddBase("new", config => Aspnet(config, "10.0.2"), Debian("2.36-9+deb12u9"));
        return lab;
    }

    private static IReadOnlyList<System.Formats.Tar.TarEntry> Debian(string version) =>
    [
        .. Bookworm,
        TreeLab.Text("etc/debian_version", "12"),
        TreeLab.Text("var/lib/dpkg/status", $"""
            Package: libc6
            Status: install ok installed
            Architecture: amd64
            Version: {version}

            Package: zlib1g
            Status: install ok installed
            Architecture: amd64
            Version: 1:1.2.13
            Depends: libc6 (>= 2.14)

            """),
    ];

    private static Task<BuiltImage> BuildAsync(RebaseLab lab, string tag) => lab.BuildWholeAsync(
        tag,
        request => request with { Created = new(2026, 11, 29, 13, 0, 0, TimeSpan.Zero) },
        platform: null,
        StartLab.App("app/Shop.deps.json", Dependencies),
        StartLab.App("app/Shop.dll", "shop"),
        StartLab.App("app/Text.dll", "text"));

    private static async Task<Image> AddAppAsync(RebaseLab lab, params SbomFormat[] formats)
    {
        var built = await BuildAsync(lab, "old");
        await lab.PushAsync("1", new ImageSet(built.Image), await MakeAsync(lab, built, formats));
        return built.Image;
    }

    private static Task<Evidence> MakeAsync(RebaseLab lab, BuiltImage built, params SbomFormat[] formats) =>
        new EvidenceMaker(
            new EvidenceRequest(formats, IsOptional: false, [])
            {
                Provenance = new ProvenanceRequest(s_origin, [("ContainerizeSbom", "Spdx")]),
                Vex = new VexRequest("The team", [new(
                    "https://github.com/advisories/GHSA-g4vj-cjjj-v7hg",
                    VexJustification.VulnerableCodeNotInExecutePath,
                    "Never called.")]),
            },
            Name,
            lab.Store,
            TimeProvider.System).MakeAsync([(built, null)], index: null, CancellationToken.None);

    private static EvidenceRenewal Renewal(RebaseLab lab, EvidenceRequest? wanted = null) =>
        new(wanted, name: null, s_origin, lab.Store, TimeProvider.System);

    private static async Task<RenewedEvidence> FindAsync(RebaseLab lab, EvidenceRequest? wanted)
    {
        RenewedEvidence? found = null;
        await lab.RebaseAsync("new", renew: async set => found = await Renewal(lab, wanted).MakeAsync(set, CancellationToken.None));
        return found!;
    }
}
