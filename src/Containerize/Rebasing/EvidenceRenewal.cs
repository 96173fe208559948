using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Copying;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Statements;

namespace Containerize.Rebasing;

/// <summary>
/// Makes, of images on another base, the documents that they had on the old one, or that are asked for: where that can be true. What the
/// app's layers hold is known from the old bill of materials, which is compared with them; the base's packages are read.
/// </summary>
/// <param name="wanted">What the project asks for; null for what the old image had.</param>
/// <param name="name">What the image is called: its repository; null for what the old documents call it.</param>
/// <param name="origin">Who puts it on the other base.</param>
/// <param name="cache">Has the layers, and remembers statements.</param>
/// <param name="time">Says when a statement was made.</param>
internal sealed class EvidenceRenewal(EvidenceRequest? wanted, string? name, BuildOrigin origin, BlobStore cache, TimeProvider time)
{
    private const int Version = 1;

    /// <summary>Makes the documents of each image that changed.</summary>
    /// <exception cref="ContainerizeException">A layer or a document cannot be read or fetched.</exception>
    internal async Task<RenewedEvidence> MakeAsync(RebasedSet rebased, CancellationToken cancellationToken)
    {
        var (made, missing) = (new List<Referrer>(), new List<Message>());
        foreach (var image in rebased.Images.Where(image => !image.IsUnchanged))
        {
            var documents = await ReadAsync(rebased.Before, image, cancellationToken);
            await AddSbomsAsync(image, documents, made, missing, cancellationToken);
            AddProvenance(image, documents, made);
            AddVex(image, rebased.Set.IsIndex ? rebased.Digest : null, documents, made, missing);
        }

        return new(new() { Referrers = made, IsOptional = wanted?.IsOptional ?? false }, missing);
    }

    private async Task AddSbomsAsync(
        RebasedImage image, IReadOnlyList<OldDocument> documents, List<Referrer> made, List<Message> missing, CancellationToken stop)
    {
        var had = documents.Where(document => document.Format != SbomFormat.None).ToList();
        var formats = had.Select(document => document.Format).Concat(wanted?.Sboms ?? []).Distinct().Order().ToList();
        if (formats.Count == 0)
        {
            return;
        }

        var before = had.Select(document => BillDocument.Read(document.Content, document.Format))
            .FirstOrDefault(bill => bill?.Image.Sha256 == image.Before.Manifest.Descriptor.Digest.Hex);
        if (before is null)
        {
            missing.Add(had.Count == 0
                ? (Message)$"{image.Image.Config.Platform}: no bill of materials is made, as the old image has none: which packages the "
                    + $"files of its layers come from, only its build knew"
                : $"{image.Image.Config.Platform}: no bill of materials is made, as that of the old image was not written by Containerize");
            return;
        }

        var reader = new BillReader(
            SimpleName(name) ?? before.Image.Name,
            new PackageFolders(wanted?.PackageFolders ?? []),
            wanted?.DebianDigests() ?? new Dictionary<(string, string, string), string>(),
            cache);
        var onto = image.NewBase;
        if (await reader.ReadAsync(
            image.Image, new(onto.Image.Layers.Count, onto.Name, onto.Image.Manifest.Descriptor.Digest), before, stop) is not { } bill)
        {
            missing.Add($"{image.Image.Config.Platform}: no bill of materials is made, as that of the old image lists other files than its "
                + $"layers have");
            return;
        }

        made.AddRange(formats.Select(format =>
            EvidenceReferrer.Sbom(image.Image.Manifest.Descriptor, format, SbomDocument.Write(bill, format))));
    }

    private void AddProvenance(RebasedImage image, IReadOnlyList<OldDocument> documents, List<Referrer> made)
    {
        var old = documents.FirstOrDefault(document => document.IsProvenance);
        if ((old is null && wanted?.Provenance is null) || (name ?? NameIn(old)) is not { } called)
        {
            return;
        }

        var rebase = new RebaseOrigin(
            called,
            image.Image.Manifest.Descriptor.Digest,
            image.Image.Config.Platform,
            image.Before.Manifest.Descriptor.Digest,
            image.NewBase.Name!,
            image.NewBase.Image.Manifest.Descriptor.Digest,
            image.NewBase.Signature,
            old?.Digest);
        // The same change, once more, keeps its first statement.
        var record = new Record(cache, RecordKind.Evidence, string.Join(
            '\n', $"rebase {Version} {SbomDocument.ToolVersion}", rebase.Inputs, origin.Builder));
        if (record.Read() is not { } statement)
        {
            statement = Encoding.UTF8.GetString(ProvenanceWriter.Write(rebase, origin, time.GetUtcNow()));
            record.Write(statement);
        }

        made.Add(EvidenceReferrer.Provenance(image.Image.Manifest.Descriptor, Encoding.UTF8.GetBytes(statement)));
    }

    private void AddVex(
        RebasedImage image, Digest? index, IReadOnlyList<OldDocument> documents, List<Referrer> made, List<Message> missing)
    {
        var subject = image.Image.Manifest.Descriptor;
        if (wanted?.Vex is { } vex && SimpleName(name) is { } simple)
        {
            made.Add(EvidenceReferrer.Vex(subject, VexWriter.Write(simple, image.Image, index, vex)));
        }
        else if (documents.FirstOrDefault(document => document.Type == VexWriter.MediaType) is { } old)
        {
            if (VexReader.Read(old.Content.Span, image.Before.Manifest.Descriptor.Digest) is var (request, called))
            {
                made.Add(EvidenceReferrer.Vex(subject, VexWriter.Write(called, image.Image, index, request)));
            }
            else
            {
                missing.Add($"{image.Image.Config.Platform}: the OpenVEX document of the old image was not written by Containerize, and is "
                    + $"not carried over");
            }
        }
    }

    private async Task<IReadOnlyList<OldDocument>> ReadAsync(CopiedImage before, RebasedImage image, CancellationToken cancellationToken)
    {
        var found = new List<OldDocument>();
        foreach (var referrer in before.Referrers.Where(each => each.Subject == image.Before.Manifest.Descriptor.Digest))
        {
            if (OldDocument.IsOne(referrer) && OciJson.ReadManifest(referrer.Graph.Root, before.Origin).Layers is [var payload]
                && referrer.Graph.Blobs.FirstOrDefault(blob => blob.Descriptor.Digest == payload.Digest) is { } blob)
            {
                found.Add(new(referrer.Entry, payload.Digest, await BlobBytes.ReadAsync(
                    blob, before.Origin, cache, cancellationToken, RegularFile.MaxDocument)));
            }
        }

        return found;
    }

    private static string? NameIn(OldDocument? provenance)
    {
        try
        {
            return provenance is null ? null : (string?)JsonNode.Parse(provenance.Content.Span)?["subject"]?[0]?["name"];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static string? SimpleName(string? repository) => repository?[(repository.LastIndexOf('/') + 1)..];

    /// <summary>A document of the image as it was.</summary>
    private sealed record OldDocument(Descriptor Entry, Digest Digest, ReadOnlyMemory<byte> Content)
    {
        internal string? Type => Entry.ArtifactType;

        internal SbomFormat Format => FormatOf(Entry);

        internal bool IsProvenance => IsStatement(Entry);

        internal static bool IsOne(CopiedReferrer referrer) =>
            FormatOf(referrer.Entry) != SbomFormat.None || IsStatement(referrer.Entry)
            || referrer.Entry.ArtifactType == VexWriter.MediaType;

        private static SbomFormat FormatOf(Descriptor entry) =>
            new[] { SbomFormat.Spdx, SbomFormat.CycloneDx }.FirstOrDefault(format => SbomDocument.MediaType(format) == entry.ArtifactType);

        private static bool IsStatement(Descriptor entry) => entry.ArtifactType == Attestation.MediaType
            && entry.Annotations?.GetValueOrDefault(EvidenceReferrer.PredicateAnnotation) == ProvenanceWriter.PredicateType;
    }
}

/// <summary>The documents of an image on another base.</summary>
/// <param name="Evidence">What was made.</param>
/// <param name="Missing">What was not, and why.</param>
internal sealed record RenewedEvidence(Evidence Evidence, IReadOnlyList<Message> Missing);
