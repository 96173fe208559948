using System.Text.Json;
using Containerize.Images;
using Containerize.SupplyChain.Sbom;

namespace Containerize.SupplyChain.Statements;

/// <summary>Writes where an image comes from, as an in-toto statement.</summary>
/// <remarks>The in-toto attestation framework, <i>Statement v1</i>; SLSA, <i>Provenance v1</i>.</remarks>
internal static class ProvenanceWriter
{
    /// <summary>What a file of the document ends in.</summary>
    internal const string Suffix = "provenance.json";

    /// <summary>What the statement says, as a URI.</summary>
    internal const string PredicateType = "https://slsa.dev/provenance/v1";

    /// <summary>How the image was built, and what the members of the statement mean: Evidence.md explains it.</summary>
    internal const string BuildType = "https://containerize.invalid/build/v1";

    /// <summary>How an image came to another base: nothing was built. Evidence.md explains what the members mean.</summary>
    internal const string RebaseType = "https://containerize.invalid/rebase/v1";

    /// <summary>Writes the statement. Only <c>runDetails.metadata</c> differs from one run to the next.</summary>
    /// <param name="name">What the image is called: its repository.</param>
    /// <param name="bill">What the image consists of.</param>
    /// <param name="platform">What it runs on.</param>
    /// <param name="signature">The base's signature; null when none was demanded.</param>
    /// <param name="finished">When it was built.</param>
    internal static byte[] Write(
        string name, Bill bill, string platform, VerifiedSignature? signature, ProvenanceRequest request, DateTimeOffset finished) =>
        Write(name, bill.Image.Sha256, BuildType, request.Origin, finished, json =>
        {
            WriteParameters(json, name, platform, request);
            WriteDependencies(json, bill, signature, request);
        });

    /// <summary>Writes that an image was put on another base.</summary>
    /// <param name="finished">When that was done.</param>
    internal static byte[] Write(RebaseOrigin rebase, BuildOrigin origin, DateTimeOffset finished) =>
        Write(rebase.Name, rebase.Image.Hex, RebaseType, origin, finished, json =>
        {
            json.WriteStartObject("externalParameters");
            json.WriteString("image", rebase.Name);
            json.WriteString("platform", rebase.Platform.ToString());
            json.WriteString("onto", rebase.Onto);
            json.WriteEndObject();
            json.WriteStartObject("internalParameters");
            json.WriteString("containerize", SbomDocument.ToolVersion);
            json.WriteEndObject();
            json.WriteStartArray("resolvedDependencies");
            var simple = rebase.Name[(rebase.Name.LastIndexOf('/') + 1)..];
            WriteDescriptor(json, "uri", PackageUrl.Image(simple, rebase.Before, rebase.Platform), "sha256", rebase.Before.Hex);
            WriteDescriptor(
                json, "uri", BillReader.BaseUrl(rebase.Onto, rebase.Base, rebase.Platform), "sha256", rebase.Base.Hex, rebase.Signature);
            if (rebase.Statement is { } statement)
            {
                // How the layers were built is said there.
                WriteDescriptor(json, "name", Suffix, "sha256", statement.Hex);
            }

            json.WriteEndArray();
        });

    private static byte[] Write(
        string name,
        string? sha256,
        string buildType,
        BuildOrigin origin,
        DateTimeOffset finished,
        Action<Utf8JsonWriter> writeDefinition) =>
        SbomDocument.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("_type", "https://in-toto.io/Statement/v1");
            json.WriteStartArray("subject");
            WriteDescriptor(json, "name", name, "sha256", sha256);
            json.WriteEndArray();
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            json.WriteStartObject("buildDefinition");
            json.WriteString("buildType", buildType);
            writeDefinition(json);
            json.WriteEndObject();
            WriteRun(json, origin, finished);
            json.WriteEndObject();
            json.WriteEndObject();
        });

    private static void WriteParameters(Utf8JsonWriter json, string name, string platform, ProvenanceRequest request)
    {
        json.WriteStartObject("externalParameters");
        json.WriteString("image", name);
        json.WriteString("platform", platform);
        json.WriteStartObject("properties");
        foreach (var (property, value) in request.Parameters)
        {
            json.WriteString(property, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("internalParameters");
        json.WriteString("containerize", SbomDocument.ToolVersion);
        if (request.Sdk is { } sdk)
        {
            json.WriteString("dotnetSdk", sdk);
        }

        json.WriteEndObject();
    }

    private static void WriteDependencies(Utf8JsonWriter json, Bill bill, VerifiedSignature? signature, ProvenanceRequest request)
    {
        json.WriteStartArray("resolvedDependencies");
        if (request.Repository is { } repository)
        {
            var uri = repository.StartsWith("git", StringComparison.Ordinal) ? repository : $"git+{repository}";
            WriteDescriptor(json, "uri", uri, "gitCommit", request.Revision);
        }

        foreach (var component in bill.Components.Where(component => IsResolved(component, bill)))
        {
            var (algorithm, value) = component.Sha256 is null ? ("sha512", component.Sha512) : ("sha256", component.Sha256);
            WriteDescriptor(
                json, "uri", component.PackageUrl!, algorithm, value, component.Kind == ComponentKind.Base ? signature : null);
        }

        json.WriteEndArray();
    }

    // The packages of a base in a registry are pinned by its digest; those that were added have files in our layers.
    private static bool IsResolved(Component component, Bill bill) => component.PackageUrl is not null
        && (component.Kind != ComponentKind.Debian
            || bill.Base?.PackageUrl is not { } below || !PackageUrl.IsInRegistry(below)
            || bill.FilesByComponent.Contains(component.Reference));

    private static void WriteRun(Utf8JsonWriter json, BuildOrigin origin, DateTimeOffset finished)
    {
        json.WriteStartObject("runDetails");
        json.WriteStartObject("builder");
        json.WriteString("id", origin.Builder);
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        if (origin.Invocation is { } invocation)
        {
            json.WriteString("invocationId", invocation);
        }

        json.WriteString("finishedOn", ImageConfig.Rfc3339(finished));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDescriptor(
        Utf8JsonWriter json, string member, string name, string algorithm, string? digest, VerifiedSignature? signature = null)
    {
        json.WriteStartObject();
        json.WriteString(member, name);
        if (digest is not null)
        {
            json.WriteStartObject("digest");
            json.WriteString(algorithm, digest);
            json.WriteEndObject();
        }

        if (signature is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString("signedBy", signature.Signer);
            json.WriteString("signedDigest", signature.Image.ToString());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
