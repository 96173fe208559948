using System.Text.Json.Nodes;
using System.Text.Json;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>
/// The lock file of a project: which digest each tag of its base images means, so that every clone builds on the same bytes.
/// Sorted JSON, written by machines and kept in version control; members that others put there stay.
/// </summary>
internal sealed class BaseImageLock
{
    private const string Images = "baseImages";
    private const string Signatures = "signatures";
    private const string RuleMember = "rule";
    private const string SignerMember = "signer";
    private const string Version = "version";
    private const int CurrentVersion = 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly JsonSerializerOptions s_readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _document;

    private BaseImageLock(
        JsonObject document, IReadOnlyDictionary<string, Digest> entries, IReadOnlyList<VerifiedSignature> signatures)
    {
        _document = document;
        Entries = entries;
        VerifiedSignatures = signatures;
    }

    /// <summary>The digests by the image's full name with its tag.</summary>
    public IReadOnlyDictionary<string, Digest> Entries { get; }

    /// <summary>Which images were found signed, by what the project demanded then.</summary>
    public IReadOnlyList<VerifiedSignature> VerifiedSignatures { get; }

    /// <summary>Reads a lock file. One that does not exist is empty.</summary>
    /// <param name="path">The file, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidLockFile"/>.</exception>
    public static BaseImageLock Read(string path)
    {
        if (!RegularFile.IsThere(path))
        {
            return new(new JsonObject { [Version] = CurrentVersion }, new Dictionary<string, Digest>(), []);
        }

        try
        {
            var document = OciJson.ReadObject(RegularFile.ReadAllBytes(path), "lock file", path);
            if (document[Version] is not JsonValue version || !version.TryGetValue<int>(out var number) || number != CurrentVersion)
            {
                throw Invalid(
                    path, $"its \"{Version}\" is not {CurrentVersion}, the only one that this version of Containerize understands");
            }

            var entries = new Dictionary<string, Digest>(StringComparer.Ordinal);
            foreach (var (name, value) in document[Images] as JsonObject
                ?? (document[Images] is null ? [] : throw Invalid(path, $"its \"{Images}\" is not an object")))
            {
                entries[name] = value is JsonValue text && text.TryGetValue<string>(out var digest)
                    && Digest.TryParse(digest, out var parsed)
                    ? parsed
                    : throw Invalid(path, $"what it says of '{Printable.Clean(name)}' is not a digest");
            }

            return new(document, entries, [.. ReadSignatures(document, path)]);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            throw Invalid(path, failure.Message.TrimEnd('.'));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Invalid(path, failure.Message.TrimEnd('.'));
        }
    }

    /// <summary>
    /// Changes entries of a lock file; builds that do so at the same time lose nothing. A file that says the same already is left alone.
    /// </summary>
    /// <param name="path">The file, a full path.</param>
    /// <param name="changes">The digests by name; null removes an entry.</param>
    /// <param name="signatures">All images that were found signed; null keeps what the file says of them.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidLockFile"/>, or
    /// <see cref="DiagnosticCode.CannotWrite"/>.</exception>
    public static async Task UpdateAsync(
        string path,
        IReadOnlyDictionary<string, Digest?> changes,
        CancellationToken cancellationToken,
        IReadOnlyList<VerifiedSignature>? signatures = null)
    {
        try
        {
            using var turn = await FileLock.AcquireAsync(
                Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lock"), s_patience, cancellationToken);
            var current = Read(path);
            var entries = new SortedDictionary<string, Digest>(current.Entries.ToDictionary(), StringComparer.Ordinal);
            foreach (var (name, digest) in changes)
            {
                _ = digest is { } value ? (entries[name] = value) is { } : entries.Remove(name);
            }

            current._document[Images] =
                new JsonObject(entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value.ToString())));
            if (signatures is { Count: > 0 })
            {
                var sorted = signatures.OrderBy(each => each.Image.ToString(), StringComparer.Ordinal);
                current._document[Signatures] = new JsonObject(sorted.Select(
                    each => KeyValuePair.Create(each.Image.ToString(), (JsonNode?)Write(each))));
            }
            else if (signatures is not null)
            {
                current._document.Remove(Signatures);
            }

            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(current._document.ToJsonString(s_readable) + "\n"), durable: true);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The lock file '{Printable.Clean(path)}'");
        }
    }

    private static IEnumerable<VerifiedSignature> ReadSignatures(JsonObject document, string path)
    {
        foreach (var (image, value) in document[Signatures] as JsonObject
            ?? (document[Signatures] is null ? [] : throw Invalid(path, $"its \"{Signatures}\" is not an object")))
        {
            yield return ReadSignature(image, value)
                ?? throw Invalid(path, $"what it says of the signature of '{Printable.Clean(image)}' cannot be read");
        }
    }

    private static VerifiedSignature? ReadSignature(string image, JsonNode? value) =>
        value is JsonObject members && Digest.TryParse(image, out var digest)
        && Digest.TryParse(Text(members, RuleMember), out var rule) && Text(members, SignerMember) is { } signer
            ? new(digest, rule, signer)
            : null;

    private static JsonObject Write(VerifiedSignature signature) =>
        new() { [RuleMember] = signature.Rule.ToString(), [SignerMember] = signature.Signer };

    private static string? Text(JsonObject members, string name) =>
        members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static ContainerizeException Invalid(string path, string why) => new(
        DiagnosticCode.InvalidLockFile,
        $"The lock file '{Printable.Clean(path)}' cannot be used: {why}. Restore it from version control, or delete it and run 'dotnet " +
        $"build -t:ContainerizeLock'.");
}
