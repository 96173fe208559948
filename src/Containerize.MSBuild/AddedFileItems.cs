using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads <c>ContainerizeFile</c> and <c>ContainerizeWritableDirectory</c>.</summary>
/// <param name="projectDirectory">What paths of this machine are relative to.</param>
/// <param name="rules">Which directory paths of the image are relative to, and whether it is for Windows.</param>
internal sealed class AddedFileItems(string projectDirectory, EntryRules rules)
{
    private const int MaxMode = 0xFFF;
    /// <summary>The files of one item: itself, or all that is in a directory.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The files.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.MissingFile"/> or <see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal IEnumerable<AddedFile> Files(ITaskItem item)
    {
        var target = ImagePath.Read(item.GetMetadata("TargetPath").Trim(), rules.IsWindows);
        if (target.Length == 0)
        {
            throw Invalid(item, "has no TargetPath. Name the path in the image; one that ends with '/' is a directory");
        }

        var source = Path.GetFullPath(item.ItemSpec.Replace('\\', '/'), projectDirectory);
        var mode = Mode(item);
        var owner = Owner(item);
        if (Directory.Exists(source))
        {
            return Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => new AddedFile(file, InImage(item, $"{target}/{Path.GetRelativePath(source, file).Replace('\\', '/')}"), mode, owner));
        }

        if (!File.Exists(source))
        {
            throw new ContainerizeException(DiagnosticCode.MissingFile, $"ContainerizeFile '{item.ItemSpec}' does not exist ('{source}'). Correct the path, or let the target that makes the file run before Containerize.");
        }

        var path = target.EndsWith('/') ? $"{target}{item.GetMetadata("RecursiveDir").Replace('\\', '/')}{Path.GetFileName(source)}" : target;
        return [new AddedFile(source, InImage(item, path), mode, owner)];
    }

    /// <summary>The directory of one item.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal WritableDirectory WritableDirectory(ITaskItem item) => new(InImage(item, ImagePath.Read(item.ItemSpec.Trim(), rules.IsWindows)), Mode(item) ?? FileModes.Executable, Owner(item));

    /// <summary>An owner.</summary>
    /// <param name="text">The text; empty for nobody in particular.</param>
    /// <param name="what">Where it stands.</param>
    /// <returns>The owner; null for nobody in particular.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static Owner? Owner(string text, string what) =>
        text.Length == 0 ? null
        : Layers.Entries.Owner.TryParse(text, out var owner) ? owner
        : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"{what} '{text}' is no owner. Write the numbers of user and group, like \"1654:1654\"; names are known to the image only ('id NAME' in it tells the numbers).");

    private static Owner? Owner(ITaskItem item) => Owner(item.GetMetadata("Owner").Trim(), $"The Owner of {Kind(item)} '{item.ItemSpec}'");

    private static UnixFileMode? Mode(ITaskItem item)
    {
        var text = item.GetMetadata("Mode").Trim();
        if (text.Length == 0)
        {
            return null;
        }

        var digits = text.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length is > 0 and <= 5 && digits.All(digit => digit is >= '0' and <= '7') && Convert.ToInt32(digits, 8) is <= MaxMode and var mode
            ? (UnixFileMode)mode
            : throw Invalid(item, $"has the Mode '{text}', which is none. Write three or four octal digits, like \"0644\"");
    }

    private string InImage(ITaskItem item, string path)
    {
        var parts = (path.StartsWith('/') ? path : $"{rules.Directory}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return parts.Count > 0 && !parts.Contains("..") && !path.Contains('\0', StringComparison.Ordinal)
            ? string.Join('/', parts)
            : throw Invalid(item, $"leads to '{path}', which is no path in the image. Write it like \"/etc/app/\"");
    }

    private static string Kind(ITaskItem item) => item.GetMetadata("Kind") == "WritableDirectory" ? "ContainerizeWritableDirectory" : "ContainerizeFile";

    private static ContainerizeException Invalid(ITaskItem item, string why) =>
        new(DiagnosticCode.InvalidProperty, $"{Kind(item)} '{item.ItemSpec}' {why}.");
}
