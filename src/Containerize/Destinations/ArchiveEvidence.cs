using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Statements;

namespace Containerize.Destinations;

/// <summary>
/// Evidence beside an archive, which has no place for it: a file for each document, named after the archive. Several images of one archive
/// are told apart by their platform.
/// </summary>
internal static class ArchiveEvidence
{
    private static readonly string[] s_archiveEndings = [".tar.gz", ".tar", ".tgz"];

    // What the files of all documents and signatures end in, those of signatures of documents as well.
    private static readonly string[] s_endings =
    [
        $".{SbomDocument.Suffix(SbomFormat.Spdx)}", $".{SbomDocument.Suffix(SbomFormat.CycloneDx)}", $".{ProvenanceWriter.Suffix}",
        $".{VexWriter.Suffix}", $".{KeySigner.Suffix}", $".{NotarySignature.Suffix}",
    ];

    /// <summary>Where the documents go.</summary>
    /// <param name="archive">The archive's full path.</param>
    /// <returns>Each document with the full path of its file.</returns>
    internal static IEnumerable<(Referrer Referrer, string Path)> Files(string archive, ImageSet images, Evidence evidence) =>
        evidence.Referrers.Select(referrer => (referrer, PathOf(archive, PlatformOf(referrer.Subject.Digest, images), referrer.Suffix)));

    /// <summary>Where a document about one image, or about the index, is.</summary>
    /// <param name="archive">The archive's full path.</param>
    /// <param name="platform">The platform of the image, where the archive has several; null for the only image or the index.</param>
    /// <param name="suffix">What its file ends in.</param>
    internal static string PathOf(string archive, Platform? platform, string suffix) =>
        $"{StemOf(archive)}{(platform is null ? "" : $".{platform.ToString().Replace('/', '-')}")}.{suffix}";

    /// <summary>The files beside an archive that are called as its documents are, whichever build wrote them.</summary>
    /// <param name="archive">The archive's full path.</param>
    /// <returns>Full paths; none where the directory is not there, or cannot be read.</returns>
    internal static IReadOnlyList<string> Beside(string archive)
    {
        var stem = StemOf(archive) + ".";
        try
        {
            return [.. Directory.EnumerateFiles(Path.GetDirectoryName(archive)!)
                .Where(path => path.StartsWith(stem, StringComparison.Ordinal) && s_endings.Any(path[(stem.Length - 1)..].EndsWith))];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return [];
        }
    }

    /// <summary>Writes the documents; a file that has its content is left as it is.</summary>
    internal static void Write(string archive, ImageSet images, Evidence evidence)
    {
        foreach (var (referrer, path) in Files(archive, images, evidence))
        {
            if (!Holds(path, referrer.Payload.Memory.Span))
            {
                AtomicFile.Write(path, referrer.Payload.Content);
            }
        }
    }

    private static string StemOf(string archive)
    {
        var ending = s_archiveEndings.FirstOrDefault(ending => archive.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ?? "";
        return archive[..^ending.Length];
    }

    private static Platform? PlatformOf(Digest subject, ImageSet images) => images.Images.Count > 1
        ? images.Images.FirstOrDefault(image => image.Manifest.Descriptor.Digest == subject)?.Config.Platform : null;

    private static bool Holds(string path, ReadOnlySpan<byte> content) =>
        new FileInfo(path) is { Exists: true } file && file.Length == content.Length
            && RegularFile.ReadAllBytes(path).AsSpan().SequenceEqual(content);
}
