using System.Text.Json;

namespace Containerize.Verification;

/// <summary>Writes a verdict as JSON, for programs.</summary>
/// <remarks>Not with a serializer: that makes the tasks a quarter of a megabyte larger.</remarks>
internal static class VerdictWriter
{
    /// <summary>Writes it.</summary>
    internal static byte[] Write(Verdict verdict)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("image", verdict.Image);
            json.WriteString("digest", verdict.Digest);
            WriteTexts(json, "index", verdict.Index);
            WriteList(json, "platforms", verdict.Platforms, Write);
            WriteTexts(json, "notCompared", verdict.NotCompared);
            json.WriteBoolean("isEqual", verdict.IsEqual);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ImageVerdict image)
    {
        json.WriteString("platform", image.Platform);
        json.WriteString("sameness", image.Sameness switch
        {
            Sameness.Equal => "equal",
            Sameness.SameContent => "sameContent",
            _ => "different",
        });
        json.WriteString("digest", image.Digest);
        json.WriteString("rebuilt", image.Rebuilt);
        WriteList(json, "settings", image.Settings, Write);
        WriteList(json, "layers", image.Layers, Write);
        if (image.Source is { } source)
        {
            json.WriteStartObject("source");
            Write(json, source);
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, SettingVerdict setting)
    {
        json.WriteString("name", setting.Name);
        WriteTexts(json, "image", setting.Image);
        WriteTexts(json, "rebuilt", setting.Rebuilt);
    }

    private static void Write(Utf8JsonWriter json, LayerVerdict layer)
    {
        json.WriteString("name", layer.Name);
        WriteText(json, "image", layer.Image);
        WriteText(json, "rebuilt", layer.Rebuilt);
        json.WriteNumber("fileCount", layer.FileCount);
        WriteList(json, "files", layer.Files, Write);
        WriteText(json, "note", layer.Note);
    }

    private static void Write(Utf8JsonWriter json, FileVerdict file)
    {
        json.WriteString("path", file.Path);
        json.WriteString("origin", file.Origin);
        json.WriteString("cause", file.Cause switch
        {
            DifferenceCause.Package => "package",
            DifferenceCause.Sdk => "sdk",
            DifferenceCause.Clock => "clock",
            DifferenceCause.Path => "path",
            DifferenceCause.LineEnds => "lineEnds",
            DifferenceCause.Entry => "entry",
            DifferenceCause.Layer => "layer",
            _ => "source",
        });
        json.WriteString("detail", file.Detail);
        json.WriteNumber("others", file.Others);
    }

    private static void Write(Utf8JsonWriter json, SourceVerdict source)
    {
        WriteText(json, "commit", source.Commit);
        WriteText(json, "rebuiltCommit", source.RebuiltCommit);
        json.WriteBoolean("isDirty", source.IsDirty);
        WriteText(json, "sdk", source.Sdk);
        WriteText(json, "rebuiltSdk", source.RebuiltSdk);
        json.WriteBoolean("hasProvenance", source.HasProvenance);
        WriteList(json, "properties", source.Properties, Write);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
