namespace Containerize.Layers;

/// <summary>Turns published files into entries of a layer.</summary>
public static class LayerEntries
{
    private const UnixFileMode DataMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecutableMode = DataMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode LinkMode = ExecutableMode | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The entries of files below a directory of the image, owned by root, with normalised modes: 0755 for what may be executed, else 0644.</summary>
    /// <param name="files">The files.</param>
    /// <param name="rules">How they become entries.</param>
    /// <returns>One entry per file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static IReadOnlyList<LayerEntry> Of(IEnumerable<PublishedFile> files, EntryRules rules)
    {
        var prefix = rules.Directory.Trim('/');
        return [.. files.Select(file => Of(file, prefix.Length == 0 ? file.RelativePath : $"{prefix}/{file.RelativePath}", rules))];
    }

    private static LayerEntry Of(PublishedFile file, string path, EntryRules rules) => file.Type switch
    {
        LayerEntryType.Directory => new LayerEntry { Path = path, Type = LayerEntryType.Directory, Mode = ExecutableMode },
        LayerEntryType.SymbolicLink => new LayerEntry { Path = path, Type = LayerEntryType.SymbolicLink, Mode = LinkMode, LinkTarget = file.LinkTarget },
        _ when StaticAssetEndpoints.IsManifest(file) && StaticAssetEndpoints.ForImage(file.SourcePath, rules) is { } content =>
            new LayerEntry { Path = path, Type = LayerEntryType.File, Mode = DataMode, Content = content },
        _ => new LayerEntry
        {
            Path = path,
            Type = LayerEntryType.File,
            Mode = file.IsExecutable ? ExecutableMode : DataMode,
            SourcePath = file.SourcePath,
            Size = file.Size,
        },
    };
}
