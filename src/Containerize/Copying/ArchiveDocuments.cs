using System.Text;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;

namespace Containerize.Copying;

/// <summary>
/// Bills of materials that a build left beside an archive, which has no place for them: where the archive is pushed, they refer to its
/// images as if the build had pushed them.
/// </summary>
internal static class ArchiveDocuments
{
    private const long MaxSize = 256 << 20;

    private static readonly SbomFormat[] s_formats = [SbomFormat.Spdx, SbomFormat.CycloneDx];

    /// <summary>Adds the documents to what is copied. One that is about another image, of an earlier build, is passed over.</summary>
    /// <param name="archive">The archive's full path.</param>
    /// <param name="cache">Takes configs that are read.</param>
    internal static async Task<CopiedImage> AddAsync(
        CopiedImage image, string archive, BlobStore cache, CancellationToken cancellationToken)
    {
        if (await RunnableImages.ReadAsync(image, cache, cancellationToken) is not { } images)
        {
            return image;
        }

        var found = new List<CopiedReferrer>();
        foreach (var subject in images.Images.Select(each => each.Manifest.Descriptor))
        {
            foreach (var format in s_formats)
            {
                var path = ArchiveEvidence.PathOf(archive, images, subject.Digest, SbomDocument.Suffix(format));
                if (RegularFile.IsThere(path) && RegularFile.ReadAllBytes(path, MaxSize) is var text
                    && text.AsSpan().IndexOf(Encoding.ASCII.GetBytes(subject.Digest.Hex)) >= 0)
                {
                    var type = SbomDocument.MediaType(format);
                    var referrer = new Referrer(subject, type, new MemoryBlob(type, text), SbomDocument.Suffix(format));
                    found.Add(new(subject.Digest, referrer.Entry, new([referrer.Manifest.Document], referrer.Blobs)));
                }
            }
        }

        return image with { Referrers = [.. image.Referrers.Concat(found).DistinctBy(referrer => referrer.Entry.Digest)] };
    }
}
