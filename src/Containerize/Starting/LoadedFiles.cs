using Containerize.Programs;

namespace Containerize.Starting;

/// <summary>The files that a process has loaded, with what could not be loaded for them.</summary>
/// <param name="files">The image.</param>
/// <param name="search">The loader of the process.</param>
internal sealed class LoadedFiles(StartedImage files, LibrarySearch search)
{
    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _loaded = new(StringComparer.Ordinal);

    /// <summary>Loads a file with all that it needs, as the loader does, or as <c>dlopen</c> does in a running process.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isPresent">Whether a library that is in no directory may have been loaded by other means.</param>
    /// <returns>What is missing; nothing for a file that loads.</returns>
    internal IReadOnlyList<MissingLibrary> Load(string path, Func<string, bool>? isPresent = null)
    {
        var missing = new List<MissingLibrary>();
        if (files.ProgramAt(path) is not ElfFile file || !_loaded.Add(files.Resolve(path)))
        {
            return missing;
        }

        var waiting = new Queue<IReadOnlyList<(string Path, ElfFile File)>>([[(path, file)]]);
        while (waiting.TryDequeue(out var chain))
        {
            var (by, elf) = chain[0];
            foreach (var name in elf.Needed.Where(name => !search.IsOwn(name) && !_byName.ContainsKey(name)))
            {
                if (search.Find(name, elf.Kind, chain) is not { } found)
                {
                    if (isPresent?.Invoke(name) != true)
                    {
                        missing.Add(new MissingLibrary(name, null, by));
                    }

                    continue;
                }

                _byName[name] = found;
                if (files.ProgramAt(found) is ElfFile library && _loaded.Add(files.Resolve(found)))
                {
                    _byName.TryAdd(library.Soname ?? name, found);
                    waiting.Enqueue([(found, library), .. chain]);
                }
            }

            missing.AddRange(search.IsForMusl ? [] : elf.Requires
                .Where(required => _byName.TryGetValue(required.Library, out var found)
                    && files.ProgramAt(found) is ElfFile { Defines: [_, ..] defined } && !defined.Contains(required.Version))
                .Select(required => new MissingLibrary(required.Library, required.Version, by)));
        }

        return missing;
    }
}

/// <summary>What a file cannot be loaded without.</summary>
/// <param name="Library">The library.</param>
/// <param name="Version">The version of symbols that the library there does not have; null when there is no library.</param>
/// <param name="By">The file that needs it.</param>
internal sealed record MissingLibrary(string Library, string? Version, string By);
