using System.Text;
using Containerize.Files;
using Containerize.Inputs.Secrets;

namespace Containerize.Inputs;

/// <summary>Finds the files that hold secrets, by their names and by their content.</summary>
/// <param name="patterns">Which names tell them.</param>
/// <param name="memory">Looks into files.</param>
internal sealed class SecretFiles(IReadOnlyList<SecretPattern> patterns, SecretMemory memory)
{
    private const int BufferSize = 64 * 1024;

    // Static web assets lie beside their compressed copies, which hold the same secret.
    private static readonly string[] s_copies = [".gz", ".br"];

    private readonly SecretNames _secrets = new(patterns.Where(pattern => !pattern.IsException));
    private readonly SecretNames _exceptions = new(patterns.Where(pattern => pattern.IsException));

    /// <summary>Finds files that hold secrets, compressed copies among them.</summary>
    /// <param name="files">The files.</param>
    /// <returns>By file, the name that it was known by, and the secrets that were found inside; none for what the name tells.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public IReadOnlyDictionary<NamedFile, FoundSecret> Find(IEnumerable<NamedFile> files)
    {
        var others = new List<NamedFile>();
        var found = new Dictionary<NamedFile, FoundSecret>(ReferenceEqualityComparer.Instance);
        var (kept, held) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var file in files)
        {
            if (file.Names.Any(name => IsNamed(_exceptions, name, file.SourcePath)))
            {
                kept.UnionWith(file.Names);
            }
            else if (Judge(file) is { } secret)
            {
                found[file] = secret;
                held.UnionWith(file.Names);
            }
            else
            {
                others.Add(file);
            }
        }

        foreach (var copy in others)
        {
            var originals = copy.Names.Select(OriginalOf).OfType<string>().ToList();
            if (!originals.Exists(IsKept) && originals.Exists(name => held.Contains(name) || IsNamed(_secrets, name, sourcePath: null)))
            {
                found[copy] = new(copy.Path, []);
            }
        }

        return found;

        bool IsKept(string name) => kept.Contains(name) || (!held.Contains(name) && IsNamed(_exceptions, name, sourcePath: null));
    }

    private FoundSecret? Judge(NamedFile file) =>
        file.Names.FirstOrDefault(name => IsNamed(_secrets, name, file.SourcePath)) is { } known ? new(known, [])
        : file.IsLookedInto && Inside(file) is { Count: > 0 } secrets ? new(file.Path, secrets)
        : null;

    private static bool IsNamed(SecretNames names, string path, string? sourcePath) => names.Of(path)
        .Any(pattern => pattern.Contains is null || (sourcePath is not null && Holds(sourcePath, pattern.Contains)));

    // What a browser gets is for everybody, and keys that it sends to Google are made for that.
    private IReadOnlyList<SecretFinding> Inside(NamedFile file)
    {
        var secrets = Read(file.SourcePath, () => memory.Find(file.SourcePath, file.Stamp), []);
        return file.Path.Split('/').Contains("wwwroot") ? [.. secrets.Where(secret => secret.Kind != SecretKind.GoogleApiKey)] : secrets;
    }

    private static string? OriginalOf(string path) =>
        s_copies.FirstOrDefault(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } ending
            ? path[..^ending.Length]
            : null;

    private static bool Holds(string file, string text)
    {
        var wanted = Encoding.ASCII.GetBytes(text);
        return Read(file, Search, otherwise: false);

        bool Search()
        {
            using var stream = RegularFile.OpenRead(file);
            var buffer = new byte[BufferSize + wanted.Length];
            for (var kept = 0; ;)
            {
                var read = stream.Read(buffer, kept, BufferSize);
                if (read == 0)
                {
                    return false;
                }

                var held = buffer.AsSpan(0, kept + read);
                if (held.IndexOf(wanted) >= 0)
                {
                    return true;
                }

                // The text may lie across two reads.
                kept = Math.Min(wanted.Length - 1, held.Length);
                held[^kept..].CopyTo(buffer);
            }
        }
    }

    private static T Read<T>(string file, Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // A link to what only the image has.
            return otherwise;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{file}' cannot be read: {failure.Message}. Check its permissions.", failure);
        }
    }
}

/// <summary>A file that may hold a secret.</summary>
/// <param name="Path">The path by which patterns tell it, with <c>/</c>.</param>
/// <param name="SourcePath">Where its content lies.</param>
internal sealed record NamedFile(string Path, string SourcePath)
{
    /// <summary>Another path by which patterns tell it; null for none.</summary>
    internal string? OtherPath { get; init; }

    /// <summary>The paths by which patterns tell it. Each may make it a secret, and each may let it in.</summary>
    internal IReadOnlyList<string> Names => OtherPath is null ? [Path] : [Path, OtherPath];

    /// <summary>Whether its content counts; else only its name does.</summary>
    internal bool IsLookedInto { get; init; }

    /// <summary>Its stamp; null when it was not looked at.</summary>
    internal FileStamp? Stamp { get; init; }
}

/// <summary>Why a file counts as a secret.</summary>
/// <param name="Name">The path that tells it.</param>
/// <param name="Findings">What was found inside; none where the path is enough.</param>
internal sealed record FoundSecret(string Name, IReadOnlyList<SecretFinding> Findings);
