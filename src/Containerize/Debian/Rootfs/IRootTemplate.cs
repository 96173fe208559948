using Containerize.Debian.Model;
using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>What surrounds the files of packages in a layer: a tree from nothing, or one that a base image has.</summary>
internal interface IRootTemplate
{
    /// <summary>All of it that decides the bytes of a layer, in a word: the name of the form, and what it depends on.</summary>
    string Kind { get; }

    /// <summary>What of the base decides the bytes; null while that is not known, and the base has to be read.</summary>
    FittedBase? Fitted { get; }

    /// <summary>Packages whose scripts need not run, because the template does what they would do.</summary>
    IReadOnlySet<string> Provides { get; }

    /// <summary>The same template with what is known of the base.</summary>
    /// <param name="fitted">What is known; null for nothing.</param>
    IRootTemplate FitTo(FittedBase? fitted);

    /// <summary>What comes before the packages.</summary>
    /// <param name="tree">The tree, still empty; it is told what is known of the base.</param>
    /// <param name="directories">The names that the packages use in the root directory.</param>
    /// <returns>The entries to write.</returns>
    IEnumerable<LayerEntry> Begin(RootTree tree, IReadOnlySet<string> directories);

    /// <summary>What comes behind the packages; what one of them brought itself is left out by the tree.</summary>
    /// <param name="tree">The tree with all packages.</param>
    /// <param name="certificates">The certificate authorities that the packages brought.</param>
    /// <returns>The entries, in any order.</returns>
    Task<IReadOnlyList<LayerEntry>> EndAsync(RootTree tree, CaBundle certificates, CancellationToken cancellationToken);
}
