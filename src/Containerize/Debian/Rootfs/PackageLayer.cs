using System.Runtime.CompilerServices;
using Containerize.Debian.Model;
using Containerize.Debian.Packaging;
using Containerize.Files;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Storage;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// A layer of packages: their files in the order of the packages, then what dpkg would note of them. It streams from the .deb files into
/// the layer; nothing is unpacked to disk, and nothing of a package is run.
/// </summary>
internal sealed class PackageLayer
{
    private const string Maker = "Containerize itself";

    /// <summary>The packages, in the order of the lock.</summary>
    internal required IReadOnlyList<DebFile> Packages { get; init; }

    /// <summary>The tree that the packages are put into.</summary>
    internal required IRootTemplate Template { get; init; }

    /// <summary>What the base has; null when the template knows what matters of it.</summary>
    internal BaseFiles? Base { get; init; }

    /// <summary>Writes the layer.</summary>
    /// <param name="store">Takes the bytes.</param>
    /// <returns>The layer, what users should know of it, and what of the base decided its bytes.</returns>
    /// <exception cref="ContainerizeException">What is refused: see the codes from <see cref="DiagnosticCode.InvalidPackage"/>
    /// on.</exception>
    internal async Task<(LayerRecord Layer, PackageNotes Notes, FittedBase Fitted)> WriteAsync(
        BlobStore store, LayerOptions options, CancellationToken cancellationToken)
    {
        var controls = new List<DebControl>();
        foreach (var package in Packages)
        {
            await using var archive = await DebArchive.OpenAsync(package, cancellationToken);
            controls.Add(archive.Control);
        }

        var tree = new RootTree { Base = Base };
        var certificates = new CaBundle();
        var files = new PackageEntries(tree, certificates);
        var layer = await LayerWriter.WriteInOrderAsync(
            ReadAsync(controls, tree, certificates, files, cancellationToken), store, options, cancellationToken);
        return (layer, new PackageNotes([.. MissingEffects(controls, certificates)], [.. files.SetUserFiles.Select(Printable.Clean)]), tree.Fitted);
    }

    private async IAsyncEnumerable<LayerEntry> ReadAsync(
        IReadOnlyList<DebControl> controls,
        RootTree tree,
        CaBundle certificates,
        PackageEntries files,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directories = controls.SelectMany(control => control.Paths).Select(path => path.Split('/', 2)[0])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Template.Begin(tree, directories).SelectMany(entry => tree.Add(entry, Maker)))
        {
            yield return entry;
        }

        var replaced = Replacements.Find([.. Packages.Zip(controls)]);
        for (var index = 0; index < Packages.Count; index++)
        {
            await foreach (var entry in files.ReadAsync(Packages[index], replaced[index], cancellationToken))
            {
                yield return entry;
            }
        }

        var end = Packages.Zip(controls).SelectMany(pair => Status(pair.First, pair.Second))
            .Concat(await Template.EndAsync(tree, certificates, cancellationToken));
        foreach (var entry in end.OrderBy(entry => entry.Path, StringComparer.Ordinal).SelectMany(entry => tree.Add(entry, Maker)))
        {
            yield return entry;
        }
    }

    // The form of distroless images, which scanners know: a file per package, independent of what the base says in its own 'status'.
    private static IEnumerable<LayerEntry> Status(DebFile package, DebControl control)
    {
        yield return File($"var/lib/dpkg/status.d/{package.Name}", control.Stanza);
        if (control.Md5Sums is { } sums)
        {
            yield return File($"var/lib/dpkg/status.d/{package.Name}.md5sums", sums);
        }
    }

    private static LayerEntry File(string path, byte[] content) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = content };

    private IEnumerable<string> MissingEffects(IReadOnlyList<DebControl> controls, CaBundle certificates) => Packages.Zip(controls)
        .Where(pair => !Template.Provides.Contains(pair.First.Name))
        .Select(pair => (pair.First.Name, Effects: MaintainerScripts.MissingEffects(pair.Second, certificates.IsOf(pair.First.Name))))
        .Where(package => package.Effects.Count > 0)
        .Select(package => $"{Printable.Clean(package.Name)} ({string.Join("; ", package.Effects.Select(Printable.Clean))})");
}
