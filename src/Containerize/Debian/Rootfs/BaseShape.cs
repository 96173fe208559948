using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>What lies where in a base image: a layer on top must not put a file in the place of a directory, nor a directory in that of a file.</summary>
internal sealed class BaseShape
{
    private static readonly HashSet<string> s_none = [];

    private readonly Dictionary<string, LayerEntryType> _types = new(StringComparer.Ordinal);

    /// <summary>What lies at a path; null when nothing does.</summary>
    /// <param name="path">The path, links above it followed.</param>
    internal LayerEntryType? Find(string path) => _types.TryGetValue(path, out var type) ? type : null;

    /// <summary>Puts something at a path, in the place of what is there; directories are joined.</summary>
    /// <param name="path">The path.</param>
    /// <param name="type">What it is.</param>
    internal void Add(string path, LayerEntryType type)
    {
        if (type != LayerEntryType.Directory)
        {
            Remove(path, s_none);
        }

        _types[path] = type;
        // Some builders leave the directories above their files out.
        for (var slash = path.LastIndexOf('/'); slash > 0 && _types.TryAdd(path[..slash], LayerEntryType.Directory); slash = path.LastIndexOf('/', slash - 1))
        {
        }
    }

    /// <summary>Removes what is at a path, and below it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="except">Paths below it that stay.</param>
    internal void Remove(string path, IReadOnlySet<string> except)
    {
        if (_types.Remove(path, out var type) && type == LayerEntryType.Directory)
        {
            RemoveBelow(path + "/", except);
        }
    }

    /// <summary>Removes what is below a directory.</summary>
    /// <param name="directory">The directory, ending with <c>/</c>.</param>
    /// <param name="except">Paths that stay.</param>
    internal void RemoveBelow(string directory, IReadOnlySet<string> except)
    {
        foreach (var path in _types.Keys.Where(path => path.StartsWith(directory, StringComparison.Ordinal) && !except.Contains(path)).ToList())
        {
            _types.Remove(path);
        }
    }
}
