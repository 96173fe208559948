using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Keyless;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;

namespace Containerize.Settings;

/// <summary>What the image is signed with: a key, a program, or an identity.</summary>
/// <param name="IsOptional">Whether a place that takes no signature gets the image all the same.</param>
/// <param name="Create">Makes the signer, of the cache that remembers signatures, of what reads environment variables, and of who is told
/// who signed. Nothing is read, started or asked before it signs.</param>
internal sealed record SigningSettings(bool IsOptional, Func<BlobStore, Func<string, string?>, IReporter, EvidenceSigner> Create)
{
    /// <summary>Reads whether and how the image is signed. No key is read, no program started, and no service asked.</summary>
    /// <param name="variables">Reads environment variables.</param>
    /// <returns>How; null when it is not to be signed.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>, <see cref="DiagnosticCode.InvalidSigner"/>,
    /// <see cref="DiagnosticCode.InvalidSigningService"/> or <see cref="DiagnosticCode.SecretInProperty"/>.</exception>
    internal static SigningSettings? Read(ProjectSettings project, Func<string, string?> variables)
    {
        if (project.Find(ItemKind.Signing) is not { } item)
        {
            return null;
        }

        var (key, passwordVariable, identity) = (item["Key"], item["PasswordVariable"], item["IdentityToken"]);
        var (program, keyId, options, publicKey) =
            (item["Signer"], item["SignerKeyId"], item.List("SignerOptions"), item["SignerPublicKey"]);
        var (fulcio, rekor, timestamp, root) = (item["Fulcio"], item["Rekor"], item["Timestamp"], item["TrustedRoot"]);
        var isOptional = item.IsTrue("IsOptional");
        if (new[] { key, program, identity }.Count(each => each.Length > 0) > 1)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidSigner,
                $"Of ContainerizeSigningKey, ContainerizeSigner and ContainerizeSigningIdentity more than one is set. "
                    + $"Sign with a key, with a program or for an identity, and remove the others.");
        }

        if (program.Length > 0)
        {
            var signer = SignerProgram.Parse(program, keyId, options, publicKey, project.FullPath, variables("PATH"));
            return new(isOptional, (cache, _, reporter) => new ProgramSigner(signer, cache, TimeProvider.System, reporter).SignAsync);
        }

        if (identity.Length > 0)
        {
            var source = IdentitySource.Parse(identity, project.FullPath);
            var services = SigningServices.Parse(fulcio, rekor, timestamp, root, project.FullPath);
            var reached = ReadOptions(project);
            return new(
                isOptional,
                (cache, environment, reporter) =>
                    new KeylessSigner(services, source, reached, environment, cache, reporter).SignAsync);
        }

        var place = SigningKeyPlace.Parse(key, passwordVariable, project.FullPath);
        return new(isOptional, (cache, environment, reporter) => new ImageSigner(place, environment, cache, reporter).SignAsync);
    }

    private static ServiceOptions ReadOptions(ProjectSettings project)
    {
        var item = project.One(ItemKind.Registries);
        return new ServiceOptions
        {
            IsOffline = item.IsTrue("Offline"),
            CertificateFiles = RegistrySettings.CertificateFiles(project),
            MaxRetries = RegistrySettings.Retries(item),
        };
    }
}
