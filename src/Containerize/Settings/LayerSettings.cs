using Containerize.Building;
using Containerize.Files;
using Containerize.Inputs;
using Containerize.Oci;
using Containerize.Registry;

namespace Containerize.Settings;

/// <summary>Reads which layers go on the base: how published files are split, what users add, and what is a secret.</summary>
internal static class LayerSettings
{
    /// <summary>How many layers there may be on the base, where a project does not say it.</summary>
    internal const int DefaultMaxLayers = 10;

    // Where debuggers are in a debug image: documented, and named by users in their editors.
    private const string DebuggerPath = "debugger";

    // What engines can stack, less a usual base.
    private const int MostLayers = 100;

    /// <param name="project">What the project says.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.MissingFile"/> or <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    internal static LayerRequest Read(ProjectSettings project, Platform platform)
    {
        var item = project.One(ItemKind.Layers);
        var run = new RunSettings(project, platform);
        var owner = AddedFileItems.Owner(item["FileOwner"], "ContainerizeFileOwner");
        var rules = new EntryRules(run.WorkingDirectory(), LayerWriting.Read(project).Time)
        {
            IsWindows = platform.IsWindows,
            Owner = owner,
        };
        var added = new AddedFileItems(project, rules);
        return new LayerRequest
        {
            Split = SettingText.Choice("The split of layers", item["Split"], LayerSplit.ByOrigin),
            Entries = rules,
            Rules = Rules(project),
            MaxLayers = MaxLayers(project),
            Secrets = new SecretRules(
                Secrets(project),
                [.. project.Of(ItemKind.Secret).SelectMany(Patterns)]),
            ProjectDirectory = project.Directory,
            Files = added.Files(withSecrets: false),
            FilesWithSecrets = added.Files(withSecrets: true),
            Debugger = Debugger(project, item["DebuggerDirectory"]),
            WritableDirectories = added.WritableDirectories(),
            User = run.User,
            Environment = run.Environment(),
            SaysOwnerOrMode = owner is not null || project.Of(ItemKind.File).Concat(project.Of(ItemKind.WritableDirectory))
                .Any(file => file["Mode"].Length + file["Owner"].Length > 0),
        };
    }

    /// <summary>The layers that the project adds.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static IReadOnlyList<LayerRule> Rules(ProjectSettings project) => [.. project.Of(ItemKind.Layer).Select(Rule)];

    /// <summary>What becomes of secrets.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static SecretPolicy Secrets(ProjectSettings project) =>
        SettingText.Choice("ContainerizeSecrets", project.One(ItemKind.Layers)["Secrets"], SecretPolicy.LeaveOut);

    /// <summary>How many layers there may be on the base.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static int MaxLayers(ProjectSettings project) => SettingText.Number(
        "ContainerizeMaxLayers", project.One(ItemKind.Layers)["MaxLayers"], DefaultMaxLayers, least: 1, MostLayers);

    /// <summary>The layers of others, bottom first; one that is named twice is there once.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="client">Fetches layers of other images.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidReference"/> or <see cref="DiagnosticCode.MissingFile"/>.
    /// </exception>
    internal static IEnumerable<ILayerSource> References(ProjectSettings project, RegistryClient client) =>
        project.Of(ItemKind.LayerReference).Select(item => Reference(project, item.Identity.Trim(), client))
            .DistinctBy(layer => (layer.Name, (layer as TarLayer)?.Path));

    private static IReadOnlyList<AddedFile> Debugger(ProjectSettings project, string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var source = Path.TrimEndingDirectorySeparator(project.FullPath(text));
        return Directory.Exists(source)
            ? [.. new AddedDirectory(source, followLinks: false).List()
                .Select(file => file with { Path = file.Path.Length == 0 ? DebuggerPath : $"{DebuggerPath}/{file.Path}" })]
            : throw new ContainerizeException(
                DiagnosticCode.MissingFile,
                $"ContainerizeDebuggerDirectory '{text}' does not exist ('{source}'). Correct the path, "
                    + $"or let the target that makes the directory run before Containerize.");
    }

    private static ILayerSource Reference(ProjectSettings project, string text, RegistryClient client)
    {
        var path = project.FullPath(text);
        if (File.Exists(path))
        {
            return new TarLayer(NameOf(text, path, project.Directory), path);
        }

        return text.Contains('@', StringComparison.Ordinal) && ImageReference.Parse(text) is { Digest: { } digest } reference
            ? new RegistryLayer(reference.Repository, digest, client)
            : throw new ContainerizeException(
                DiagnosticCode.MissingFile,
                $"ContainerizeLayerReference '{text}' does not exist ('{path}'). "
                    + $"Name a tar file, or a layer in a registry by its digest: registry/repository@sha256:….");
    }

    // The name is in the image: what a full path says of this machine would give the image another digest in each clone.
    private static string NameOf(string text, string path, string projectDirectory)
    {
        var written = text.Replace('\\', '/');
        if (!Path.IsPathRooted(written))
        {
            return written;
        }

        var relative = UnixPath.FromSystem(Path.GetRelativePath(projectDirectory, path));
        return Path.IsPathRooted(relative) || relative.StartsWith("../", StringComparison.Ordinal) ? Path.GetFileName(path) : relative;
    }

    private static LayerRule Rule(Item item)
    {
        var rule = new LayerRule(item.Identity.Trim())
        {
            Files = [.. item.List("Files").Select(FilePattern.Parse)],
            Packages = [.. item.List("Packages").Select(FilePattern.Parse)],
            Origins = [.. item.List("Origin").Select(text =>
                SettingText.Choice<FileOriginKind>("Origin", text, $"ContainerizeLayer '{item.Identity}'"))],
            Before = SettingText.NullIfEmpty(item["Before"]),
            After = SettingText.NullIfEmpty(item["After"]),
        };
        return rule.Files.Count + rule.Packages.Count + rule.Origins.Count > 0
            ? rule
            : throw SettingText.Invalid($"ContainerizeLayer '{rule.Name}' does not say what goes into it. "
                + $"Give it Files, like \"models/**;**/*.onnx\", Packages, like \"Contoso.*\", or an Origin.");
    }

    // MSBuild expands wildcards of Include to the files that there are; those of a metadata value reach us as they are.
    private static IEnumerable<SecretPattern> Patterns(Item item) =>
        (item.List("Files") is { Length: > 0 } files ? files : [item.Identity])
            .Select(pattern => SecretPattern.Parse(pattern, item.Exact("Contains")));
}
