using System.Formats.Tar;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>
/// A program that is called with <c>sign-oci-artifact</c>, as the rules rules_img for Bazel do it: it reads the descriptor of a manifest,
/// and writes an OCI layout as a tar. Each manifest in it refers to the one that was to be signed.
/// </summary>
internal sealed class OciArtifactSigner(SignerProgram program, SignerRun run, PublicKey? key, TimeProvider time)
{
    /// <summary>The first argument of the program.</summary>
    internal const string Command = "sign-oci-artifact";

    private const string Origin = "a signature";
    private const int MostFiles = 1000;

    /// <summary>Signs a manifest.</summary>
    /// <returns>The signatures, verified.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignerFailed"/>,
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/> or <see cref="DiagnosticCode.SignatureRefused"/>.</exception>
    internal async Task<IReadOnlyList<MadeSignature>> SignAsync(Descriptor subject, CancellationToken cancellationToken)
    {
        var descriptor = OciJson.Write(new JsonObject
        {
            ["mediaType"] = subject.MediaType,
            ["digest"] = subject.Digest.ToString(),
            ["size"] = subject.Size,
        });
        var answer = await run.RunAsync([Command, .. program.Options], descriptor, cancellationToken);
        var referrers = run.Read(Command, "no OCI layout with signatures as a tar", answer, ReadLayout);
        return [.. referrers.Select(referrer => MadeSignature.Of(subject, referrer, key, time.GetUtcNow(), run))];
    }

    private static IReadOnlyList<Referrer> ReadLayout(byte[] tar)
    {
        var files = ReadFiles(tar);
        Layout.CheckMarker(Find(files, Layout.Marker), Origin);
        var index = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, Find(files, Layout.Index)), Origin);
        var made = new List<Referrer>();
        foreach (var entry in index.Manifests)
        {
            var manifest = Blob(files, entry);
            var document = OciJson.ReadManifest(manifest.Document, Origin);
            if (entry.MediaType != MediaTypes.OciManifest || document.Subject is null || document.Layers.Count == 0)
            {
                throw Invalid();
            }

            var suffix = SigstoreBundle.IsBundle(document.Layers[0].MediaType) ? KeySigner.Suffix : NotarySignature.Suffix;
            var number = made.Count(each => each.Suffix.EndsWith(suffix, StringComparison.Ordinal));
            made.Add(new(
                document,
                manifest,
                [.. document.Layers.Prepend(document.Config).DistinctBy(each => each.Digest).Select(each => Blob(files, each))],
                number == 0 ? suffix : $"{number + 1}.{suffix}"));
        }

        return made.Count > 0 ? made : throw Invalid();
    }

    private static Dictionary<string, byte[]> ReadFiles(byte[] tar)
    {
        try
        {
            var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            using var reader = new TarReader(new MemoryStream(tar, writable: false));
            while (files.Count < MostFiles && reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.DataStream is { } data)
                {
                    using var content = new MemoryStream();
                    data.CopyTo(content);
                    files[UnixPath.Normalize(entry.Name)] = content.ToArray();
                }
            }

            return files;
        }
        catch (Exception failure) when (
            failure is IOException or FormatException or InvalidDataException or NotSupportedException or ArgumentException)
        {
            throw Invalid();
        }
    }

    private static byte[] Find(Dictionary<string, byte[]> files, string name) => files.GetValueOrDefault(name) ?? throw Invalid();

    private static MemoryBlob Blob(Dictionary<string, byte[]> files, Descriptor descriptor)
    {
        var content = Find(files, Layout.PathOf(descriptor.Digest));
        var blob = new MemoryBlob(descriptor.MediaType, content);
        return blob.Descriptor.Digest == descriptor.Digest && blob.Descriptor.Size == descriptor.Size ? blob : throw Invalid();
    }

    // What is wrong with it is said where it is known whose answer it is.
    private static ContainerizeException Invalid() => new(DiagnosticCode.InvalidArchive, "It is no OCI layout with signatures.");
}
