using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>
/// Verifies signatures with certificates of the authorities in a trusted root. The root says what is needed besides a certificate: where
/// it names logs of certificates, a promise of one; where it names logs of signatures, an entry of one; and always a time that is
/// certified, by a log or by a time-stamp authority.
/// </summary>
internal sealed class KeylessVerifier(TrustedRoot root)
{
    /// <summary>Verifies a signature.</summary>
    /// <param name="why">Why it is refused, as a sentence without its end.</param>
    /// <returns>The certificate that says who signed; null when the signature is refused.</returns>
    internal IdentityCertificate? Verify(KeylessSignature signature, out string why)
    {
        var certificate = IdentityCertificate.Read(signature.Certificates);
        why = certificate is null ? "its certificate cannot be read"
            : RefuseSignature(signature, certificate) ?? RefuseTimes(signature, certificate) ?? "";
        if (why.Length == 0)
        {
            return certificate;
        }

        certificate?.Dispose();
        return null;
    }

    private static string? RefuseSignature(KeylessSignature signature, IdentityCertificate certificate)
    {
        try
        {
            var key = PublicKey.Import(certificate.KeyInfo, "The certificate of a signature");
            return key.Verify(signature.Signed, signature.Signature)
                ? null : "the key of its certificate did not make it";
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidSigningKey)
        {
            return "its certificate is for a kind of key that is not used";
        }
    }

    private string? RefuseTimes(KeylessSignature signature, IdentityCertificate certificate)
    {
        var times = new List<DateTimeOffset>();
        var logs = new List<TrustedLog>();
        foreach (var entry in signature.Entries)
        {
            if (RefuseEntry(entry, signature, times, logs) is { } why)
            {
                return why;
            }
        }

        if (root.HasLogs && logs.Count == 0)
        {
            return "it is in no log, and the trusted root names logs";
        }

        foreach (var stamp in signature.Timestamps)
        {
            if (stamp is null)
            {
                return "its time stamp cannot be read";
            }

            // Without authorities it cannot be judged, and says nothing.
            if (root.TimestampAuthorities.Count > 0)
            {
                if (stamp.Refuse(signature.Signature, root.TimestampAuthorities) is { } why)
                {
                    return why;
                }

                times.Add(stamp.Time);
            }
        }

        return times.Count == 0 ? "no log and no time stamp that is trusted says when it was made"
            : !logs.TrueForAll(log => times.TrueForAll(log.Period.Contains)) ? "its log was not trusted when it was made"
            : times.Select(time => certificate.RefuseAt(root, time)).FirstOrDefault(why => why is not null);
    }

    private string? RefuseEntry(LogEntry? entry, KeylessSignature signature, List<DateTimeOffset> times, List<TrustedLog> logs)
    {
        if (entry is null)
        {
            return "its entry of a log cannot be read";
        }

        // Entries of logs that are not known are passed over: a signature may be in several.
        if (root.FindLog(entry.Log) is not { } log)
        {
            return root.HasLogs && signature.Entries.Count == 1 ? "its log is none of those of the trusted root" : null;
        }

        if (!entry.IsAbout(signature))
        {
            return "its entry of a log is about another signature";
        }

        if (entry.Promise is null && entry.Proof is null)
        {
            return "its entry of a log has neither a promise nor a proof";
        }

        if (entry.Promise is not null && !entry.IsPromisedBy(log.Key))
        {
            return "its log did not promise the entry";
        }

        if (entry.Proof?.Refuse(entry.Body, entry.Log, log.Key) is { } why)
        {
            return why;
        }

        logs.Add(log);
        // A proof says nothing of the time.
        if (entry is { Promise: not null, Time: { } seconds and > 0 and < 253_402_300_800 })
        {
            times.Add(DateTimeOffset.FromUnixTimeSeconds(seconds));
        }

        return null;
    }
}
