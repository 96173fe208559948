using System.Reflection;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>
/// Has a program sign the index and the manifests of an image. It is called once for each; a manifest that it signed before is not signed
/// again until the certificates expire. What is said of an image in documents is not signed: the protocols have nothing for it.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="cache">Remembers signatures.</param>
/// <param name="time">Says when something is signed.</param>
/// <param name="reporter">Is told which key signed.</param>
internal sealed class ProgramSigner(SignerProgram program, BlobStore cache, TimeProvider time, IReporter reporter)
{
    /// <summary>What a signature says of the program that put it together.</summary>
    internal static readonly string Agent = "containerize/"
        + typeof(ProgramSigner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    /// <summary>How long the program may take.</summary>
    internal TimeSpan Timeout { get; init; } = SignerRun.Timeout;

    /// <summary>Signs: an <see cref="EvidenceSigner"/>.</summary>
    internal async Task<Evidence> SignAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var known = request.Subjects.Select(subject => new RememberedReferrers(RecordOf(subject)).Load(time.GetUtcNow())).ToList();
        // Nothing is read, and no certificate or key is loaded, where nothing is to be signed.
        var made = known.Contains(null) ? await SignMissingAsync(request.Subjects, known, cancellationToken) : [];
        return new Evidence { Referrers = [.. known.SelectMany((each, number) => each ?? made[number])] };
    }

    private async Task<Dictionary<int, IReadOnlyList<Referrer>>> SignMissingAsync(
        IReadOnlyList<Descriptor> subjects, List<IReadOnlyList<Referrer>?> known, CancellationToken cancellationToken)
    {
        if (!RegularFile.IsThere(program.Path))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidSigner, $"The program '{program.Path}' that ContainerizeSigner names is not there. Check the path.");
        }

        var key = program.ReadPublicKey();
        var run = new SignerRun(program.Path, Timeout);
        var plugin = program.IsNotationPlugin ? new NotationPlugin(program, run, time) : null;
        var made = new Dictionary<int, IReadOnlyList<Referrer>>();
        foreach (var (number, subject) in subjects.Index().Where(each => known[each.Index] is null))
        {
            IReadOnlyList<MadeSignature> signatures = plugin is not null
                ? [await plugin.SignAsync(subject, cancellationToken)]
                : await new OciArtifactSigner(program, run, key, time).SignAsync(subject, cancellationToken);
            if (key is not null && signatures.FirstOrDefault(each => each.Key != key.Digest) is { } other)
            {
                throw run.Refused(
                    subject, $"the key {other.Key} made it, and ContainerizeSignerPublicKey is the key {key.Digest}");
            }

            IReadOnlyList<Referrer> referrers = [.. signatures.Select(each => each.Referrer)];
            new RememberedReferrers(RecordOf(subject)).Save(referrers, signatures.Min(each => each.Expiry));
            made[number] = referrers;
            reporter.Message($"{subject.Digest} is signed by the key {signatures[0].Key}, by '{program.Path}'.");
        }

        return made;
    }

    private Record RecordOf(Descriptor subject) =>
        new(cache, RecordKind.Signature, $"program\n{subject.MediaType} {subject.Digest} {subject.Size}\n{program.Inputs}");
}
