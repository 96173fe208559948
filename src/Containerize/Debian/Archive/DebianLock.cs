using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Json;
using Containerize.Debian.Model;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Debian.Archive;

/// <summary>
/// Which packages a project's images have, to the byte: <c>containerize.debian.lock.json</c>. It names no host, so it holds through any
/// mirror.
/// </summary>
internal sealed record DebianLock
{
    /// <summary>The file's name, beside the project.</summary>
    public const string FileName = "containerize.debian.lock.json";

    private const int CurrentVersion = 1;

    // Versions have characters like '+', which stay as they are.
    private static readonly DebianLockJson s_readable =
        new(new JsonSerializerOptions(DebianLockJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The version of the form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The release that the packages are of.</summary>
    public required string Release { get; init; }

    /// <summary>What the archives were when the packages were chosen, in ordinal order.</summary>
    public IReadOnlyList<LockedSource> Sources { get; init; } = [];

    /// <summary>The packages, by use and architecture, in ordinal order.</summary>
    public IReadOnlyList<LockedSet> Sets { get; init; } = [];

    /// <summary>Reads a lock file.</summary>
    /// <returns>The lock; null when there is no file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDebianLock"/>.</exception>
    public static DebianLock? Read(string path)
    {
        try
        {
            if (!RegularFile.IsThere(path))
            {
                return null;
            }

            var read = JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), DebianLockJson.Default.DebianLock)
                ?? throw new JsonException("it is null");
            return read is { Version: CurrentVersion, Sources: not null, Sets: not null }
                && read.Sources.All(source => source is not null)
                && read.Sets.All(set => set is not null
                && (set.BaseLinks ?? []).Concat(set.BaseDiverted ?? []).All(target => target.Value is not null)
                && set.Packages.All(package => package is not null && DebianPackage.IsSafe(package.Path) && package.Size >= 0))
                ? read
                : throw new JsonException(
                    read.Version == CurrentVersion
                        ? "it has an entry that no lock has, as a path that leaves the archive"
                        : $"its version is {read.Version}");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is JsonException or ContainerizeException)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDebianLock,
                $"The lock file '{path}' cannot be read: {failure.Message}. Restore it from version control, or renew it with " +
                $"-t:ContainerizeLockDebian.",
                failure);
        }
    }

    /// <summary>Writes the lock: the same content gives the same bytes, and a file that has them is left alone.</summary>
    public void Write(string path) =>
        AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(this, s_readable.DebianLock), (byte)'\n'], durable: true);

    /// <summary>Finds packages.</summary>
    /// <param name="architecture">Debian's word for the architecture.</param>
    /// <returns>The packages; null when the lock does not have them.</returns>
    public LockedSet? Find(string use, string architecture) =>
        Sets.FirstOrDefault(set => set.Use == use && set.Architecture == architecture);

    /// <summary>The lock with other packages for one use and architecture.</summary>
    /// <returns>The new lock.</returns>
    public DebianLock With(LockedSet set, IReadOnlyList<LockedSource> sources) => this with
    {
        Sources = [.. Sources.Where(old => !sources.Any(source => source.Archive == old.Archive && source.Suite == old.Suite))
            .Concat(sources)
            .OrderBy(source => source.Archive, StringComparer.Ordinal).ThenBy(source => source.Suite, StringComparer.Ordinal)],
        Sets = [.. Sets.Where(old => old.Use != set.Use || old.Architecture != set.Architecture).Append(set)
            .OrderBy(each => each.Use, StringComparer.Ordinal).ThenBy(each => each.Architecture, StringComparer.Ordinal)],
    };
}

/// <summary>What an archive was when packages were chosen from it.</summary>
/// <param name="Archive">Its name.</param>
/// <param name="Suite">The suite.</param>
/// <param name="Date">When the suite was made; an older one is refused later.</param>
/// <param name="ReleaseFile">The digest of the signed release file.</param>
internal sealed record LockedSource(string Archive, string Suite, DateTimeOffset Date, Digest ReleaseFile);

/// <summary>The packages for one use and architecture.</summary>
/// <param name="Use">What they are for: <c>base</c>, <c>packages</c>.</param>
/// <param name="Architecture">Debian's word for the architecture.</param>
/// <param name="Request">A digest of what was asked for, and on top of what; another one makes the set stale.</param>
/// <param name="Packages">The packages, by name.</param>
internal sealed record LockedSet(string Use, string Architecture, Digest Request, IReadOnlyList<LockedPackage> Packages)
{
    /// <summary>The links of the base that paths of packages follow; null for packages that are a base themselves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, string>? BaseLinks { get; init; }

    /// <summary>Where the base has files of packages put, by where those have them (<c>dpkg-divert</c>); null when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, string>? BaseDiverted { get; init; }

    /// <summary>
    /// The directories of the base that the packages have otherwise. Null while the packages' files were not compared with the base's: then
    /// it is read. Locks that say <c>fitsBase</c> instead were written when nothing was found out of directories.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, KeptDirectory>? BaseDirectories { get; init; }

    /// <summary>The digest of the base's bundle of certificate authorities, if the packages add to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseBundle { get; init; }

    /// <summary>What of the base decides the bytes; null while that is not known.</summary>
    [JsonIgnore]
    internal FittedBase? Fitted => BaseDirectories is null ? null : new(BaseLinks ?? [], BaseDirectories) { Bundle = BaseBundle };
}

/// <summary>A package, to the byte.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version.</param>
/// <param name="Architecture">Debian's word for its architecture, or <c>all</c>.</param>
/// <param name="Archive">The archive that offers it.</param>
/// <param name="Path">The .deb, below the archive's address.</param>
/// <param name="Size">The size of the .deb, in bytes.</param>
/// <param name="Digest">The digest of the .deb.</param>
/// <param name="NeededBy">The packages that need it, in ordinal order; none for one that was asked for.</param>
internal sealed record LockedPackage(
    string Name, string Version, string Architecture, string Archive, string Path, long Size, Digest Digest, IReadOnlyList<string> NeededBy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version}";
}

/// <summary>Serialization code for the lock, made by the compiler.</summary>
[JsonSerializable(typeof(DebianLock))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    IndentSize = 2,
    NewLine = "\n",
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
internal sealed partial class DebianLockJson : JsonSerializerContext;
