using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>
/// A program that speaks Notation's plugin protocol: it signs bytes, or makes the whole envelope. What comes of it is a signature of the
/// Notary Project.
/// </summary>
/// <remarks>Notary Project, <i>plugin-extensibility.md</i>, contract 1.0.</remarks>
internal sealed class NotationPlugin(SignerProgram program, SignerRun run, TimeProvider time)
{
    private const string Contract = "1.0";
    private const string Metadata = "get-plugin-metadata";
    private const string DescribeKey = "describe-key";
    private const string GenerateSignature = "generate-signature";
    private const string GenerateEnvelope = "generate-envelope";

    private string? _capability;
    private NotaryAlgorithm? _algorithm;

    /// <summary>Signs a manifest.</summary>
    /// <returns>The signature, verified, and when it expires; null for never.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignerFailed"/>,
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/> or <see cref="DiagnosticCode.SignatureRefused"/>.</exception>
    internal async Task<MadeSignature> SignAsync(Descriptor subject, CancellationToken cancellationToken)
    {
        _capability ??= await CapabilityAsync(cancellationToken);
        var now = time.GetUtcNow();
        var (envelope, annotations) = _capability == "SIGNATURE_GENERATOR.RAW"
            ? (await SignBytesAsync(subject, now, cancellationToken), [])
            : await MakeEnvelopeAsync(subject, cancellationToken);
        return MadeSignature.OfNotary(subject, envelope, annotations, now, run);
    }

    private async Task<string> CapabilityAsync(CancellationToken cancellationToken)
    {
        var metadata = await run.AskAsync(Metadata, Request(withKey: false), cancellationToken);
        if (!Texts(metadata, "supportedContractVersions").Contains(Contract))
        {
            throw run.Invalid(Metadata, $"it does not name version {Contract} of the protocol");
        }

        return Texts(metadata, "capabilities").FirstOrDefault(each => each is "SIGNATURE_GENERATOR.RAW" or "SIGNATURE_GENERATOR.ENVELOPE")
            ?? throw run.Invalid(Metadata, $"the plugin does not sign");
    }

    private async Task<byte[]> SignBytesAsync(Descriptor subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_algorithm is null)
        {
            var key = await run.AskAsync(DescribeKey, Request(), cancellationToken);
            CheckKey(DescribeKey, key);
            _algorithm = NotaryAlgorithm.OfKeySpec(key.Text("keySpec"))
                ?? throw run.Invalid(DescribeKey, $"it names no kind of key that the Notary Project has");
        }

        var signed = NotarySignature.Signed(subject, _algorithm, now);
        var request = Request();
        request["keySpec"] = _algorithm.KeySpec;
        request["hashAlgorithm"] = _algorithm.Hash;
        request["payload"] = Convert.ToBase64String(signed);
        var answer = await run.AskAsync(GenerateSignature, request, cancellationToken);
        CheckKey(GenerateSignature, answer);
        var certificates = Texts(answer, "certificateChain").Select(JsonMembers.Base64).OfType<byte[]>().ToList();
        return answer.Bytes("signature") is not { } signature
            ? throw run.Invalid(GenerateSignature, $"it has no signature")
            : answer.Text("signingAlgorithm") != _algorithm.Name
                ? throw run.Refused(subject, $"its algorithm is not the one for the plugin's key ({_algorithm.KeySpec})")
                : NotarySignature.Envelope(signed, signature, certificates, ProgramSigner.Agent);
    }

    private async Task<(byte[] Envelope, Dictionary<string, string> Annotations)> MakeEnvelopeAsync(
        Descriptor subject, CancellationToken cancellationToken)
    {
        var request = Request();
        request["payload"] = Convert.ToBase64String(NotarySignature.Payload(subject));
        request["payloadType"] = NotarySignature.PayloadType;
        request["signatureEnvelopeType"] = NotarySignature.EnvelopeType;
        var answer = await run.AskAsync(GenerateEnvelope, request, cancellationToken);
        if (answer.Text("signatureEnvelopeType") != NotarySignature.EnvelopeType || answer.Bytes("signatureEnvelope") is not { } envelope)
        {
            throw run.Invalid(GenerateEnvelope, $"it has no envelope of the type {NotarySignature.EnvelopeType}");
        }

        var annotations = (answer.Member("annotations") as JsonObject)?.Select(each => each.Key).ToDictionary(
            name => name, name => answer.Member("annotations").Text(name) ?? "") ?? [];
        return (envelope, annotations);
    }

    private JsonObject Request(bool withKey = true)
    {
        var request = new JsonObject { ["contractVersion"] = Contract };
        if (withKey)
        {
            request["keyId"] = program.KeyId;
        }

        if (program.Options.Count > 0)
        {
            var options = new JsonObject();
            foreach (var option in program.Options)
            {
                var end = option.IndexOf('=', StringComparison.Ordinal);
                options[option[..end].Trim()] = option[(end + 1)..].Trim();
            }

            request["pluginConfig"] = options;
        }

        return request;
    }

    private void CheckKey(string command, JsonObject answer)
    {
        if (answer.Text("keyId") != program.KeyId)
        {
            throw run.Invalid(command, $"it is about another key than '{program.KeyId}'");
        }
    }

    private static IEnumerable<string> Texts(JsonObject answer, string name) => answer.Elements(name)
        .Select(each => each is JsonValue value && value.TryGetValue<string>(out var text) ? text : null).OfType<string>();
}
