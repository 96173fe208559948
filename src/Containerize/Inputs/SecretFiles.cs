using System.Text;
using Containerize.Files;

namespace Containerize.Inputs;

/// <summary>Finds the files that hold secrets, so that they can be left out.</summary>
/// <param name="patterns">What tells them.</param>
internal sealed class SecretFiles(IReadOnlyList<SecretPattern> patterns)
{
    private const int BufferSize = 64 * 1024;

    // Static web assets lie beside their compressed copies, which hold the same secret.
    private static readonly string[] s_copies = [".gz", ".br"];

    /// <summary>Finds the paths of files that hold secrets, compressed copies among them.</summary>
    /// <param name="files">The files: path to match, and where the content lies.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public IReadOnlySet<string> Find(IEnumerable<NamedFile> files)
    {
        var all = files.ToList();
        var found = all.Where(file => IsSecret(file.Path, file.SourcePath)).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var copies = all.Where(file => OriginalOf(file.Path) is { } original && !IsException(file.Path)
            && (found.Contains(original) || IsSecret(original, sourcePath: null)));
        found.UnionWith(copies.Select(file => file.Path).ToList());
        return found;
    }

    private bool IsSecret(string path, string? sourcePath) =>
        !IsException(path) && patterns.Any(pattern => !pattern.IsException && pattern.Pattern.Matches(path)
            && (pattern.Contains is null || (sourcePath is not null && Holds(sourcePath, pattern.Contains))));

    private bool IsException(string path) => patterns.Any(pattern => pattern.IsException && pattern.Pattern.Matches(path));

    private static string? OriginalOf(string path) =>
        s_copies.FirstOrDefault(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } ending
            ? path[..^ending.Length]
            : null;

    private static bool Holds(string file, string text)
    {
        var wanted = Encoding.ASCII.GetBytes(text);
        try
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
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // A link to what only the image has.
            return false;
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
internal sealed record NamedFile(string Path, string SourcePath);
