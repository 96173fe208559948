using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;
using Containerize.Debian.Packaging;
using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>Turns the files of a package into entries of a layer, while the package is decompressed.</summary>
internal sealed class PackageEntries(RootTree tree, CaBundle certificates)
{
    private const UnixFileMode SetId = UnixFileMode.SetUser | UnixFileMode.SetGroup;

    private readonly List<string> _setUserFiles = [];

    /// <summary>Files that run with the rights of their owner or group, and not of who starts them.</summary>
    internal IReadOnlyList<string> SetUserFiles => _setUserFiles;

    /// <summary>Reads the package's files.</summary>
    /// <param name="replaced">Paths of the package that another one replaces.</param>
    /// <returns>Entries in the package's order. The content of each is to be read before the next one is asked for.</returns>
    /// <exception cref="ContainerizeException">What is refused: see the codes from <see cref="DiagnosticCode.InvalidPackage"/>
    /// on.</exception>
    internal async IAsyncEnumerable<LayerEntry> ReadAsync(
        DebFile package, IReadOnlySet<string> replaced, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var archive = await DebArchive.OpenAsync(package, cancellationToken);
        await using var data = archive.OpenData(package);
        var owner = $"the package {package}";
        while (await NextAsync(data.Entries, package, cancellationToken) is { } found)
        {
            if (found.EntryType == TarEntryType.GlobalExtendedAttributes || EntryOf(found, package) is not { Path.Length: > 0 } entry
                || replaced.Contains(entry.Path))
            {
                continue;
            }

            if (entry.Type == LayerEntryType.File && (entry.Mode & SetId) != 0)
            {
                _setUserFiles.Add($"/{entry.Path} ({package.Name})");
            }

            foreach (var placed in tree.Add(entry, owner, archive.Control))
            {
                yield return placed.Type == LayerEntryType.File && CaBundle.Wants(entry.Path)
                    ? await certificates.AddAsync(placed, entry.Path, package.Name, cancellationToken)
                    : placed;
            }
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, DebFile package, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception failure) when (DebArchive.IsDamage(failure))
        {
            throw DebArchive.Damaged(package, failure);
        }
    }

    private static LayerEntry EntryOf(TarEntry entry, DebFile package)
    {
        var path = PathOf(entry.Name, package);
        var result = new LayerEntry
        {
            Path = path,
            Type = TypeOf(entry, package),
            Mode = entry.Mode,
            UserId = entry.Uid,
            GroupId = entry.Gid,
            Package = package.ToString(),
        };
        return result.Type switch
        {
            LayerEntryType.File =>
                result with { Size = entry.Length, Stream = entry.DataStream
                    is null ? Stream.Null : new PackageStream(entry.DataStream, package) },
            LayerEntryType.HardLink => result with { LinkTarget = PathOf(entry.LinkName, package) },
            LayerEntryType.SymbolicLink when entry.LinkName.Length > 0 && !entry.LinkName.Contains('\0', StringComparison.Ordinal) =>
                result with { LinkTarget = entry.LinkName },
            LayerEntryType.SymbolicLink =>
                throw DebArchive.Invalid(package.ToString(), $"the link '{Printable.Clean(entry.Name)}' leads nowhere"),
            _ => result,
        };
    }

    private static LayerEntryType TypeOf(TarEntry entry, DebFile package) => entry.EntryType switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => LayerEntryType.File,
        TarEntryType.Directory or TarEntryType.DirectoryList => LayerEntryType.Directory,
        TarEntryType.SymbolicLink => LayerEntryType.SymbolicLink,
        TarEntryType.HardLink => LayerEntryType.HardLink,
        TarEntryType.BlockDevice or TarEntryType.CharacterDevice or TarEntryType.Fifo => throw new ContainerizeException(
            DiagnosticCode.PackageDevice,
            $"'{entry.Name}' of the package {package} is a device or a pipe, which does not belong into an image. Leave the package out."),
        _ => throw DebArchive.Invalid(package.ToString(), $"'{Printable.Clean(entry.Name)}' is neither file nor directory nor link"),
    };

    private static string PathOf(string name, DebFile package)
    {
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToList();
        var why = name.StartsWith('/') ? "it is absolute"
            : parts.Contains("..") ? "it leads out of the image"
            : name.Contains('\0', StringComparison.Ordinal) || name.Contains('\uFFFD', StringComparison.Ordinal) ? "it is not valid Unicode"
            : parts.Exists(part => Encoding.UTF8.GetByteCount(part) > 255) ? "a part of it is longer than 255 bytes"
            : Whiteout.IsIn(string.Join('/', parts)) ? "in a layer it would mean that a file is removed"
            : null;
        return why is null
            ? string.Join('/', parts)
            : throw new ContainerizeException(
                DiagnosticCode.PackagePath,
                $"The package {package} has the path '{name}', which is refused: {why}. Leave the package out, or ask its maintainer.");
    }

    /// <summary>Explains what is wrong with a package when that shows in the middle of a file.</summary>
    private sealed class PackageStream(Stream inner, DebFile package) : Files.ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (DebArchive.IsDamage(failure))
            {
                throw DebArchive.Damaged(package, failure);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
