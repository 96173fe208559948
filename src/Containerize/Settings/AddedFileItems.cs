using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Settings;

/// <summary>Reads <c>ContainerizeFile</c> and <c>ContainerizeWritableDirectory</c>.</summary>
/// <param name="project">What the project says.</param>
/// <param name="rules">Which directory paths of the image are relative to, and whether it is for Windows.</param>
internal sealed class AddedFileItems(ProjectSettings project, EntryRules rules)
{
    private const int MaxMode = 0xFFF;

    /// <summary>The files: each item is one, or a directory with all that is in it.</summary>
    /// <param name="withSecrets">Which items: those that let secrets in, or the others.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.MissingFile"/> or <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    internal IReadOnlyList<AddedFile> Files(bool withSecrets) =>
        [.. project.Of(ItemKind.File).Where(item => item.IsTrue("IncludeSecrets") == withSecrets).SelectMany(FilesOf)];

    /// <summary>The directories that the app may write to.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal IReadOnlyList<WritableDirectory> WritableDirectories() => [.. project.Of(ItemKind.WritableDirectory).Select(item =>
        new WritableDirectory(
            InImage(item, SettingText.ImagePath(item.Identity.Trim(), rules.IsWindows)), Mode(item) ?? FileModes.Executable, Owner(item)))];

    /// <summary>An owner; null when the text is empty.</summary>
    /// <param name="what">Where it stands, for the message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static Owner? Owner(string text, string what) =>
        text.Length == 0 ? null
        : Layers.Entries.Owner.TryParse(text, out var owner) ? owner
        : throw SettingText.Invalid($"{what} '{text}' is no owner. Write the numbers of user and group, like \"1654:1654\"; "
            + $"names are known to the image only ('id NAME' in it tells the numbers).");

    private IEnumerable<AddedFile> FilesOf(Item item)
    {
        var target = SettingText.ImagePath(item["TargetPath"], rules.IsWindows);
        if (target.Length == 0)
        {
            throw Invalid(item, "has no TargetPath. Name the path in the image; one that ends with '/' is a directory");
        }

        var source = project.FullPath(item.Identity);
        var (mode, owner) = (Mode(item), Owner(item));
        if (Directory.Exists(source))
        {
            return new AddedDirectory(Path.TrimEndingDirectorySeparator(source), item.IsTrue("FollowLinks")) { Mode = mode, Owner = owner }
                .List()
                // The root of the image is there without being put there.
                .Where(file => file.Path.Length > 0 || target.Trim('/').Length > 0)
                .Select(file => file with { Path = InImage(item, $"{target}/{file.Path}") });
        }

        if (!File.Exists(source))
        {
            throw new ContainerizeException(
                DiagnosticCode.MissingFile,
                $"ContainerizeFile '{item.Identity}' does not exist ('{source}'). Correct the path, "
                    + $"or let the target that makes the file run before Containerize.");
        }

        var path = target.EndsWith('/') ? $"{target}{item["RecursiveDir"].Replace('\\', '/')}{Path.GetFileName(source)}" : target;
        var status = FileStatus.TryOf(source, followLinks: false);
        var file = new AddedFile(source, InImage(item, path), mode, owner) { Status = status?.Kind == FileKind.File ? status : null };
        return owner is null || !target.EndsWith('/') ? [file] : [.. DirectoriesOf(file, string.Join('/', PartsOf(target)).Length), file];
    }

    /// <summary>The directories that a file needs, from the one that the item names on: they get its owner, as those that COPY makes.
    /// </summary>
    private static IEnumerable<AddedFile> DirectoriesOf(AddedFile file, int target)
    {
        var source = file.SourcePath;
        foreach (var directory in LayerEntries.Above(file.Path, target))
        {
            source = Path.GetDirectoryName(source) ?? source;
            yield return new AddedFile(source, directory, Mode: null, file.Owner) { Type = LayerEntryType.Directory };
        }
    }

    private static Owner? Owner(Item item) => Owner(item["Owner"], $"The Owner of {NameOf(item)} '{item.Identity}'");

    private static UnixFileMode? Mode(Item item)
    {
        var text = item["Mode"];
        if (text.Length == 0)
        {
            return null;
        }

        var digits = text.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length is > 0 and <= 5 && digits.All(digit => digit is >= '0' and <= '7')
            && Convert.ToInt32(digits, 8) is <= MaxMode and var mode
            ? (UnixFileMode)mode
            : throw Invalid(item, $"has the Mode '{text}', which is none. Write three or four octal digits, like \"0644\"");
    }

    private string InImage(Item item, string path)
    {
        var parts = PartsOf(path);
        return parts.Count > 0 && !parts.Contains("..") && !path.Contains('\0', StringComparison.Ordinal)
            ? string.Join('/', parts)
            : throw Invalid(item, $"leads to '{path}', which is no path in the image. Write it like \"/etc/app/\"");
    }

    private List<string> PartsOf(string path) => [.. (path.StartsWith('/') ? path : $"{rules.Directory}/{path}")
        .Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];

    private static string NameOf(Item item) => $"Containerize{item["Kind"]}";

    private static ContainerizeException Invalid(Item item, string why) => SettingText.Invalid($"{NameOf(item)} '{item.Identity}' {why}.");
}
