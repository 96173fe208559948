using System.Text;
using Containerize.Programs;
using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>Finds libraries as a loader does: glibc's <c>ld.so</c> or musl's.</summary>
/// <remarks>ld.so(8), "Description", and musl's <c>ldso/dynlink.c</c>.</remarks>
internal sealed class LibrarySearch
{
    // What musl's loader has in itself, whatever libraries there are.
    private static readonly string[] s_ownOfMusl = ["libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet."];

    // Where the ABI of a processor puts glibc's loader, and where distributions keep what lies there.
    private static readonly string[] s_places = ["lib/", "lib64/", "libx32/", "usr/lib/", "usr/lib64/", "usr/libx32/"];

    private readonly StartedImage _files;
    private readonly string _loader;
    private readonly IReadOnlyList<string> _variable;
    private readonly IReadOnlyList<string> _defaults;

    /// <param name="loader">The program's loader; a program without one loads nothing.</param>
    internal LibrarySearch(StartedImage files, string loader)
    {
        _files = files;
        _loader = Path.GetFileName(loader);
        IsForMusl = IsMusl(loader);
        // A loader that really lies at another place was built with other directories of its own; musl's goes by its name. Beside musl's,
        // one of glibc is gcompat's, which hands over to musl's.
        IsKnown = IsForMusl ? loader.StartsWith("/lib/", StringComparison.Ordinal)
            : files.Resolve(loader) is var real && s_places.Any(place => real.StartsWith(place, StringComparison.Ordinal))
                && !files.NamesIn("/lib").Any(IsMusl);
        _variable = Split(files.Variables.GetValueOrDefault("LD_LIBRARY_PATH", ""));
        _defaults = IsForMusl ? OfMusl() : OfGlibc();
    }

    /// <summary>Whether it is musl's loader: it knows no versions of symbols.</summary>
    internal bool IsForMusl { get; }

    /// <summary>Whether it is known where the loader looks.</summary>
    internal bool IsKnown { get; }

    /// <summary>The directories that are looked through for every program, in order.</summary>
    internal IEnumerable<string> Directories => [.. _variable, .. _defaults];

    /// <summary>Whether a loader is that of musl.</summary>
    internal static bool IsMusl(string loader) => Path.GetFileName(loader).StartsWith("ld-musl-", StringComparison.Ordinal);

    /// <summary>Whether a library was made for musl, by what it needs; null for one that does not tell.</summary>
    internal static bool? MadeForMusl(ElfFile library) =>
        library.Needed.Any(name => name == "libc.so" || name.StartsWith("libc.musl-", StringComparison.Ordinal)) ? true
        : library.Needed.Any(name => name == "libc.so.6" || name.StartsWith("ld-linux", StringComparison.Ordinal)) ? false
        : null;

    /// <summary>Whether a library is the loader, or in it.</summary>
    internal bool IsOwn(string name) => name == _loader
        || (IsForMusl && s_ownOfMusl.Any(own => name.StartsWith(own, StringComparison.Ordinal)));

    /// <summary>Finds a library.</summary>
    /// <param name="name">Its name, or a path.</param>
    /// <param name="kind">What it has to be for; others are passed over.</param>
    /// <param name="user">The file that needs it, and those that loaded that, innermost first.</param>
    /// <returns>Its path; null when it is nowhere.</returns>
    internal string? Find(string name, ElfKind kind, IReadOnlyList<(string Path, ElfFile File)> user)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return _files.FindFile(Expand(name, user[0].Path)) is null ? null : Expand(name, user[0].Path);
        }

        var first = user[0].File;
        var inherited = first.RunPath is not null && !IsForMusl ? []
            : user.SelectMany(one => Split(one.File.RPath).Concat(IsForMusl ? Split(one.File.RunPath) : [])
                .Select(directory => Expand(directory, one.Path)));
        var own = Split(first.RunPath).Select(directory => Expand(directory, user[0].Path));
        IReadOnlyList<string> directories = [.. inherited, .. _variable, .. own, .. _defaults];
        return directories.Select(directory => $"{directory}/{name}").FirstOrDefault(path => IsLibrary(path, kind))
            // $LIB and $PLATFORM depend on how the loader was built: there it may be.
            ?? directories.FirstOrDefault(directory => directory.Contains('$', StringComparison.Ordinal));
    }

    private bool IsLibrary(string path, ElfKind kind) => _files.ProgramAt(path) switch
    {
        ElfFile library => library.Kind == kind,
        UnknownFile => true,
        _ => false,
    };

    private string Expand(string path, string origin)
    {
        var real = path.Replace("${ORIGIN}", "$ORIGIN", StringComparison.Ordinal)
            .Replace("$ORIGIN", _files.DirectoryOf(origin), StringComparison.Ordinal);
        return _files.Absolute(real);
    }

    private static string[] Split(string? paths) => paths?.Split([':', ';', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];

    private string[] OfMusl()
    {
        var configured = KeptFiles.LoaderPaths.Where(path => path.StartsWith("etc/ld-musl-", StringComparison.Ordinal))
            .Select(_files.ReadText).FirstOrDefault(text => text is not null);
        return configured is null ? ["/lib", "/usr/local/lib", "/usr/lib"] : Split(configured);
    }

    private List<string> OfGlibc()
    {
        var directories = new List<string>();
        AddConfiguration(_files.ReadText(KeptFiles.LoaderConfiguration), directories);
        foreach (var name in _files.NamesIn(KeptFiles.LoaderDirectory).Order(StringComparer.Ordinal))
        {
            AddConfiguration(_files.ReadText($"{KeptFiles.LoaderDirectory}/{name}"), directories);
        }

        // Small images have the cache, and not what it was made of: the paths in it say where the libraries are.
        foreach (var entry in Encoding.Latin1.GetString(_files.ReadBytes(KeptFiles.LoaderCache)).Split('\0'))
        {
            if (entry.StartsWith('/') && entry.Contains(".so", StringComparison.Ordinal) && entry.LastIndexOf('/') is > 0 and var slash)
            {
                directories.Add(entry[..slash]);
            }
        }

        // Debian's multiarch directories, and those of the distributions that put 64 bits into a directory of their own.
        directories.AddRange(_files.Config.Platform.Architecture switch
        {
            "amd64" => ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"],
            "arm64" => ["/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu"],
            "arm" => ["/lib/arm-linux-gnueabihf", "/usr/lib/arm-linux-gnueabihf"],
            "386" => ["/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu"],
            "ppc64le" => ["/lib/powerpc64le-linux-gnu", "/usr/lib/powerpc64le-linux-gnu"],
            "s390x" => ["/lib/s390x-linux-gnu", "/usr/lib/s390x-linux-gnu"],
            "riscv64" => ["/lib/riscv64-linux-gnu", "/usr/lib/riscv64-linux-gnu"],
            _ => (string[])[],
        });
        directories.AddRange(["/lib64", "/usr/lib64", "/lib", "/usr/lib"]);
        return [.. directories.Distinct(StringComparer.Ordinal)];
    }

    private static void AddConfiguration(string? text, List<string> directories)
    {
        foreach (var line in (text ?? "").Split('\n').Select(line => line.Split('#')[0].Trim()))
        {
            // All files of the directory that 'include' usually names are read anyway.
            if (line.StartsWith('/'))
            {
                directories.Add(line.TrimEnd('/'));
            }
        }
    }
}
