using System.Formats.Tar;
using System.IO.Compression;
using Containerize.Compression;
using Containerize.Storage;
using SharpCompress.Common;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Containerize.Debian.Packaging;

/// <summary>
/// Reads a .deb in one pass: what it says of itself first, then its files. Nothing is unpacked to disk. A .deb is read only after all of it
/// was compared with its digest, so that no decompressor sees bytes without a signature.
/// </summary>
internal sealed class DebArchive : IAsyncDisposable
{
    private const long MaxControlSize = 64L * 1024 * 1024;
    private const long MaxDataSize = 16L * 1024 * 1024 * 1024;

    private readonly Stream _file;
    private readonly ArReader _members;

    private DebArchive(Stream file, ArReader members, DebControl control)
    {
        _file = file;
        _members = members;
        Control = control;
    }

    /// <summary>What the package says of itself.</summary>
    internal DebControl Control { get; }

    /// <summary>Opens a .deb.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPackage"/> or
    /// <see cref="DiagnosticCode.PackageTooLarge"/>.</exception>
    internal static async Task<DebArchive> OpenAsync(DebFile package, CancellationToken cancellationToken)
    {
        var file = package.Blob.OpenSeekable();
        try
        {
            var members = ArReader.Open(file, package.ToString());
            CheckFormat(members, package);
            await using var control = Decompress(members, Find(members, "control.tar", package), MaxControlSize, package);
            return new DebArchive(file, members, await DebControl.ReadAsync(control.Tar, package, cancellationToken));
        }
        catch (Exception failure)
        {
            await file.DisposeAsync();
            throw IsDamage(failure) ? Damaged(package, failure) : failure;
        }
    }

    /// <summary>Opens the package's files.</summary>
    /// <param name="package">The file, for messages.</param>
    internal DebContent OpenData(DebFile package)
    {
        try
        {
            return Decompress(_members, Find(_members, "data.tar", package), MaxDataSize, package);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw Damaged(package, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    internal static ContainerizeException Invalid(string package, string what, Exception? cause = null) =>
        new(
            DiagnosticCode.InvalidPackage,
            $"The package {Printable.Clean(package)} cannot be read: {what}. Its digest is the one of the archive's index, so it was " +
            $"built like that; leave it out, or ask its maintainer.",
            cause);

    /// <summary>Whether a failure says that the bytes are not what their format wants.</summary>
    internal static bool IsDamage(Exception failure) => TarDamage.IsOne(failure) || failure is SharpCompressException;

    internal static ContainerizeException Damaged(DebFile package, Exception failure) =>
        Invalid(package.ToString(), Printable.Clean(failure.Message).TrimEnd('.'), failure);

    private static void CheckFormat(ArReader members, DebFile package)
    {
        var version = new byte[2];
        if (members.Next(out var name) is not { } member || name != "debian-binary"
            || member.ReadAtLeast(version, 2, throwOnEndOfStream: false) < 2 || !version.AsSpan().SequenceEqual("2."u8))
        {
            throw Invalid(package.ToString(), "it is no package of Debian's format 2");
        }
    }

    private static (string Name, Stream Content) Find(ArReader members, string prefix, DebFile package)
    {
        while (members.Next(out var name) is { } content)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return (name, content);
            }

            // Members whose name begins with an underscore are for others (signatures, for example).
            if (!name.StartsWith('_'))
            {
                throw Invalid(package.ToString(), $"'{Printable.Clean(name)}' stands where '{prefix}' should");
            }
        }

        throw Invalid(package.ToString(), $"it has no '{prefix}'");
    }

    private static DebContent Decompress(ArReader members, (string Name, Stream Content) member, long limit, DebFile package)
    {
        var plain = Path.GetExtension(member.Name) switch
        {
            ".tar" => member.Content,
            ".gz" => new GZipStream(member.Content, CompressionMode.Decompress),
            ".xz" => new XZStream(WithinMemory(members, member.Content, package)),
            // Its own limit is 128 MiB.
            ".zst" => new DecompressionStream(member.Content),
            _ => throw Invalid(
                package.ToString(), $"'{Printable.Clean(member.Name)}' has a compression that is not known; gzip, xz, zstd and none are"),
        };
        return new DebContent(new CappedStream(plain, limit, package));
    }

    private static Stream WithinMemory(ArReader members, Stream xz, DebFile package) =>
        XzDictionaries.Largest(xz) is var size && size <= XzDictionaries.Limit
        ? members.Again()
        : throw new ContainerizeException(
            DiagnosticCode.PackageTooLarge,
            $"Unpacking the package {package} takes {size} bytes of memory; dpkg makes none that takes more than {XzDictionaries.Limit}. " +
            $"Nothing was made from it; leave it out, or ask its maintainer to compress it with xz -9 or less.");
}

/// <summary>A package as a file.</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Blob">The .deb with the digest that the archive's index promises.</param>
internal sealed record DebFile(string Name, string Version, VerifiedFile Blob)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version}";
}

/// <summary>The files of a package.</summary>
internal sealed class DebContent(Stream tar) : IAsyncDisposable
{
    /// <summary>The uncompressed archive.</summary>
    internal Stream Tar => tar;

    /// <summary>The entries, to be read in order.</summary>
    internal TarReader Entries { get; } = new(tar, leaveOpen: true);

    public async ValueTask DisposeAsync()
    {
        await Entries.DisposeAsync();
        await tar.DisposeAsync();
    }
}
