using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Programs;

namespace Containerize.Starting;

/// <summary>Whether all libraries are there that are loaded by name of an ELF file, in versions that have the symbols.</summary>
/// <param name="files">The image.</param>
/// <param name="search">The loader of the program that is started.</param>
internal sealed class LibraryCheck(StartedImage files, LibrarySearch search)
{
    private const int MostShown = 4;

    // The runtime's own libraries that are loaded before the app's first line (dotnet/runtime, src/coreclr/dlls, src/native/corehost).
    private static readonly string[] s_runtime =
        ["libhostpolicy.so", "libcoreclr.so", "libclrjit.so", "libSystem.Native.so", "libSystem.Globalization.Native.so"];

    // Loaded for tracing with LTTng, and left out without a word when its library is missing
    // (src/coreclr/pal/src/misc/tracepointprovider.cpp); a program that writes dumps when the app has crashed.
    private static readonly string[] s_optional = ["libcoreclrtraceptprovider.so", "createdump"];

    /// <summary>What happens when the program that is started lacks a library.</summary>
    internal Message Failure { get; init; } = $"The image does not start";

    private readonly LoadedFiles _process = new(files, search);

    /// <summary>The program and the runtime: what they lack keeps the image from starting.</summary>
    /// <param name="program">The program that is started.</param>
    /// <param name="runtime">The directories of .NET's runtime; empty for programs without one.</param>
    internal IEnumerable<StartFinding> CheckStart(string program, IEnumerable<string> runtime)
    {
        IReadOnlyList<MissingLibrary> missing =
        [
            .. _process.Load(program),
            .. runtime.SelectMany(directory => s_runtime.Prepend("libhostfxr.so").Select(name => $"{directory}/{name}"))
                .SelectMany(path => _process.Load(path)),
        ];
        return search.IsKnown ? Report(missing, isCertain: true) : [];
    }

    /// <summary>The other native files of the app: what they lack shows when the app uses them.</summary>
    internal IEnumerable<StartFinding> CheckOthers()
    {
        var names = files.Added.Keys.Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        return search.IsKnown
            ? Report(
                [.. files.Added.Values.Where(entry => entry.Type == LayerEntryType.File && IsForThis(entry.Path))
                    // What lies beside it in the app may have been loaded before.
                    .SelectMany(entry => _process.Load("/" + entry.Path, names.Contains))],
                isCertain: false)
            : [];
    }

    /// <summary>Whether a file is one that this image loads: packages bring libraries for many platforms.</summary>
    private bool IsForThis(string path)
    {
        if (files.ProgramAt("/" + path) is not ElfFile file || s_optional.Contains(Path.GetFileName(path)))
        {
            return false;
        }

        var parts = path.Split('/');
        var at = Array.IndexOf(parts, "runtimes");
        if (at >= 0 && at + 1 < parts.Length && !IsRuntime(parts[at + 1]))
        {
            return false;
        }

        // A program with another loader, for example of musl beside one of glibc, is there for another base.
        return ProgramCheck.Fits(files.Config.Platform.Architecture, file.Kind)
            && (file.Interpreter is { } loader ? LibrarySearch.IsMusl(loader) == search.IsForMusl && files.Find(loader) is not null
                : !HasTwin(path, LibrarySearch.MadeForMusl(file) is { } isForMusl && isForMusl != search.IsForMusl));
    }

    // A package may have libraries for several systems in one directory, and load the one that fits: one for another C library, or for
    // a distribution that its name begins with (centos8-librdkafka.so). One that lies there alone is what the app loads.
    private bool HasTwin(string path, bool isForOther) => files.Added[path].Package is { } package
        && (isForOther || path.LastIndexOf('-') > path.LastIndexOf('/'))
        && files.Added.Values.Any(other => other.Package == package && other.Path != path
            && Path.GetDirectoryName(other.Path) == Path.GetDirectoryName(path)
            && (isForOther || path.EndsWith("-" + Path.GetFileName(other.Path), StringComparison.Ordinal))
            && files.ProgramAt("/" + other.Path) is ElfFile file && LibrarySearch.MadeForMusl(file) == search.IsForMusl);

    private bool IsRuntime(string identifier)
    {
        try
        {
            var platform = Platform.FromRuntimeIdentifier(identifier);
            return platform.Os == "linux" && platform.Architecture == files.Config.Platform.Architecture
                && identifier.Contains("musl", StringComparison.Ordinal) == search.IsForMusl
                // Of the C library's own kind only: 'android', 'bionic' and the like are others.
                && identifier.StartsWith("linux-", StringComparison.Ordinal)
                && !identifier.Contains("bionic", StringComparison.Ordinal);
        }
        catch (ContainerizeException)
        {
            return false;
        }
    }

    private IEnumerable<StartFinding> Report(IReadOnlyList<MissingLibrary> missing, bool isCertain)
    {
        var libraries = missing.Where(one => one.Version is null).GroupBy(one => one.Library, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (libraries.Count > 0)
        {
            var shown = string.Join("; ", libraries.Select(library => $"{library.Key} (for {Users(library)})"));
            Message what = isCertain ? Failure : $"Native code of the app will not be loaded";
            yield return new StartFinding(
                DiagnosticCode.StartLibraryMissing,
                isCertain,
                ((Message)$"{what}: it lacks {(Message)shown}.").ToString())
            {
                Lacks = [.. libraries.Select(library => library.Key)],
            };
        }

        var versions = missing.Where(one => one.Version is not null).GroupBy(one => one.Library, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (versions.Count > 0)
        {
            var shown = string.Join("; ", versions.Select(library => $"{library.Key} without {Versions(library)} (for {Users(library)})"));
            Message what = isCertain ? Failure : $"Native code of the app will not be loaded";
            yield return new StartFinding(
                DiagnosticCode.StartLibraryTooOld,
                isCertain,
                ((Message)($"{what}: the base image is older than what it was made on. It has {(Message)shown}. Choose a newer "
                    + $"release of the base image, or build the native code on the release that it runs on.")).ToString());
        }
    }

    private static string Versions(IEnumerable<MissingLibrary> missing) => string.Join(
        ", ", missing.Select(one => one.Version!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostShown));

    private string Users(IEnumerable<MissingLibrary> missing)
    {
        var users = missing.Select(one => one.By).Distinct(StringComparer.Ordinal).Select(path =>
            files.PackageOf(path) is { } package ? $"'{path}' of {package}" : $"'{path}'").ToList();
        return string.Join(", ", users.Take(MostShown)) + (users.Count > MostShown ? $" and {users.Count - MostShown} more" : "");
    }
}
