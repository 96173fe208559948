namespace Containerize.Histories;

/// <summary>Files that a layer takes together: those of a package, of a directory, or some that a project names.</summary>
/// <param name="Layer">The layer that they are in by default.</param>
/// <param name="Package">The id of their package; null for the project's own files.</param>
/// <param name="Patterns">Patterns of the project's own files; none for files that cannot be named, and stay where they are.</param>
/// <param name="Changes">For each image but the first: whether they are others than in the image before.</param>
/// <param name="Sizes">For each image but the first: what they add to a compressed layer, in bytes.</param>
internal sealed record FileUnit(
    string Layer, string? Package, IReadOnlyList<string> Patterns, IReadOnlyList<bool> Changes, IReadOnlyList<long> Sizes)
{
    /// <summary>Whether an item of a project can put them into another layer.</summary>
    internal bool IsMovable => Package is not null || Patterns.Count > 0;

    /// <summary>In how many images they changed.</summary>
    internal int ChangeCount => Changes.Count(change => change);

    /// <summary>What people call them.</summary>
    internal string Name => Package ?? (Patterns.Count > 0 ? Patterns[0] : Layer);

    /// <summary>Changes as a text that tells two of them apart.</summary>
    internal string ChangeKey => string.Concat(Changes.Select(change => change ? '1' : '0'));
}
