using System.Text.RegularExpressions;

namespace Containerize.Testing.Registry;

/// <summary>What a path of the distribution API names.</summary>
/// <param name="Kind">The part of the registry.</param>
/// <param name="Repository">The repository, or empty.</param>
/// <param name="Reference">The digest, tag or upload behind the repository, or empty.</param>
internal sealed partial record RequestPath(RequestKind Kind, string Repository, string Reference)
{
    internal static RequestPath Parse(string path)
    {
        if (path is "/v2/" or "/v2")
        {
            return new(RequestKind.Ping, "", "");
        }

        var match = Pattern().Match(Uri.UnescapeDataString(path));
        var kind = match.Groups["kind"].Value switch
        {
            "blobs/uploads" => RequestKind.Upload,
            "blobs" => RequestKind.Blob,
            "manifests" => RequestKind.Manifest,
            "tags" => RequestKind.Tags,
            "referrers" => RequestKind.Referrers,
            _ => RequestKind.Other,
        };
        return new(kind, match.Groups["name"].Value, match.Groups["reference"].Value);
    }

    [GeneratedRegex(
        @"\A/v2/(?<name>.+)/(?:(?<kind>blobs/uploads)(?:/(?<reference>[^/]*))?|" +
            @"(?<kind>blobs|manifests|referrers)/(?<reference>[^/]+)|(?<kind>tags)/list)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
