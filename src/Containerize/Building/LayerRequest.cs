using Containerize.Inputs;

namespace Containerize.Building;

/// <summary>Which layers go on the base, as a project wants them.</summary>
internal sealed record LayerRequest
{
    /// <summary>How published files are split that no rule takes.</summary>
    internal LayerSplit Split { get; init; }

    /// <summary>How published files become entries.</summary>
    internal required EntryRules Entries { get; init; }

    /// <summary>The layers that the project makes by pattern.</summary>
    internal IReadOnlyList<LayerRule> Rules { get; init; } = [];

    /// <summary>How many layers there may be; at least one.</summary>
    internal required int MaxLayers { get; init; }

    /// <summary>What a secret looks like, and what becomes of it.</summary>
    internal SecretRules Secrets { get; init; } = new(SecretPolicy.LeaveOut, []);

    /// <summary>The directory that patterns of secrets see files on this machine below.</summary>
    internal required string ProjectDirectory { get; init; }

    /// <summary>Files besides the published ones, unless they are secrets.</summary>
    internal IReadOnlyList<AddedFile> Files { get; init; } = [];

    /// <summary>Files besides the published ones that the project wants even if they are secrets.</summary>
    internal IReadOnlyList<AddedFile> FilesWithSecrets { get; init; } = [];

    /// <summary>What goes into the debug image besides the symbols.</summary>
    internal IReadOnlyList<AddedFile> Debugger { get; init; } = [];

    /// <summary>Directories that the app may write to.</summary>
    internal IReadOnlyList<WritableDirectory> WritableDirectories { get; init; } = [];

    /// <summary>The user that the project chose; null for the base's.</summary>
    internal string? User { get; init; }

    /// <summary>The variables that the project sets; the base's user may be named by one.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the project chose an owner or a mode of any file.</summary>
    internal bool SaysOwnerOrMode { get; init; }

    /// <summary>Whether something goes beside the app: then a base that cannot be read is an error.</summary>
    internal bool NeedsBase => Files.Count + FilesWithSecrets.Count + WritableDirectories.Count > 0;
}
