using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Sites;
using Containerize.Testing;

namespace Containerize.Tests.Sites;

/// <summary>A publish directory with a site.</summary>
internal sealed class SiteLab : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HashSet<string> _files = [];

    internal static StaticSite Site { get; } = new() { Directory = "/app", Ports = [8080] };

    internal string Directory => _directory["publish"];

    internal TemporaryDirectory Folder => _directory;

    internal IReadOnlyList<PublishedFile> Published => PublishDirectory.List(
        Directory, _files.ToDictionary(file => file, _ => FileOrigin.App), new HashSet<string>());

    internal SiteLab Write(string path, string content)
    {
        _directory.Write($"publish/{path}", content);
        _files.Add(path);
        return this;
    }

    internal SiteLab WriteManifest(string endpoints) => Write("app.staticwebassets.endpoints.json", $$"""{"Endpoints":[{{endpoints}}]}""");

    /// <summary>An endpoint as the SDK writes it, as far as it is read.</summary>
    internal static string Endpoint(string route, string file, string cacheControl, string? encoding = null)
    {
        var more = encoding is null ? "" : $$""",{"Name":"Content-Encoding","Value":"{{encoding}}"}""";
        return $$"""
            {"Route":"{{route}}","AssetFile":"{{file}}","Selectors":[],
             "ResponseHeaders":[{"Name":"Cache-Control","Value":"{{cacheControl}}"}{{more}}],"EndpointProperties":[]}
            """;
    }

    internal static LayerEntry Entry(string path, string content) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = System.Text.Encoding.UTF8.GetBytes(content) };

    public void Dispose() => _directory.Dispose();
}
