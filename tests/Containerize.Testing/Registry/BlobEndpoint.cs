using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>Serves blobs: HEAD, GET with ranges, DELETE.</summary>
/// <remarks>OCI distribution specification, "Pulling blobs".</remarks>
internal sealed partial class BlobEndpoint(TestRegistryOptions options, RegistryContent content)
{
    internal Reply Serve(Exchange exchange)
    {
        var request = exchange.Request;
        if (!Digest.TryParse(request.Reference, out var digest))
        {
            return Reply.Error(400, "DIGEST_INVALID");
        }

        if (!content.TryGet(request.Repository, out var repository) || !repository.Blobs.TryGetValue(digest, out var blob))
        {
            return Reply.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        }

        switch (request.Method)
        {
            case "GET" or "HEAD":
                var whole = new Reply(200).WithBody(blob, "application/octet-stream").With("Docker-Content-Digest", digest.ToString())
                    .With("Accept-Ranges", "bytes");
                return request.Method == "GET" && exchange.Header("Range") is { } range ? Cut(whole, range) : whole;
            case "DELETE" when options.Deletes:
                repository.Blobs.TryRemove(digest, out _);
                return new Reply(202);
            default:
                return Reply.Error(405, "UNSUPPORTED");
        }
    }

    private static Reply Cut(Reply whole, string range)
    {
        var size = whole.Body.Length;
        var match = RangePattern().Match(range);
        if (!match.Success)
        {
            // RFC 9110, 14.2: a range that is not understood is ignored.
            return whole;
        }

        var hasFirst = long.TryParse(match.Groups["first"].Value, CultureInfo.InvariantCulture, out var first);
        var hasLast = long.TryParse(match.Groups["last"].Value, CultureInfo.InvariantCulture, out var last);
        if (!hasFirst && !hasLast)
        {
            return whole;
        }

        (first, last) = hasFirst ? (first, hasLast ? Math.Min(last, size - 1) : size - 1) : (Math.Max(0, size - last), size - 1);
        return first >= size || last < first
            ? Reply.Error(416, "SIZE_INVALID", "range not satisfiable").With("Content-Range", $"bytes */{size}")
            : (whole with { Status = 206 }).WithBody(whole.Body.Slice((int)first, (int)(last - first + 1)))
            .With("Content-Range", $"bytes {first}-{last}/{size}");
    }

    [GeneratedRegex(@"\Abytes=(?<first>[0-9]*)-(?<last>[0-9]*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RangePattern();
}
