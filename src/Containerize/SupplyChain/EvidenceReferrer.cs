using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Statements;

namespace Containerize.SupplyChain;

/// <summary>The referrers of the documents that are made of images.</summary>
internal static class EvidenceReferrer
{
    /// <summary>The annotation that lists of referrers show of a statement: its predicate's type.</summary>
    internal const string PredicateAnnotation = "in-toto.io/predicate-type";

    /// <summary>A bill of materials.</summary>
    /// <param name="subject">The image's manifest.</param>
    internal static Referrer Sbom(Descriptor subject, SbomFormat format, byte[] document) =>
        Refer(subject, SbomDocument.MediaType(format), document, SbomDocument.Suffix(format), SbomDocument.PredicateType(format));

    /// <summary>A provenance.</summary>
    internal static Referrer Provenance(Descriptor subject, byte[] statement) => Refer(
        subject,
        Attestation.MediaType,
        statement,
        ProvenanceWriter.Suffix,
        annotations: new Dictionary<string, string> { [PredicateAnnotation] = ProvenanceWriter.PredicateType });

    /// <summary>Vulnerabilities that do not matter.</summary>
    internal static Referrer Vex(Descriptor subject, byte[] document) =>
        Refer(subject, VexWriter.MediaType, document, VexWriter.Suffix, VexWriter.PredicateType);

    private static Referrer Refer(
        Descriptor subject,
        string type,
        byte[] document,
        string suffix,
        string? predicateType = null,
        IReadOnlyDictionary<string, string>? annotations = null) =>
        new(subject, type, new MemoryBlob(type, document), suffix, annotations) { PredicateType = predicateType };
}
