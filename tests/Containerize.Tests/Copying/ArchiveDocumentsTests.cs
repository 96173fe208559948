using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Statements;
using Containerize.Testing;
using Containerize.Tests.Building;
using Containerize.Tests.SupplyChain.Signers;
using Containerize.Tests.SupplyChain.Signing;

namespace Containerize.Tests.Copying;

[TestClass]
internal sealed class ArchiveDocumentsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();
    private readonly SigningKey _key = TestKeys.Create();
    private readonly Image _image = Sample.Image();

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task Signatures_and_documents_beside_an_archive_refer_to_its_image_as_a_build_pushes_them()
    {
        var subject = _image.Manifest.Descriptor;
        var sbom = new Referrer(
            subject, SbomDocument.MediaType(SbomFormat.Spdx),
            new MemoryBlob(SbomDocument.MediaType(SbomFormat.Spdx), Text($$"""{"about":"{{subject.Digest.Hex}}"}""")), "spdx.json")
        {
            PredicateType = SbomDocument.PredicateType(SbomFormat.Spdx),
        };
        var signed = await SignAsync(subject, SignStatement.Of(sbom)!);
        _folder.Write("app.spdx.json", sbom.Payload.Content.ToArray());
        foreach (var referrer in signed.Referrers)
        {
            _folder.Write($"app.{referrer.Suffix}", referrer.Payload.Content.ToArray());
        }

        var copied = await AddAsync();

        Assert.HasCount(2, signed.Referrers);
        CollectionAssert.AreEquivalent(
            signed.Referrers.Append(sbom).Select(referrer => referrer.Manifest.Descriptor.Digest).ToList(),
            copied.Referrers.Select(referrer => referrer.Entry.Digest).ToList());
        CollectionAssert.AreEqual(
            new[] { subject.Digest }, copied.Referrers.Select(referrer => referrer.Subject).Distinct().ToList());
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    [DataRow("spdx.json")]
    [DataRow("spdx.json.sigstore.json")]
    [DataRow("sigstore.json")]
    [DataRow("provenance.json")]
    public async Task What_is_said_of_an_image_may_be_larger_than_its_own_documents(string suffix)
    {
        var subject = _image.Manifest.Descriptor;
        var large = new string('a', OciJson.MaxDocumentSize + 1);
        var statement = Text(System.Text.Encoding.UTF8.GetString(SignStatement.Of(subject.Digest))
            .Replace("\"predicate\":{}", $"\"predicate\":{{\"x\":\"{large}\"}}", StringComparison.Ordinal));
        _folder.Write($"app.{suffix}", suffix switch
        {
            "spdx.json" => Text($"{subject.Digest.Hex} {large}"),
            "provenance.json" => statement,
            _ => SigstoreBundle.Sign(statement, _key).Write(),
        });

        var referrer = (await AddAsync()).Referrers.Single();

        Assert.IsGreaterThan(OciJson.MaxDocumentSize, referrer.Graph.Blobs.Max(blob => blob.Descriptor.Size));
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task A_statement_of_where_the_image_comes_from_goes_along()
    {
        _folder.Write($"app.{ProvenanceWriter.Suffix}", SignStatement.Of(_image.Manifest.Descriptor.Digest));

        var entry = (await AddAsync()).Referrers.Single().Entry;

        Assert.AreEqual(Attestation.MediaType, entry.ArtifactType);
        Assert.AreEqual(SignStatement.PredicateType, entry.Annotations!["in-toto.io/predicate-type"]);
    }

    [TestMethod]
    [DataRow("sigstore.json")]
    [DataRow("spdx.json")]
    [DataRow("provenance.json")]
    [DataRow("2.sigstore.json")]
    public async Task A_file_about_another_image_is_left_out_with_a_warning(string suffix)
    {
        var other = Sample.Image(content: "other").Manifest.Descriptor;
        var signature = (await SignAsync(other)).Referrers.Single().Payload.Content.ToArray();
        var path = _folder.Write($"app.{suffix}", suffix switch
        {
            "spdx.json" => Text($"about {other.Digest.Hex}"),
            "provenance.json" => SignStatement.Of(other.Digest),
            _ => signature,
        });

        Assert.IsEmpty((await AddAsync()).Referrers);

        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.DocumentOfAnotherImage, code);
        StringAssert.Contains(text, path);
        StringAssert.Contains(text, _image.Manifest.Descriptor.Digest.ToString());
    }

    [TestMethod]
    [DataRow("", "cannot be read")]
    [DataRow("{", "cannot be read")]
    [DataRow("[]", "it is no JSON object")]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":7}""", "does not say")]
    public async Task A_damaged_signature_is_left_out_with_the_reason(string text, string why)
    {
        _folder.Write("app.sigstore.json", text);

        Assert.IsEmpty((await AddAsync()).Referrers);
        Assert.AreEqual(DiagnosticCode.DocumentOfAnotherImage, _reporter.Warnings.Single().Code);
        StringAssert.Contains(_reporter.Warnings.Single().Text, why);
    }

    [TestMethod]
    public async Task The_signature_of_an_index_and_those_of_its_images_are_told_apart()
    {
        var other = Sample.Image(Sample.Arm64);
        var set = Sample.Index(_image, other);
        foreach (var (descriptor, stem) in new[]
        {
            (set.Root.Descriptor, "app"), (_image.Manifest.Descriptor, "app.linux-amd64"), (other.Manifest.Descriptor, "app.linux-arm64"),
        })
        {
            _folder.Write($"{stem}.sigstore.json", (await SignAsync(descriptor)).Referrers.Single().Payload.Content.ToArray());
        }

        var copied = await AddAsync(set);

        CollectionAssert.AreEquivalent(
            new[] { set.Root.Descriptor.Digest, _image.Manifest.Descriptor.Digest, other.Manifest.Descriptor.Digest },
            copied.Referrers.Select(referrer => referrer.Subject).ToList());
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task Of_an_archive_with_several_images_the_one_that_is_copied_takes_its_own_documents()
    {
        var other = Sample.Image(Sample.Arm64);
        var set = Sample.Index(_image, other);
        foreach (var (descriptor, stem) in new[] { (set.Root.Descriptor, "app"), (other.Manifest.Descriptor, "app.linux-arm64") })
        {
            _folder.Write($"{stem}.sigstore.json", (await SignAsync(descriptor)).Referrers.Single().Payload.Content.ToArray());
        }

        // Of an earlier build; it is of interest when that image is copied.
        _folder.Write("app.linux-amd64.spdx.json", "about another image");
        await new LayoutDestination(_folder["whole"], Sample.Name("1"), _reporter).WriteAsync(set, CancellationToken.None);
        var source = await CopyPlaces.OpenLayoutAsync(_folder["whole"], [], CancellationToken.None);
        var cache = new BlobStore(_folder["cache"]);
        var image = await new CopyReader(source, cache, _reporter).ReadAsync(Sample.Arm64, false, CancellationToken.None);

        var copied = await new ArchiveDocuments(_folder["app.tar"], cache, _reporter)
            .AddToAsync(image, CancellationToken.None, source);

        Assert.AreEqual(other.Manifest.Descriptor.Digest, copied.Digest);
        Assert.AreEqual(other.Manifest.Descriptor.Digest, copied.Referrers.Single().Subject);
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    [DataRow("manifest")]
    [DataRow("config")]
    [DataRow("layers")]
    [DataRow("nothing")]
    public async Task The_other_images_of_an_archive_need_not_be_there(string missing)
    {
        var other = Sample.Image(Sample.Arm64);
        var set = Sample.Index(_image, other);
        _folder.Write(
            "app.linux-arm64.sigstore.json", (await SignAsync(other.Manifest.Descriptor)).Referrers.Single().Payload.Content.ToArray());
        _folder.Write("app.spdx.json", "about all of them, or none");
        await new LayoutDestination(_folder["whole"], Sample.Name("1"), _reporter).WriteAsync(set, CancellationToken.None);
        var needed = other.Layers.Select(layer => layer.Blob.Descriptor.Digest).Append(other.Config.Blob.Descriptor.Digest).ToHashSet();
        var lost = missing switch
        {
            "manifest" => [_image.Manifest.Descriptor.Digest],
            "config" => [_image.Config.Blob.Descriptor.Digest],
            "layers" => _image.Layers.Select(layer => layer.Blob.Descriptor.Digest),
            _ => Array.Empty<Digest>(),
        };
        foreach (var digest in lost.Where(digest => !needed.Contains(digest)))
        {
            File.Delete(_folder[$"whole/{Layout.PathOf(digest)}"]);
        }

        var source = await CopyPlaces.OpenLayoutAsync(_folder["whole"], [], CancellationToken.None);
        var cache = new BlobStore(_folder["cache"]);
        var image = await new CopyReader(source, cache, _reporter).ReadAsync(Sample.Arm64, true, CancellationToken.None);

        var copied = await new ArchiveDocuments(_folder["app.tar"], cache, _reporter)
            .AddToAsync(image, CancellationToken.None, source);

        Assert.AreEqual(other.Manifest.Descriptor.Digest, copied.Referrers.Single().Subject);
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("2.")]
    public async Task A_signature_of_the_Notary_Project_goes_along_as_its_signer_made_it(string number)
    {
        var now = new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
        using var chain = new TestChain(now);
        var (subject, other) = (_image.Manifest.Descriptor, Sample.Image(content: "other").Manifest.Descriptor);
        var envelope = Envelope(subject);
        using var certificates = NotarySignature.Verify(envelope, subject, now, out _);
        _folder.Write($"app.{number}{NotarySignature.Suffix}", envelope);

        var entry = (await AddAsync()).Referrers.Single().Entry;
        _folder.Write($"app.{number}{NotarySignature.Suffix}", Envelope(other));
        var none = (await AddAsync()).Referrers;

        Assert.AreEqual(
            NotarySignature.Refer(subject, envelope, certificates!.Thumbprints, []).Manifest.Descriptor.Digest, entry.Digest);
        Assert.AreEqual(NotarySignature.ArtifactType, entry.ArtifactType);
        Assert.IsEmpty(none);
        Assert.AreEqual(DiagnosticCode.DocumentOfAnotherImage, _reporter.Warnings.Single().Code);

        byte[] Envelope(Descriptor about)
        {
            var signed = NotarySignature.Signed(about, chain.Algorithm, now);
            return NotarySignature.Envelope(signed, chain.Sign(signed), chain.Certificates, "test");
        }
    }

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private Task<Evidence> SignAsync(Descriptor subject, params Attestation[] attestations) =>
        new KeySigner(_key).SignAsync(new([subject], attestations, []), CancellationToken.None);

    private Task<CopiedImage> AddAsync(ImageSet? images = null)
    {
        var set = images ?? new ImageSet(_image);
        var graph = new ImageGraph(
            [.. set.Images.Select(image => image.Manifest).Append(set.Root).DistinctBy(document => document.Descriptor.Digest)
                .Select(document => document.Document)],
            [.. set.Images.SelectMany(image => image.Layers.Select(layer => layer.Blob).Append(image.Config.Blob))
                .DistinctBy(blob => blob.Descriptor.Digest)]);
        return new ArchiveDocuments(_folder["app.tar"], new BlobStore(_folder["cache"]), _reporter)
            .AddToAsync(new("the archive", CopyName.None, graph, [], []), CancellationToken.None);
    }
}
