using System.Text;
using Containerize.Building;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Sbom;

namespace Containerize.SupplyChain;

/// <summary>What is to be made of evidence.</summary>
/// <param name="Sboms">The forms of the bill of materials.</param>
/// <param name="IsOptional">Whether a place that does not take evidence gets the image all the same.</param>
/// <param name="PackageFolders">Where NuGet keeps packages, full paths.</param>
internal sealed record EvidenceRequest(IReadOnlyList<SbomFormat> Sboms, bool IsOptional, IReadOnlyList<string> PackageFolders);

/// <summary>Makes the documents that tell of images. A document that was made before is not made again.</summary>
/// <param name="request">What is wanted.</param>
/// <param name="name">What the image is called: its repository.</param>
/// <param name="cache">Has the layers, and remembers documents.</param>
internal sealed class EvidenceMaker(EvidenceRequest request, string name, BlobStore cache)
{
    // Another number for documents that say other things of the same image.
    private const int Version = 2;

    /// <summary>Makes the documents.</summary>
    /// <param name="images">The images, each with the full path of its app's file of dependencies; null where there is none.</param>
    /// <exception cref="ContainerizeException">A layer cannot be read or fetched.</exception>
    internal async Task<Evidence> MakeAsync(
        IEnumerable<(BuiltImage Image, string? Dependencies)> images, CancellationToken cancellationToken)
    {
        var referrers = new List<Referrer>();
        foreach (var (image, dependencies) in images)
        {
            referrers.AddRange(await MakeAsync(image, dependencies, cancellationToken));
        }

        return new Evidence { Referrers = referrers, IsOptional = request.IsOptional };
    }

    private async Task<IReadOnlyList<Referrer>> MakeAsync(BuiltImage image, string? dependencies, CancellationToken cancellationToken)
    {
        var referrers = new List<Referrer>();
        Bill? bill = null;
        var noted = dependencies is not null && RegularFile.IsThere(dependencies)
            ? Digest.Of(RegularFile.ReadAllBytes(dependencies)).Hex : "";
        foreach (var format in request.Sboms)
        {
            var record = new Record(cache, RecordKind.Evidence, string.Join('\n',
            [
                $"{SbomDocument.Suffix(format)} {Version} {SbomDocument.ToolVersion}",
                name,
                image.Image.Manifest.Descriptor.Digest.ToString(),
                $"{image.BaseName} {image.BaseDigest}",
                noted,
            ]));
            if (record.Read() is not { } text)
            {
                var simple = name[(name.LastIndexOf('/') + 1)..];
                bill ??= await new BillReader(simple, new PackageFolders(request.PackageFolders), cache)
                    .ReadAsync(image, dependencies, cancellationToken);
                text = Encoding.UTF8.GetString(SbomDocument.Write(bill, format));
                record.Write(text);
            }

            var type = SbomDocument.MediaType(format);
            referrers.Add(new Referrer(
                image.Image.Manifest.Descriptor,
                type,
                new MemoryBlob(type, Encoding.UTF8.GetBytes(text)),
                SbomDocument.Suffix(format))
            {
                PredicateType = SbomDocument.PredicateType(format),
            });
        }

        return referrers;
    }
}
