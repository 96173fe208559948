using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace Containerize.Testing.Debian;

/// <summary>A .deb made for a test. The same calls give the same bytes.</summary>
internal sealed class TestPackage
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<(string Name, byte[] Content)> _control = [];
    private readonly MemoryStream _data = new();
    private readonly TarWriter _tar;
    private readonly StringBuilder _md5Sums = new();
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly TarEntryFormat _format;

    public TestPackage(
        string name,
        string version = "1.0",
        string architecture = "amd64",
        TarEntryFormat format = TarEntryFormat.Gnu,
        params string[] fields)
    {
        (Name, Version, Architecture, _format) = (name, version, architecture, format);
        _tar = new TarWriter(_data, format, leaveOpen: true);
        Raw(TarEntryType.Directory, "./", (UnixFileMode)0b111_101_101);
        Stanza = $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n" +
            $"Maintainer: Nobody <nobody@example.org>\n{string.Concat(fields.Select(field => field + "\n"))}Description: a test\n";
    }

    public string Name { get; }

    public string Version { get; }

    public string Architecture { get; }

    /// <summary>The control paragraph.</summary>
    public string Stanza { get; }

    /// <summary>Adds a file, and the directories above it as dpkg-deb does.</summary>
    public TestPackage File(string path, string content, UnixFileMode mode = (UnixFileMode)0b110_100_100, int user = 0, int group = 0)
    {
        Parents(path);
        var bytes = Encoding.UTF8.GetBytes(content);
        _md5Sums.Append(CultureInfo.InvariantCulture, $"d41d8cd98f00b204e9800998ecf8427e  {path}\n");
        return Raw(TarEntryType.RegularFile, "./" + path, mode, user, group, content: bytes);
    }

    public TestPackage Directory(string path)
    {
        Parents(path + "/");
        return this;
    }

    public TestPackage Link(string path, string target)
    {
        Parents(path);
        return Raw(TarEntryType.SymbolicLink, "./" + path, (UnixFileMode)0b111_111_111, target: target);
    }

    public TestPackage HardLink(string path, string target)
    {
        Parents(path);
        return Raw(TarEntryType.HardLink, "./" + path, (UnixFileMode)0b110_100_100, target: target);
    }

    /// <summary>Adds a member of <c>control.tar</c>: a script, for example.</summary>
    public TestPackage Control(string name, string content)
    {
        _control.Add((name, Encoding.UTF8.GetBytes(content)));
        return this;
    }

    /// <summary>Adds an entry as it is, however wrong.</summary>
    public TestPackage Raw(
        TarEntryType type,
        string name,
        UnixFileMode mode = (UnixFileMode)0b110_100_100,
        int user = 0,
        int group = 0,
        string? target = null,
        byte[]? content = null)
    {
        TarEntry entry = _format switch
        {
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            _ => new GnuTarEntry(type, name),
        };
        (entry.Mode, entry.Uid, entry.Gid, entry.ModificationTime) = (mode, user, group, s_time);
        if (target is not null)
        {
            entry.LinkName = target;
        }

        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        _tar.WriteEntry(entry);
        return this;
    }

    /// <summary>The .deb.</summary>
    /// <param name="compression"><c>gz</c>, <c>zst</c>, or empty for none.</param>
    public byte[] ToBytes(string compression = "gz")
    {
        _tar.Dispose();
        using var control = new MemoryStream();
        using (var tar = new TarWriter(control, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (name, content) in _control.Prepend(("md5sums", Encoding.UTF8.GetBytes(_md5Sums.ToString())))
                .Prepend(("control", Encoding.UTF8.GetBytes(Stanza))))
            {
                tar.WriteEntry(
                    new GnuTarEntry(TarEntryType.RegularFile, "./" + name)
                    {
                        DataStream = new MemoryStream(content),
                        ModificationTime = s_time,
                    });
            }
        }

        var suffix = compression.Length == 0 ? "" : "." + compression;
        return Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar" + suffix, Compress(control.ToArray(), compression)),
            ("data.tar" + suffix, Compress(_data.ToArray(), compression)));
    }

    /// <summary>An ar archive.</summary>
    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        using var archive = new MemoryStream();
        archive.Write("!<arch>\n"u8);
        foreach (var (name, content) in members)
        {
            archive.Write(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{name,-16}{0,-12}{0,-6}{0,-6}{100644,-8}{content.Length,-10}`\n")));
            archive.Write(content);
            archive.Write("\n"u8[..(content.Length % 2)]);
        }

        return archive.ToArray();
    }

    private static byte[] Compress(byte[] content, string compression)
    {
        using var output = new MemoryStream();
        using (
            Stream stream = compression switch
            {
                "gz" => new GZipStream(output, CompressionLevel.Fastest),
                "zst" => new CompressionStream(output),
                _ => output,
            })
        {
            stream.Write(content);
        }

        return output.ToArray();
    }

    private void Parents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_directories.Add(path[..slash]))
            {
                Raw(TarEntryType.Directory, $"./{path[..slash]}/", (UnixFileMode)0b111_101_101);
            }
        }
    }
}
