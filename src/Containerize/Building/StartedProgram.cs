using Containerize.Files;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Building;

/// <summary>The program that an image starts, if it lies in the directory of the app: then it has to be there.</summary>
internal static class StartedProgram
{
    private const string Host = "dotnet";
    private const string Extension = ".exe";
    private const string Assembly = ".dll";

    /// <summary>Refuses an image whose program is missing, or the assembly that <c>dotnet</c> is to run.</summary>
    /// <param name="contents">What this build put into it. The layers themselves are read only for what is not there.</param>
    /// <param name="directory">The directory of the app: an absolute path with <c>/</c>.</param>
    /// <param name="cache">Takes layers that have to be read.</param>
    /// <param name="reporter">Is told when the layers cannot be read.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ProgramMissing"/>.</exception>
    internal static async Task RequireAsync(
        Image image,
        IReadOnlyList<LayerContent> contents,
        string directory,
        BlobStore cache,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var isWindows = image.Config.Platform.IsWindows;
        var names = isWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var made = contents.SelectMany(content => content.Items).Where(item => item.IsFile).Select(item => item.Path).ToHashSet(names);
        var missing = PathsOf([.. image.Config.Entrypoint, .. image.Config.Command], directory, isWindows)
            .Where(path => !Spellings(path, isWindows).Any(spelling => made.Contains(isWindows ? WindowsTree.Drive + spelling : spelling)))
            .ToList();
        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            // It may come from the base or from a layer of others, or lie behind a link.
            var tree = await ImageTree.ReadAsync(image, cache, TreeParts.All, cancellationToken);
            missing.RemoveAll(path => Spellings(path, isWindows).Any(spelling => IsFile(tree, spelling)));
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"Whether the image has '/{missing[0]}' could not be found out: {failure.Message}");
            return;
        }

        if (missing.Count > 0)
        {
            var shown = isWindows ? WindowsPath.Write("/" + missing[0]) : "/" + missing[0];
            throw new ContainerizeException(
                DiagnosticCode.ProgramMissing,
                $"The image would start '{shown}', which is not in it. Correct ContainerAppCommand or ContainerEntrypoint, "
                + $"or leave them unset: then the command follows from what was published.");
        }
    }

    /// <summary>The files that a command line starts, if they are to be in the directory of the app; relative to the root.</summary>
    internal static IEnumerable<string> PathsOf(IReadOnlyList<string> line, string directory, bool isWindows)
    {
        var words = line.Select(word => isWindows ? WindowsPath.Read(word) : word).ToList();
        // A bare name is looked up in PATH; what is given to dotnet is not.
        var program = words is [var first, ..] && first.Contains('/', StringComparison.Ordinal) ? first : null;
        var assembly = words is [var host, var second, ..] && IsHost(host) && second.EndsWith(Assembly, StringComparison.OrdinalIgnoreCase)
            ? second
            : null;
        var root = UnixPath.Normalize(directory) is { Length: > 0 } path ? path + "/" : "";
        return new[] { program, assembly }.OfType<string>()
            .Select(file => UnixPath.Normalize(file.StartsWith('/') ? file : $"{directory}/{file}"))
            .Where(file => file.StartsWith(root, isWindows ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    private static bool IsHost(string program) =>
        Path.GetFileNameWithoutExtension(program).Equals(Host, StringComparison.OrdinalIgnoreCase);

    // Windows finds 'app.exe' by the name 'app'.
    private static IEnumerable<string> Spellings(string path, bool isWindows) => isWindows ? [path, path + Extension] : [path];

    private static bool IsFile(ImageTree tree, string path) =>
        tree.Find(tree.Resolve(path, followLast: true)) is { } node && node.Type != LayerEntryType.Directory;
}
