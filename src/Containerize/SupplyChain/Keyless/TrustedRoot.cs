using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using PublicKey = Containerize.SupplyChain.Signing.PublicKey;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Whose certificates, log entries and time stamps are trusted.</summary>
/// <remarks>Sigstore, <i>sigstore_trustroot.proto</i>, "TrustedRoot": the file that <c>cosign trusted-root create</c> writes. That of <c>gh
/// attestation trusted-root</c> has several, one a line.</remarks>
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
        const string Setting = "ContainerizeSigningTrustedRoot";
        try
        {
            var all = Parse(RegularFile.ReadAllBytes(path, MaxFileSize), path, DiagnosticCode.InvalidSigningService, Setting);
            if (all is [var root])
            {
                return root;
            }

            all.ForEach(each => each.Dispose());
            throw Invalid(path, DiagnosticCode.InvalidSigningService, Setting, new FormatException(
                "it holds several trusted roots; leave the line with the one of your services"));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Invalid(path, DiagnosticCode.InvalidSigningService, Setting, failure);
        }
    }

    /// <summary>Reads the trusted roots of a file: one, or one a line. Each is trusted by itself.</summary>
    /// <param name="path">The file it is from, for the error message.</param>
    /// <param name="code">The code of the error when it cannot be used.</param>
    /// <param name="setting">What names the file, for the error message.</param>
    /// <exception cref="ContainerizeException">One cannot be used.</exception>
    internal static List<TrustedRoot> Parse(byte[] content, string path, DiagnosticCode code, string setting)
    {
        var all = new List<TrustedRoot>();
        try
        {
            foreach (var json in Documents(content))
            {
                var trusted = new TrustedRoot();
                all.Add(trusted);
                trusted.Add(OciJson.ReadObject(json, "trusted root", $"'{path}'"), path);
            }

            return all;
        }
        catch (Exception failure) when (
            failure is CryptographicException or ArgumentNullException or FormatException or ContainerizeException)
        {
            all.ForEach(each => each.Dispose());
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

    // Lines that are documents of their own; or one document, whose lines are none.
    private static List<byte[]> Documents(byte[] content)
    {
        var lines = new List<byte[]>();
        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            var line = content.AsSpan(start, length < 0 ? content.Length - start : length).Trim(" \t\r"u8);
            if (!line.IsEmpty)
            {
                lines.Add(line.ToArray());
            }

            start = length < 0 ? content.Length : start + length + 1;
        }

        return lines.Count > 1 && OciJson.TryReadObject(lines[0]) is not null ? lines : [content];
    }

    private void Add(JsonObject json, string path)
    {
        _authorities.AddRange(json.Elements("certificateAuthorities").Select(ReadAuthority));
        _timestampAuthorities.AddRange(json.Elements("timestampAuthorities").Select(ReadAuthority));
        AddLogs(json.Elements("tlogs"), _logs, path);
        AddLogs(json.Elements("ctlogs"), _certificateLogs, path);
        if (!_authorities.Exists(each => each.All.Any(CertificateAuthority.IsRoot)))
        {
            throw new FormatException("it names no authority for certificates");
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
