using System.Formats.Tar;
using System.Text;

namespace Containerize.Debian.Packaging;

/// <summary>What a package says of itself: the members of its <c>control.tar</c>.</summary>
/// <remarks>The manual page <i>deb-control(5)</i> and its neighbours.</remarks>
internal sealed class DebControl
{
    private const int MaxMemberSize = 16 * 1024 * 1024;
    private static readonly string[] s_scripts = ["preinst", "postinst"];

    private readonly Dictionary<string, byte[]> _members;

    private DebControl(Dictionary<string, byte[]> members) => _members = members;

    /// <summary>The paragraph that describes the package, as it stands in the package, ending with a line feed.</summary>
    internal byte[] Stanza => _members["control"];

    /// <summary>The MD5 sums of the package's files, as they stand in the package; null when it has none.</summary>
    internal byte[]? Md5Sums => _members.GetValueOrDefault("md5sums");

    /// <summary>The scripts that dpkg would run to install the package, by their names.</summary>
    internal IEnumerable<(string Name, string Text)> Scripts =>
        s_scripts.Where(_members.ContainsKey).Select(name => (name, Encoding.UTF8.GetString(_members[name])));

    /// <summary>The paths that <c>md5sums</c> names, relative to the root.</summary>
    internal IEnumerable<string> Paths =>
        Encoding.UTF8.GetString(Md5Sums ?? []).Split('\n').Select(line => line.Split("  ", 2)).Where(parts => parts.Length == 2)
            .Select(parts => parts[1]);

    /// <summary>Reads a field of the paragraph; lines that go on are joined.</summary>
    /// <param name="name">The field's name.</param>
    /// <returns>Its value; null when it is not there.</returns>
    internal string? Field(string name)
    {
        string? value = null;
        foreach (var line in Encoding.UTF8.GetString(Stanza).Split('\n'))
        {
            if (value is not null && (line.StartsWith(' ') || line.StartsWith('\t')))
            {
                value += " " + line.Trim();
            }
            else if (value is not null)
            {
                break;
            }
            else if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                value = line[(name.Length + 1)..].Trim();
            }
        }

        return value;
    }

    /// <summary>Reads the members.</summary>
    /// <param name="tar">The uncompressed <c>control.tar</c>.</param>
    /// <param name="package">The package, for messages.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidPackage"/> or
    /// <see cref="DiagnosticCode.PackageTooLarge"/>.</exception>
    internal static async Task<DebControl> ReadAsync(Stream tar, DebFile package, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var reader = new TarReader(tar, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (entry.DataStream is null || name.Contains('/', StringComparison.Ordinal))
                {
                    continue;
                }

                if (entry.Length > MaxMemberSize)
                {
                    throw new ContainerizeException(
                        DiagnosticCode.PackageTooLarge,
                        $"'{name}' in the package {package} has {entry.Length} bytes; no package needs more than {MaxMemberSize}. " +
                        $"Nothing was made from it.");
                }

                members[name] = new byte[entry.Length];
                await entry.DataStream.ReadExactlyAsync(members[name], cancellationToken);
            }
        }

        if (!members.TryGetValue("control", out var stanza))
        {
            throw DebArchive.Invalid(package.ToString(), "it does not say what it is (there is no 'control' in it)");
        }

        members["control"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(stanza).TrimEnd() + "\n");
        return new DebControl(members);
    }
}
