using System.Globalization;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Starting;

/// <summary>
/// What was found of an image, by the digest of its config, which names the layers and most of what the check looks at, and by the rest.
/// </summary>
internal sealed class StartMemory
{
    // A new rule, or another sentence, is another version.
    private const int Rules = 7;
    private const string Certain = "certain";
    private const string Likely = "likely";

    private readonly Record _record;

    /// <param name="cache">Has the record.</param>
    /// <param name="config">The digest of the config.</param>
    /// <param name="ports">The ports that the app is to listen on; the config has those of the base as well.</param>
    /// <param name="isInvariant">What the project says and the config does not.</param>
    internal StartMemory(BlobStore cache, Digest config, IEnumerable<Port> ports, bool isInvariant) => _record = new Record(
        cache,
        RecordKind.Start,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Rules} {config} {isInvariant} {string.Join(',', ports.Select(port => $"{port.Number}/{port.Protocol}"))}"));

    /// <summary>What is known of the image; null when nothing is.</summary>
    internal IReadOnlyList<StartFinding>? Read()
    {
        if (_record.Read() is not { } text)
        {
            return null;
        }

        var found = new List<StartFinding>();
        foreach (var line in text.Split('\n').SkipLast(1))
        {
            if (line.Split('\t') is not [Certain or Likely, var code, var escaped]
                || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            found.Add(new StartFinding(
                (DiagnosticCode)number, line.StartsWith(Certain, StringComparison.Ordinal), EscapedText.Read(escaped)));
        }

        return found;
    }

    /// <summary>Keeps what was found. Failing to is no failure.</summary>
    internal void Write(IReadOnlyList<StartFinding> found) => _record.Write(string.Concat(found.Select(finding =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(finding.IsCertain ? Certain : Likely)}\t{(int)finding.Code}\t{EscapedText.Write(finding.Text)}\n"))));
}
