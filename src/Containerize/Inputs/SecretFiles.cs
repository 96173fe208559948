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
    /// <returns>Their paths, and the secrets that were found inside; none for what the name tells.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<SecretFinding>> Find(IEnumerable<NamedFile> files)
    {
        var all = files.ToList();
        var found = new Dictionary<string, IReadOnlyList<SecretFinding>>(StringComparer.Ordinal);
        foreach (var file in all.Where(file => !IsException(file.Path)))
        {
            if (IsNamed(file.Path, file.SourcePath))
            {
                found[file.Path] = [];
            }
            else if (file.IsLookedInto && Inside(file) is { Count: > 0 } secrets)
            {
                found[file.Path] = secrets;
            }
        }

        foreach (var copy in all)
        {
            if (OriginalOf(copy.Path) is { } original
                && !found.ContainsKey(copy.Path)
                && !IsException(copy.Path)
                && (found.ContainsKey(original) || (!IsException(original) && IsNamed(original, sourcePath: null))))
            {
                found[copy.Path] = [];
            }
        }

        return found;
    }

    private bool IsNamed(string path, string? sourcePath) => _secrets.Of(path)
        .Any(pattern => pattern.Contains is null || (sourcePath is not null && Holds(sourcePath, pattern.Contains)));

    private bool IsException(string path) => _exceptions.Of(path).Any();

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
    /// <summary>Whether its content counts; else only its name does.</summary>
    internal bool IsLookedInto { get; init; }

    /// <summary>Its stamp; null when it was not looked at.</summary>
    internal FileStamp? Stamp { get; init; }
}
