using System.Text.RegularExpressions;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// What lies in a cache, and under which names. Only files that have such a name are listed, and so only they are ever removed: a directory
/// that holds anything else may be the user's.
/// </summary>
internal static partial class CacheFiles
{
    /// <summary>The directory of blobs.</summary>
    internal const string Blobs = "blobs";

    /// <summary>The directory of files that have no name yet.</summary>
    internal const string Temporary = "tmp";

    /// <summary>The directory of blobs of which a part was fetched.</summary>
    internal const string Parts = "parts";

    /// <summary>The directory of files that are held while something is done once.</summary>
    internal const string Locks = "locks";

    /// <summary>The directory of builds that run.</summary>
    internal const string Leases = "leases";

    /// <summary>The file whose time says when a build pruned last.</summary>
    internal const string PruneStamp = "pruned";

    // Every new file system has it.
    private const string LostAndFound = "lost+found";

    private static readonly EnumerationOptions s_all =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>All directories, relative to the cache's.</summary>
    internal static IReadOnlyList<string> Directories { get; } =
        [Blobs, Path.Combine(Blobs, "sha256"), Parts, Temporary, Locks, Leases, .. RecordKind.InCache.Select(kind => kind.Name)];

    /// <summary>Lists the blobs, parts of blobs, and records. Links are not followed.</summary>
    /// <param name="root">The cache's directory.</param>
    /// <returns>The files; those that vanish meanwhile are left out.</returns>
    internal static IEnumerable<CacheFile> List(string root) =>
        from name in (string[])[Blobs, Parts, .. RecordKind.InCache.Select(kind => kind.Name)]
        let directory = new DirectoryInfo(Path.Combine(root, name))
        where directory is { Exists: true, LinkTarget: null }
        from file in directory.EnumerateFiles("*", s_all)
        where IsName(root, file.FullName)
        let found = Look(root, file, name)
        where found is not null
        select found;

    /// <summary>Whether a directory is empty, or holds nothing that has not the name and place of a file of a cache.</summary>
    internal static bool HoldsNothingElse(string root)
    {
        var entries = new DirectoryInfo(root).EnumerateFileSystemInfos().Where(entry => entry.Name != LostAndFound).ToList();
        var directories = entries.OfType<DirectoryInfo>().ToList();
        // Earlier versions wrote no marker, and always made the directory of temporary files.
        return (directories.Count == 0 || directories.Exists(directory => directory.Name == Temporary))
            && directories.TrueForAll(directory => Directories.Contains(directory.Name) && directory.LinkTarget is null)
            && directories.SelectMany(directory => directory.EnumerateFiles("*", s_all)).Concat(entries.OfType<FileInfo>())
                .All(file => IsName(root, file.FullName));
    }

    /// <summary>Removes the locks of processes that died.</summary>
    internal static void RemoveLocks(string root)
    {
        var directory = new DirectoryInfo(Path.Combine(root, Locks));
        foreach (var file in directory is { Exists: true, LinkTarget: null } ? directory.GetFiles() : [])
        {
            if (KeyName().IsMatch(file.Name))
            {
                AbandonedFiles.TryRemove(file.FullName, () => true);
            }
        }
    }

    /// <summary>Whether a name is one that files in <c>tmp</c> have, in this version or an earlier one.</summary>
    internal static bool IsTemporary(string name) => AbandonedFiles.IsName(name) || EarlierTemporary().IsMatch(name);

    /// <summary>How the names of a blob's parts end.</summary>
    internal static string PartEnding(Digest digest) => $".{digest.Algorithm}-{digest.Hex}.part";

    // A name, and not the content: damaged files go with time as well.
    private static bool IsName(string root, string path) => Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar) switch
    {
        [PruneStamp] => true,
        [CacheMarker.FileName] => !CacheMarker.IsOthers(root),
        [var name] => AbandonedFiles.IsName(name),
        [Blobs, var algorithm, var hex] => Digest.TryParse($"{algorithm}:{hex}", out _),
        [Parts, var name] => PartName().IsMatch(name),
        [Temporary, var name] => IsTemporary(name),
        [Leases, var name] => AbandonedFiles.IsName(name) || KeyName().IsMatch(name),
        [Locks, var name] => KeyName().IsMatch(name),
        // Earlier versions had directories below some kinds, and temporary files beside the records.
        [var kind, .. { Length: 1 or 2 } rest] => RecordKind.InCache.Any(known => known.Name == kind)
            && (KeyName().IsMatch(rest[^1]) || AbandonedFiles.IsName(rest[^1])) && (rest.Length == 1 || Group().IsMatch(rest[0])),
        _ => false,
    };

    private static CacheFile? Look(string root, FileInfo file, string kind)
    {
        try
        {
            Digest? blob = kind == Blobs ? Digest.Parse($"{file.Directory!.Name}:{file.Name}") : null;
            return new CacheFile(file, kind, blob, file.Length, LastUse.Of(root, file, blob is not null));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A(?:sha256-|sha512-)?[0-9a-f]{32,128}(?:\.content|\.notes|\.files|\.lock)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyName();

    [GeneratedRegex(@"\A\.[0-9a-f]{32}\.(?:sha256|sha512)-[0-9a-f]{64,128}\.part\z", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();

    [GeneratedRegex(@"\A(?:sha256|sha512|[0-9a-f]{16})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Group();

    [GeneratedRegex(@"\A(?:[0-9]+-[0-9a-f]{32}|damaged-[0-9a-f]{64,128})\z", RegexOptions.CultureInvariant)]
    private static partial Regex EarlierTemporary();
}

/// <summary>A file of a cache.</summary>
/// <param name="File">The file.</param>
/// <param name="Kind">The directory that it lies in.</param>
/// <param name="Blob">The digest that names it; null for what is no whole blob.</param>
/// <param name="Size">Its size, in bytes.</param>
/// <param name="UsedAt">When it was last used.</param>
internal sealed record CacheFile(FileInfo File, string Kind, Digest? Blob, long Size, DateTime UsedAt)
{
    /// <summary>Whether it counts for the cache's size, as blobs and parts of them do; everything else is small.</summary>
    internal bool IsLarge => Kind is CacheFiles.Blobs or CacheFiles.Parts;
}
