using System.Globalization;
using System.Text;

namespace Containerize.Sites;

/// <summary>What browsers are told that files are, by extension. All others are bytes.</summary>
internal static class MediaTypes
{
    private static readonly (string Type, string Extensions)[] s_types =
    [
        ("application/atom+xml", "atom"),
        ("application/gzip", "gz"),
        ("application/json", "json map"),
        ("application/manifest+json", "webmanifest"),
        // What a browser app consists of, besides WebAssembly: assemblies, their symbols, and data of ICU and time zones.
        ("application/octet-stream", "bin blat dat dll pdb symbols webcil"),
        ("application/pdf", "pdf"),
        ("application/rss+xml", "rss"),
        ("application/vnd.ms-fontobject", "eot"),
        ("application/wasm", "wasm"),
        ("application/xhtml+xml", "xhtml"),
        ("application/zip", "zip"),
        ("audio/flac", "flac"),
        ("audio/mp4", "m4a"),
        ("audio/mpeg", "mp3"),
        ("audio/ogg", "oga ogg opus"),
        ("audio/wav", "wav"),
        ("font/otf", "otf"),
        ("font/ttf", "ttf"),
        ("font/woff", "woff"),
        ("font/woff2", "woff2"),
        ("image/avif", "avif"),
        ("image/gif", "gif"),
        ("image/jpeg", "jpeg jpg"),
        ("image/png", "png"),
        ("image/svg+xml", "svg"),
        ("image/webp", "webp"),
        ("image/x-icon", "ico"),
        ("text/calendar", "ics"),
        ("text/css", "css"),
        ("text/csv", "csv"),
        ("text/html", "htm html"),
        ("text/javascript", "js mjs"),
        ("text/markdown", "md"),
        ("text/plain", "txt"),
        ("text/vtt", "vtt"),
        ("text/xml", "xml"),
        ("video/mp4", "m4v mp4"),
        ("video/webm", "webm"),
    ];

    /// <summary>The block of the configuration.</summary>
    internal static string Write()
    {
        var text = new StringBuilder("  types {\n");
        foreach (var (type, extensions) in s_types)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {type} {extensions};\n");
        }

        return text.Append("  }\n").ToString();
    }
}
