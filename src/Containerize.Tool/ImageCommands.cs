using System.CommandLine;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Pages;

namespace Containerize.Tool;

/// <summary>The commands that look at images.</summary>
internal static class ImageCommands
{
    private const int MostFiles = 200;

    internal static Command History(SharedOptions shared)
    {
        var image = SharedOptions.Image("IMAGE");
        return shared.WithImages(
            new Command("history", "Shows what made each layer of an image, bottom first.") { image },
            async (parsed, images, output) =>
            {
                var steps = StepsOf((await images.OpenAsync(parsed.GetValue(image)!)).Image);
                output.Write(steps, AnswerJson.Default.IReadOnlyListHistoryAnswer, () => steps.Select(step => (Message)
                    $"{step.Layer?.ToString() ?? "-",3} {(step.Size is { } size ? ByteSize.Format(size) : ""),10}  {TextOf(step)}"));
                return ExitCode.Success;
            });
    }

    internal static Command Tree(SharedOptions shared)
    {
        var image = SharedOptions.Image("IMAGE");
        var under = new Argument<string>("PATH")
        {
            Description = "Only what is in this directory.",
            DefaultValueFactory = _ => "/",
        };
        return shared.WithImages(
            new Command("tree", "Lists the files that a container of an image sees, with size and layer.") { image, under },
            async (parsed, images, output) =>
            {
                var contents = await images.ReadAsync(parsed.GetValue(image)!);
                var directory = contents.Resolve(parsed.GetValue(under)! + "/.");
                var files = contents.Files.Values
                    .Where(file => directory.Length == 0 || file.Path == directory
                        || file.Path.StartsWith(directory + "/", StringComparison.Ordinal))
                    .OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => AnswerOf(contents, file)).ToList();
                output.Write(files, AnswerJson.Default.IReadOnlyListFileAnswer, () => files.Select(LineOf));
                return files.Count > 0 ? ExitCode.Success : ExitCode.Finding;
            });
    }

    internal static Command Find(SharedOptions shared)
    {
        var image = SharedOptions.Image("IMAGE");
        var path = new Argument<string>("PATH") { Description = "A path in the image; links above its last part are followed." };
        return shared.WithImages(
            new Command("find", "Shows which layers have a path, and which package it belongs to.") { image, path },
            async (parsed, images, output) =>
            {
                var contents = await images.ReadAsync(parsed.GetValue(image)!);
                var found = contents.Find(parsed.GetValue(path)!).Select(file => AnswerOf(contents, file)).ToList();
                output.Write(found, AnswerJson.Default.IReadOnlyListFileAnswer, () => found.Count == 0
                    ? [$"no layer has {parsed.GetValue(path)}"]
                    : found.Select(file => (Message)
                        $"{LineOf(file)}{(file.IsVisible ? "" : "  (hidden by a layer above)")}{OwnerOf(file)}"));
                return found.Count > 0 ? ExitCode.Success : ExitCode.Finding;
            });
    }

    internal static Command Diff(SharedOptions shared)
    {
        var (before, after) = (SharedOptions.Image("BEFORE"), SharedOptions.Image("AFTER"));
        return shared.WithImages(
            new Command("diff", "Shows what differs between two images: layers, packages, settings, files.") { before, after },
            async (parsed, images, output) =>
            {
                var (was, now) = (await images.ReadAsync(parsed.GetValue(before)!), await images.ReadAsync(parsed.GetValue(after)!));
                var differences = ImageDifferences.Between(was, now);
                var answer = new DiffAnswer(
                    parsed.GetValue(before)!,
                    parsed.GetValue(after)!,
                    differences.AreNone,
                    differences.OtherConfig,
                    [.. differences.Layers.Select(layer => new LayerChangeAnswer(
                        Word(layer.Kind), $"{layer.Layer.Blob.Descriptor.Digest}", $"{layer.Layer.DiffId}",
                        layer.Layer.Blob.Descriptor.Size, RunFacts.NameOf(layer.Layer)))],
                    [.. differences.Packages.Select(package => new PackageChangeAnswer(
                        Word(package.Kind), Word(package.Package.Kind), package.Package.Name, package.Before, package.After))],
                    [.. differences.Settings.Select(setting => new SettingChangeAnswer(setting.Name, setting.Before, setting.After))],
                    [.. differences.Files.Select(file => new FileChangeAnswer(
                        Word(file.Kind), "/" + file.Path, file.What, file.Before?.Size, file.After?.Size))]);
                output.Write(answer, AnswerJson.Default.DiffAnswer, () => LinesOf(answer));
                return differences.AreNone ? ExitCode.Success : ExitCode.Finding;
            });
    }

    private static IEnumerable<Message> LinesOf(DiffAnswer answer)
    {
        if (answer.AreEqual)
        {
            return ["no difference"];
        }

        var more = answer.Files.Count - MostFiles;
        return
        [
            .. answer.Layers.Select(layer => (Message)
                $"layer    {Sign(layer.Change)} {layer.DiffId} {ByteSize.Format(layer.Size)} {layer.Name}"),
            .. answer.Packages.Select(package => (Message)
                $"package  {Sign(package.Change)} {package.Kind} {package.Name} {Versions(package.Before, package.After)}"),
            .. answer.Settings.SelectMany(setting => setting.Before.Select(value => (Message)$"setting  - {setting.Name}: {value}")
                .Concat(setting.After.Select(value => (Message)$"setting  + {setting.Name}: {value}"))),
            .. answer.Files.Take(MostFiles).Select(file => (Message)
                $"file     {Sign(file.Change)} {file.Path}{(file.What.Count == 0 ? "" : $"  ({string.Join(", ", file.What)})")}"),
            .. more > 0 ? [$"         and {more} more files; --json lists them all"] : Array.Empty<Message>(),
            .. answer is { OtherConfig: true, Settings.Count: 0 }
                ? ["config   * differs in no setting that is shown: in its history, its times, its layers or a secret"]
                : Array.Empty<Message>(),
        ];
    }

    internal static List<HistoryAnswer> StepsOf(Image image)
    {
        var steps = new List<HistoryAnswer>();
        var number = 0;
        foreach (var line in RunFacts.Read(image.Config).History)
        {
            var layer = line.IsEmpty || number >= image.Layers.Count ? null : image.Layers[number].Blob.Descriptor;
            steps.Add(new(layer is null ? null : number++, layer?.Digest.ToString(), layer?.Size, line.CreatedBy, line.Comment));
        }

        // A config may say less than there is.
        for (; number < image.Layers.Count; number++)
        {
            var layer = image.Layers[number].Blob.Descriptor;
            steps.Add(new(number, layer.Digest.ToString(), layer.Size, "", ""));
        }

        return steps;
    }

    private static FileAnswer AnswerOf(ImageContents contents, PlacedFile file) => new(
        "/" + file.Path,
        Word(file.File.Kind),
        file.File.Size,
        Convert.ToString((int)file.File.Mode, 8).PadLeft(4, '0'),
        $"{file.File.Owner}",
        file.File.LinkTarget,
        file.File.Content?.ToString(),
        file.Layer,
        RunFacts.NameOf(contents.Image.Layers[file.Layer]),
        contents.Files.TryGetValue(file.Path, out var visible) && ReferenceEquals(visible.File, file.File),
        contents.Packages.OwnerOf(file.Path) is { } package ? AnswerOf(package) : null);

    internal static PackageAnswer AnswerOf(ImagePackage package) => new(Word(package.Kind), package.Name, package.Version);

    private static Message LineOf(FileAnswer file) =>
        $"{$"{file.Layer}",3} {file.Mode} {file.Owner,-9} {ByteSize.Format(file.Size),10}  " +
        $"{file.Path}{(file.Target is null ? "" : " -> ")}{file.Target}{Suffix(file.Kind)}";

    internal static string TextOf(HistoryAnswer step) => step.CreatedBy.Length > 0 ? step.CreatedBy : step.Comment;

    private static string Suffix(string kind) => kind is "directory" ? "/" : kind is "file" or "symbolicLink" ? "" : $"  ({kind})";

    private static string OwnerOf(FileAnswer file) =>
        (file.LayerName is null ? "" : $"  layer {file.LayerName}")
        + (file.Package is { } package ? $"  package {package.Name} {package.Version} ({package.Kind})" : "");

    private static string Versions(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        string.Join(" -> ", new[] { before, after }.Where(versions => versions.Count > 0).Select(versions => string.Join(", ", versions)));

    private static string Sign(string change) => change switch { "added" => "+", "removed" => "-", _ => "*" };

    // The name of a value in JSON: in camel case, as all names in it.
    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString() is var name && name == nameof(PackageKind.NuGet)
            ? "NuGet"
            : char.ToLowerInvariant(name[0]) + name[1..];
}
