using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Containerize.Debian.Packaging;

/// <summary>Reads an <c>ar</c> archive from begin to end, the outer form of a .deb.</summary>
/// <remarks>The manual page <i>deb(5)</i>.</remarks>
internal sealed class ArReader
{
    private const int HeaderSize = 60;

    private readonly Stream _archive;
    private readonly string _name;
    private long _next;
    private long _size;

    private ArReader(Stream archive, string name)
    {
        _archive = archive;
        _name = name;
        _next = archive.Position;
    }

    /// <summary>Begins to read.</summary>
    /// <param name="archive">The archive; the caller disposes it.</param>
    /// <param name="name">What the archive is called, for messages.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPackage"/>.</exception>
    internal static ArReader Open(Stream archive, string name)
    {
        var magic = new byte[8];
        return archive.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length
            && magic.AsSpan().SequenceEqual("!<arch>\n"u8)
            ? new ArReader(archive, name)
            : throw DebArchive.Invalid(name, "it is no ar archive");
    }

    /// <summary>Goes on to the next member, past what was not read of the last one.</summary>
    /// <param name="member">The member's name.</param>
    /// <returns>The member's content; null at the end.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPackage"/>.</exception>
    internal Stream? Next(out string member)
    {
        _archive.Position = _next;
        member = "";
        var header = new byte[HeaderSize];
        var read = _archive.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        if (read < HeaderSize || BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(58)) != 0x600a
            || !long.TryParse(Encoding.ASCII.GetString(header, 48, 10)
                .TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw DebArchive.Invalid(_name, "a header inside it is damaged");
        }

        member = Encoding.ASCII.GetString(header, 0, 16).TrimEnd().TrimEnd('/');
        // Members begin at even offsets.
        _next = _archive.Position + size + (size & 1);
        _size = size;
        return new MemberStream(_archive, size, _name);
    }

    /// <summary>Goes back to the begin of the member that <see cref="Next"/> gave.</summary>
    /// <returns>The member's content once more.</returns>
    internal Stream Again()
    {
        _archive.Position = _next - _size - (_size & 1);
        return new MemberStream(_archive, _size, _name);
    }

    /// <summary>One member; it must be as long as its header says.</summary>
    private sealed class MemberStream(Stream archive, long size, string name) : Files.ForwardStream
    {
        private readonly long _size = size;
        private long _left = size;

        /// <summary>Decompressors ask how far they are.</summary>
        public override long Position
        {
            get => _size - _left;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, _left)];
            var count = archive.Read(buffer);
            if (count == 0 && buffer.Length > 0)
            {
                throw DebArchive.Invalid(name, "it ends too early");
            }

            _left -= count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(Read(buffer.Span));
        }
    }
}
