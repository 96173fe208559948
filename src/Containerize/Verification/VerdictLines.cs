namespace Containerize.Verification;

/// <summary>A verdict as people read it.</summary>
internal static class VerdictLines
{
    private const int MaxFiles = 20;

    /// <summary>One line for what is equal; else a line for each thing that differs.</summary>
    internal static IReadOnlyList<Message> Of(Verdict verdict)
    {
        if (verdict.IsEqual)
        {
            return [verdict.NotCompared.Count == 0
                ? $"{verdict.Image} is equal to what was rebuilt, to the byte: {verdict.Digest}"
                : $"the image for {verdict.Platforms[0].Platform} of {verdict.Image} is equal to what was rebuilt, to the byte: "
                    + $"{verdict.Digest}; not compared: {string.Join(", ", verdict.NotCompared)}"];
        }

        return
        [
            $"{verdict.Image} ({verdict.Digest}) is not what was rebuilt",
            .. verdict.Index.Select(text => (Message)$"  index: {text}"),
            .. verdict.Platforms.SelectMany(Of),
            .. verdict.NotCompared.Select(platform => (Message)$"  not compared: {platform}"),
        ];
    }

    /// <summary>The sentence of the error.</summary>
    internal static Message Summary(Verdict verdict) =>
        verdict.Platforms.All(platform => platform.Sameness != Sameness.Different)
            ? $"{verdict.Image} holds what was rebuilt, and is stored or annotated in another way: {verdict.Digest} is not the digest of "
                + $"the rebuild. The lines above say what differs."
            : $"{verdict.Image} is not what was rebuilt: {FirstCause(verdict)}. The lines above say what differs, layer by layer, and why.";

    /// <summary>What people call a cause.</summary>
    internal static string Word(DifferenceCause cause) => cause switch
    {
        DifferenceCause.Package => "another package version",
        DifferenceCause.Sdk => "another SDK or runtime",
        DifferenceCause.Clock => "a clock or a random number",
        DifferenceCause.Path => "the path of a directory",
        DifferenceCause.LineEnds => "line ends",
        DifferenceCause.Entry => "mode, owner or target",
        DifferenceCause.Layer => "another layer",
        _ => "other sources",
    };

    private static Message FirstCause(Verdict verdict)
    {
        var platforms = verdict.Platforms.Where(platform => platform.Sameness == Sameness.Different).ToList();
        var layers = platforms.SelectMany(platform => platform.Layers).ToList();
        return layers.SelectMany(layer => layer.Files).FirstOrDefault() is { } file ? $"{file.Path} of {file.Origin}, {Word(file.Cause)}"
            : layers.FirstOrDefault(layer => layer.Note is not null) is { } noted ? $"{noted.Note}"
            : platforms.SelectMany(platform => platform.Settings).FirstOrDefault() is { } setting ? $"{setting.Name} differs"
            : (Message)"its documents differ";
    }

    private static IEnumerable<Message> Of(ImageVerdict image)
    {
        if (image.Sameness == Sameness.Equal)
        {
            return [$"  {image.Platform}: equal, to the byte"];
        }

        return
        [
            image.Sameness == Sameness.SameContent
                ? $"  {image.Platform}: the same content, but the digest is {image.Digest}, and that of the rebuild {image.Rebuilt}"
                : $"  {image.Platform}: {image.Digest}, rebuilt as {image.Rebuilt}",
            .. image.Source is { } source ? Of(source) : [],
            .. image.Settings.SelectMany(Of),
            .. image.Layers.SelectMany(Of),
        ];
    }

    private static IEnumerable<Message> Of(SourceVerdict source)
    {
        if (source.Commit is { } commit && commit != source.RebuiltCommit)
        {
            yield return $"    source: commit {commit} in the image, {source.RebuiltCommit ?? "none that is known"} in the rebuild; "
                + $"verify from a checkout of the first";
        }

        if (source.IsDirty)
        {
            yield return "    source: the working tree has changes that are not committed";
        }

        if (source.Sdk is { } sdk && sdk != source.RebuiltSdk)
        {
            yield return $"    SDK: {sdk} in the image, {source.RebuiltSdk ?? "unknown"} in the rebuild; global.json selects one";
        }

        foreach (var property in source.Properties)
        {
            yield return property.Image is [var value]
                ? $"    property: the provenance names {property.Name}={value}, and here it is "
                    + $"{(property.Rebuilt is [var other] ? $"'{other}'" : "not set")}; pass -p:{property.Name}={value}"
                : (Message)$"    property: {property.Name}={property.Rebuilt[0]} is set here, and was not for the image";
        }
    }

    private static IEnumerable<Message> Of(SettingVerdict setting) =>
        setting.Image.Select(value => (Message)$"    {setting.Name}: only in the image: {value}")
            .Concat(setting.Rebuilt.Select(value => (Message)$"    {setting.Name}: only in the rebuild: {value}"));

    private static IEnumerable<Message> Of(LayerVerdict layer)
    {
        var head = layer.FileCount == 0 ? "" : layer.FileCount == 1 ? ": one file differs" : $": {layer.FileCount} files differ";
        yield return $"    layer {layer.Name}{head}{(layer.Note is null ? "" : ": ")}{layer.Note}";
        foreach (var file in layer.Files.Take(MaxFiles))
        {
            yield return $"      {file.Path} ({file.Origin}): {Word(file.Cause)}: {file.Detail}"
                + $"{(file.Others == 0 ? "" : $"; and {file.Others} more {(file.Others == 1 ? "file" : "files")} for this reason")}";
        }
    }
}
