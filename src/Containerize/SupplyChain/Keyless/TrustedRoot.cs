using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using PublicKey = Containerize.SupplyChain.Signing.PublicKey;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Whose certificates, log entries and time stamps are trusted.</summary>
/// <remarks>Sigstore, <i>sigstore_trustroot.proto</i>, "TrustedRoot": the file that <c>cosign trusted-root create</c> writes.</remarks>
internal sealed class TrustedRoot : IDisposable
{
    private const int MaxFileSize = 4 * 1024 * 1024;

    private readonly List<CertificateAuthority> _authorities = [];
    private readonly List<CertificateAuthority> _timestampAuthorities = [];
    private readonly Dictionary<string, TrustedLog> _logs = [];
    private readonly Dictionary<string, TrustedLog> _certificateLogs = [];

    private TrustedRoot()
    {
    }

    /// <summary>Who certifies identities.</summary>
    internal IReadOnlyList<CertificateAuthority> Authorities => _authorities;

    /// <summary>Who certifies times.</summary>
    internal IReadOnlyList<CertificateAuthority> TimestampAuthorities => _timestampAuthorities;

    /// <summary>Whether signatures have to be in a log.</summary>
    internal bool HasLogs => _logs.Count > 0;

    /// <summary>Whether certificates have to be in a log.</summary>
    internal bool HasCertificateLogs => _certificateLogs.Count > 0;

    /// <summary>Reads the trusted root of a project that signs.</summary>
    /// <param name="path">The file, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningService"/>.</exception>
    internal static TrustedRoot Read(string path)
    {
        try
        {
            return Parse(
                RegularFile.ReadAllBytes(path, MaxFileSize), path, DiagnosticCode.InvalidSigningService, "ContainerizeSigningTrustedRoot");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Invalid(path, DiagnosticCode.InvalidSigningService, "ContainerizeSigningTrustedRoot", failure);
        }
    }

    /// <summary>Reads a trusted root.</summary>
    /// <param name="path">The file it is from, for the error message.</param>
    /// <param name="code">The code of the error when it cannot be used.</param>
    /// <param name="setting">What names the file, for the error message.</param>
    /// <exception cref="ContainerizeException">It cannot be used.</exception>
    internal static TrustedRoot Parse(byte[] content, string path, DiagnosticCode code, string setting)
    {
        var trusted = new TrustedRoot();
        try
        {
            var json = OciJson.ReadObject(content, "trusted root", $"'{path}'");
            trusted._authorities.AddRange(json.Elements("certificateAuthorities").Select(ReadAuthority));
            trusted._timestampAuthorities.AddRange(json.Elements("timestampAuthorities").Select(ReadAuthority));
            AddLogs(json.Elements("tlogs"), trusted._logs, path);
            AddLogs(json.Elements("ctlogs"), trusted._certificateLogs, path);
            return trusted._authorities.Exists(each => each.All.Any(CertificateAuthority.IsRoot))
                ? trusted : throw new FormatException("it names no authority for certificates");
        }
        catch (Exception failure) when (
            failure is CryptographicException or ArgumentNullException or FormatException or ContainerizeException)
        {
            trusted.Dispose();
            throw Invalid(path, code, setting, failure);
        }
    }

    /// <summary>Has a chain of certificates end here.</summary>
    internal void AddTo(X509ChainPolicy policy) => _authorities.ForEach(each => each.AddTo(policy));

    /// <summary>Whether a log that is trusted promised an entry, which may be new.</summary>
    /// <param name="entry">The entry, as a bundle holds it.</param>
    /// <returns>Why not, as a sentence without its end; null when it did.</returns>
    internal string? RefuseEntry(JsonObject entry) =>
        LogEntry.Read(entry) is not { } read || _logs.GetValueOrDefault(Convert.ToBase64String(read.Log)) is not { } log
            ? "its log is none of those that ContainerizeSigningTrustedRoot trusts"
            : read.IsPromisedBy(log.Key) ? null : "its log did not promise the entry";

    /// <summary>Finds a log of signatures by its name; null for one that is not trusted.</summary>
    internal TrustedLog? FindLog(byte[] name) => _logs.GetValueOrDefault(Convert.ToBase64String(name));

    /// <summary>Finds the key of a log of certificates that was trusted at a time, by its name; null for another one.</summary>
    internal PublicKey? FindCertificateLog(byte[] name, DateTimeOffset time) =>
        _certificateLogs.GetValueOrDefault(Convert.ToBase64String(name)) is { } log && log.Period.Contains(time) ? log.Key : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var authority in _authorities.Concat(_timestampAuthorities))
        {
            authority.Dispose();
        }
    }

    private static CertificateAuthority ReadAuthority(JsonNode? authority) => CertificateAuthority.Read(
        authority.Member("certChain").Elements("certificates").Select(each => each.Bytes("rawBytes")!),
        ValidityPeriod.Read(authority.Member("validFor")));

    private static void AddLogs(IEnumerable<JsonNode?> elements, Dictionary<string, TrustedLog> logs, string path)
    {
        foreach (var log in elements)
        {
            var key = log.Member("publicKey");
            logs[Convert.ToBase64String(log.Member("logId").Bytes("keyId")!)] = new(
                PublicKey.Import(key.Bytes("rawBytes")!, $"A log of '{path}'"), ValidityPeriod.Read(key.Member("validFor")));
        }
    }

    private static ContainerizeException Invalid(string path, DiagnosticCode code, string setting, Exception cause) => new(
        code,
        $"'{path}', which {setting} names, cannot be used: {cause.Message.TrimEnd('.')}. It should be the JSON of a trusted root of "
            + $"Sigstore.",
        cause);
}

/// <summary>A log that is trusted.</summary>
/// <param name="Key">What its signatures are verified with.</param>
/// <param name="Period">When it is trusted.</param>
internal sealed record TrustedLog(PublicKey Key, ValidityPeriod Period);
