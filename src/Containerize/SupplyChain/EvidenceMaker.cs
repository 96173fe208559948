using System.Text;
using Containerize.Building;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Statements;

namespace Containerize.SupplyChain;

/// <summary>What is to be made of evidence.</summary>
/// <param name="Sboms">The forms of the bill of materials.</param>
/// <param name="IsOptional">Whether a place that does not take evidence gets the image all the same.</param>
/// <param name="PackageFolders">Where NuGet keeps packages, full paths.</param>
internal sealed record EvidenceRequest(IReadOnlyList<SbomFormat> Sboms, bool IsOptional, IReadOnlyList<string> PackageFolders)
{
    /// <summary>What a provenance says; null when none is wanted.</summary>
    public ProvenanceRequest? Provenance { get; init; }

    /// <summary>The SHA-256 of packages of Debian, in hexadecimal digits, as the lock file knows them: by name, version and architecture.</summary>
    public Func<IReadOnlyDictionary<(string Name, string Version, string Architecture), string>> DebianDigests { get; init; } =
        () => new Dictionary<(string, string, string), string>();

    /// <summary>Which vulnerabilities do not matter; null when the project says nothing of it.</summary>
    public VexRequest? Vex { get; init; }
}

/// <summary>Makes the documents that tell of images. A document that was made before is not made again.</summary>
/// <param name="request">What is wanted.</param>
/// <param name="name">What the image is called: its repository.</param>
/// <param name="cache">Has the layers, and remembers documents.</param>
/// <param name="time">Says when an image was built.</param>
internal sealed class EvidenceMaker(EvidenceRequest request, string name, BlobStore cache, TimeProvider time)
{
    // Another number for documents that say other things of the same image.
    private const int Version = 5;

    private readonly Lazy<IReadOnlyDictionary<(string Name, string Version, string Architecture), string>> _debian =
        new(() => request.DebianDigests());

    private string SimpleName => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>Makes the documents.</summary>
    /// <param name="images">The images, each with the full path of its app's file of dependencies; null where there is none.</param>
    /// <param name="index">The index of the images; null where there is none.</param>
    /// <exception cref="ContainerizeException">A layer cannot be read or fetched.</exception>
    internal async Task<Evidence> MakeAsync(
        IEnumerable<(BuiltImage Image, string? Dependencies)> images, Digest? index, CancellationToken cancellationToken)
    {
        var referrers = new List<Referrer>();
        foreach (var (image, dependencies) in images)
        {
            referrers.AddRange(await MakeAsync(image, dependencies, index, cancellationToken));
        }

        return new Evidence { Referrers = referrers, IsOptional = request.IsOptional };
    }

    private string DebianKey()
    {
        var lines = new List<string>();
        foreach (var (package, digest) in _debian.Value)
        {
            lines.Add($"{package.Name} {package.Version} {package.Architecture} {digest}");
        }

        lines.Sort(StringComparer.Ordinal);
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', lines))).Hex;
    }

    private async Task<IReadOnlyList<Referrer>> MakeAsync(
        BuiltImage image, string? dependencies, Digest? index, CancellationToken cancellationToken)
    {
        var (subject, referrers) = (image.Image.Manifest.Descriptor, new List<Referrer>());
        Bill? bill = null;
        foreach (var format in request.Sboms)
        {
            var document = await RememberAsync(
                SbomDocument.Suffix(format), "", async () => SbomDocument.Write(await ReadBillAsync(), format));
            referrers.Add(EvidenceReferrer.Sbom(subject, format, document));
        }

        if (request.Provenance is { } provenance)
        {
            // The same image, built again, keeps its first statement: a new run alone is no reason for another one.
            var statement = await RememberAsync(
                ProvenanceWriter.Suffix,
                $"{image.BaseSignature}\n{provenance.Inputs}",
                async () => ProvenanceWriter.Write(
                    name,
                    await ReadBillAsync(),
                    image.Image.Config.Platform.ToString(),
                    image.BaseSignature,
                    provenance,
                    time.GetUtcNow()));
            referrers.Add(EvidenceReferrer.Provenance(subject, statement));
        }

        if (request.Vex is { } vex)
        {
            referrers.Add(EvidenceReferrer.Vex(subject, VexWriter.Write(SimpleName, image.Image, index, vex)));
        }

        return referrers;

        async Task<Bill> ReadBillAsync() =>
            bill ??= await new BillReader(SimpleName, new PackageFolders(request.PackageFolders), _debian.Value, cache)
                .ReadAsync(image, dependencies, cancellationToken);

        async Task<byte[]> RememberAsync(string suffix, string inputs, Func<Task<byte[]>> make)
        {
            var record = new Record(cache, RecordKind.Evidence, string.Join('\n',
            [
                $"{suffix} {Version} {SbomDocument.ToolVersion}",
                name,
                image.Image.Manifest.Descriptor.Digest.ToString(),
                $"{image.BaseName} {image.BaseDigest}",
                dependencies is not null && RegularFile.IsThere(dependencies) ? Digest.Of(RegularFile.ReadAllBytes(dependencies)).Hex : "",
                DebianKey(),
                inputs,
            ]));
            if (record.Read() is { } text)
            {
                return Encoding.UTF8.GetBytes(text);
            }

            var made = await make();
            record.Write(Encoding.UTF8.GetString(made));
            return made;
        }
    }
}
