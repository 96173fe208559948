using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>
/// Files that only debuggers and stack traces read: PDB files, of the app, its projects and its packages, and what is stripped from native
/// apps. Their names say it, and an app does the same without them.
/// </summary>
internal static class SymbolFiles
{
    private static readonly string[] s_endings = [".pdb", ".dbg"];

    /// <summary>Whether a published file is one.</summary>
    internal static bool IsOne(PublishedFile file) => file.Type != LayerEntryType.Directory
        && Array.Exists(s_endings, ending => file.RelativePath.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
