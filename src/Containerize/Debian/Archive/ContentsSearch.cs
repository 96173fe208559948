using System.Text;
using Containerize.Debian.Model;

namespace Containerize.Debian.Archive;

/// <summary>A package that has a file with a library's name.</summary>
/// <param name="Library">The library.</param>
/// <param name="Directory">Where the file is, without a slash at either end.</param>
/// <param name="Component">The component of the archive that the package is in; null when the list does not say.</param>
/// <param name="Section">The section: <c>libs</c>.</param>
/// <param name="Package">The package.</param>
internal sealed record ContentsHit(string Library, string Directory, string? Component, string Section, string Package);

/// <summary>
/// Looks for files in a list of what packages have (<c>Contents</c>): a line has a path, blanks, and the packages, parted by commas. Such a
/// list has up to a gigabyte, so it is searched as it is unpacked.
/// </summary>
/// <param name="libraries">The names of the files.</param>
internal sealed class ContentsSearch(IReadOnlyList<string> libraries)
{
    private const int BufferSize = 1024 * 1024;

    private readonly IReadOnlyList<(string Library, byte[] Bytes)> _names =
        [.. libraries.Select(library => (library, Encoding.UTF8.GetBytes("/" + library)))];

    /// <summary>Searches a list.</summary>
    /// <exception cref="InvalidDataException">It is no list of files.</exception>
    internal IReadOnlyList<ContentsHit> In(Stream plain, CancellationToken cancellationToken)
    {
        var hits = new List<ContentsHit>();
        var buffer = new byte[BufferSize];
        var kept = 0;
        for (int count; (count = plain.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var filled = kept + count;
            var whole = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            Search(buffer.AsSpan(0, whole), hits);
            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            kept = filled - whole;
            if (kept == buffer.Length)
            {
                throw new InvalidDataException($"it has a line of more than {kept} bytes");
            }
        }

        Search(buffer.AsSpan(0, kept), hits);
        return hits;
    }

    private void Search(ReadOnlySpan<byte> lines, List<ContentsHit> hits)
    {
        foreach (var (library, name) in _names)
        {
            var rest = lines;
            while (rest.IndexOf(name) is >= 0 and var at)
            {
                var begin = rest[..at].LastIndexOf((byte)'\n') + 1;
                var length = rest[at..].IndexOf((byte)'\n');
                var line = length < 0 ? rest[begin..] : rest[begin..(at + length)];
                var packages = line[(at - begin + name.Length)..];
                if (packages.Length > 0 && packages[0] is (byte)' ' or (byte)'\t')
                {
                    Read(library, Encoding.UTF8.GetString(line[..(at - begin)]), Encoding.UTF8.GetString(packages).Trim(), hits);
                }

                rest = length < 0 ? [] : rest[(at + length)..];
            }
        }
    }

    private static void Read(string library, string directory, string packages, List<ContentsHit> hits)
    {
        foreach (var place in packages.Split(','))
        {
            var parts = place.Split('/');
            // A blank in it: the name was a part of a path.
            if (parts is [.., var section, var package] && SharedLibrary.IsPackage(package)
                && !section.Contains(' ', StringComparison.Ordinal))
            {
                hits.Add(new ContentsHit(
                    library, directory.TrimStart('.').Trim('/'), parts.Length > 2 ? parts[0] : null, section, package));
            }
        }
    }
}
