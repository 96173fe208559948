using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;

namespace Containerize.Settings;

/// <summary>What the image is signed with.</summary>
/// <param name="Key">Where the key is; null where a program signs.</param>
/// <param name="Program">The program that signs; null where a key does.</param>
/// <param name="IsOptional">Whether a place that takes no signature gets the image all the same.</param>
internal sealed record SigningSettings(SigningKeyPlace? Key, SignerProgram? Program, bool IsOptional)
{
    /// <summary>Reads whether and how the image is signed. No key is read, and no program started.</summary>
    /// <param name="variables">Reads environment variables.</param>
    /// <returns>How; null when it is not to be signed.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>, <see cref="DiagnosticCode.InvalidSigner"/>
    /// or <see cref="DiagnosticCode.SecretInProperty"/>.</exception>
    internal static SigningSettings? Read(ProjectSettings project, Func<string, string?> variables)
    {
        if (project.Find(ItemKind.Signing) is not { } item)
        {
            return null;
        }

        var isOptional = item.IsTrue("IsOptional");
        var (program, keyId, options, publicKey) =
            (item["Signer"], item["SignerKeyId"], item.List("SignerOptions"), item["SignerPublicKey"]);
        if (program.Length == 0)
        {
            return new(SigningKeyPlace.Parse(item["Key"], item["PasswordVariable"], project.FullPath), null, isOptional);
        }

        return item["Key"].Length == 0
            ? new(null, SignerProgram.Parse(program, keyId, options, publicKey, project.FullPath, variables("PATH")), isOptional)
            : throw new ContainerizeException(
                DiagnosticCode.InvalidSigner,
                $"ContainerizeSigner and ContainerizeSigningKey are both set: sign with a program or with a key, and remove the other.");
    }

    /// <summary>Makes the signer. Nothing is read or started before it signs.</summary>
    /// <param name="cache">Remembers signatures.</param>
    /// <param name="variables">Reads environment variables.</param>
    /// <param name="reporter">Is told who signed.</param>
    internal EvidenceSigner Create(BlobStore cache, Func<string, string?> variables, IReporter reporter) => Key is not null
        ? new ImageSigner(Key, variables, cache, reporter).SignAsync
        : new ProgramSigner(Program!, cache, TimeProvider.System, reporter).SignAsync;
}
