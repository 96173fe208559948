using System.Buffers;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Layers.Windows;

/// <summary>
/// The tree of a layer for Windows: everything lies in <c>Files</c>, which becomes drive C:, beside <c>Hives</c>, the place of changes to
/// the registry, which this project makes none of. Names have to be such that Windows can create them.
/// </summary>
/// <remarks>
/// OCI image specification, <i>layer.md</i>, does not describe it; it is what Windows imports (hcsshim, <c>ociwclayer</c>).
/// </remarks>
internal static class WindowsTree
{
    /// <summary>The directory that becomes the drive, with a slash.</summary>
    internal const string Drive = Files + "/";

    private const string Files = "Files";
    private const string Hives = "Hives";

    // Nothing asks for permissions on Windows; one value gives the same bytes wherever the layer is made.
    private static readonly SearchValues<char> s_forbidden =
        SearchValues.Create("<>:\"|?*\\" + string.Concat(Enumerable.Range(1, 31).Select(code => (char)code)));

    private static readonly HashSet<string> s_devices = new(
        [.. new[] { "CON", "PRN", "AUX", "NUL" }, .. Enumerable.Range(0, 10)
            .SelectMany(number => new[] { $"COM{number}", $"LPT{number}" })],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Entries of an image's tree as a layer holds them.</summary>
    /// <param name="entries">The entries, by their paths on drive C:.</param>
    /// <returns>The entries, and the two directories.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPath"/> or
    /// <see cref="DiagnosticCode.DuplicatePath"/>.</exception>
    internal static IEnumerable<LayerEntry> Of(IEnumerable<LayerEntry> entries)
    {
        var all = entries.ToList();
        Check(all);
        return
        [
            new LayerEntry { Path = Files, Type = LayerEntryType.Directory, Mode = FileModes.Executable },
            .. all.Select(entry => entry with { Path = Drive + entry.Path, Mode = FileModes.Executable, UserId = 0, GroupId = 0 }),
            new LayerEntry { Path = Hives, Type = LayerEntryType.Directory, Mode = FileModes.Executable },
        ];
    }

    /// <summary>
    /// Makes sure that Windows can create every entry, and each as one of its own: it does not tell upper from lower case.
    /// </summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPath"/> or
    /// <see cref="DiagnosticCode.DuplicatePath"/>.</exception>
    internal static void Check(IEnumerable<LayerEntry> entries)
    {
        var seen = new Dictionary<string, (string Path, LayerEntry Entry)>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            if (Problem(entry) is { } problem)
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidPath, $"'{entry.Path}' ({entry.Origin}) cannot be in an image for Windows: {problem}.");
            }

            for (var path = entry.Path; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            {
                if (seen.TryAdd(path, (path, entry)))
                {
                    continue;
                }

                var other = seen[path];
                if (other.Path != path)
                {
                    throw new ContainerizeException(
                        DiagnosticCode.DuplicatePath,
                        $"'{other.Path}' ({other.Entry.Origin}) and '{path}' ({entry.Origin}) differ in case only, and Windows takes " +
                        $"them for one. Leave one out, or give both the same spelling.");
                }

                // The entry before has had the directories above checked.
                break;
            }
        }
    }

    /// <summary>
    /// Whether a path of a layer is one that Windows imports: of a drive, of the registry, or of the machine that isolates a container.
    /// </summary>
    /// <param name="path">The path; it may begin with <c>./</c>, and is <c>.</c> for the root.</param>
    internal static bool IsPlace(string path) =>
        path.Split('/').FirstOrDefault(part => part is not ("" or ".")) is null or Files or Hives or "UtilityVM";

    private static string? Problem(LayerEntry entry)
    {
        if (entry.Type is LayerEntryType.SymbolicLink or LayerEntryType.HardLink)
        {
            return "it is a link. Publish the file that it points to";
        }

        foreach (var part in entry.Path.Split('/'))
        {
            if (part.AsSpan().ContainsAny(s_forbidden))
            {
                return "names on Windows have none of the characters < > : \" | ? * \\, and no control characters. Rename it, or leave " +
                    "it out";
            }

            if (part.EndsWith(' ') || (part.EndsWith('.') && part is not ("." or "..")))
            {
                return "names on Windows do not end with a space or a dot. Rename it, or leave it out";
            }

            if (s_devices.Contains(part.Split('.')[0].TrimEnd()))
            {
                return $"'{Printable.Clean(part)}' is the name of a device on Windows. Rename it, or leave it out";
            }
        }

        return null;
    }
}
