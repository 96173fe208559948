using System.Globalization;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads a project's settings, checking each with the name the user knows.</summary>
internal sealed class ImageRequestReader(ITaskItem settings, ITaskItem[] arguments, ITaskItem[] environment, ITaskItem[] labels, ITaskItem[] ports, RunSettingItems run)
{
    internal ImageRequest Read(IReadOnlyList<PublishedFile> files, LayerReader layers, string runtimeIdentifier, IImageSource baseImage, DateTimeOffset time, IReporter reporter)
    {
        var split = Enum.Parse<LayerSplit>(settings.GetMetadata("LayerSplit"));
        if (split == LayerSplit.AppOnly)
        {
            reporter.Message("The app is published as a single file or as native code, so all of it is one layer. Without PublishSingleFile and PublishAot, packages and app have layers of their own, and a change sends less.");
        }

        var platform = Platform.FromRuntimeIdentifier(runtimeIdentifier);
        var directory = WorkingDirectory(platform);
        var user = NullIfEmpty(settings.GetMetadata("User"));
        var variables = Environment();
        var compression = Choice("ContainerizeCompression", "Compression", LayerCompression.Gzip);
        var levels = CompressionLevels.Parse(compression, settings.GetMetadata("CompressionLevel").Trim());
        var format = Choice("ContainerImageFormat", "ImageFormat", ImageFormat.Oci);
        return new ImageRequest
        {
            Layers = layers.Read(files, split, new EntryRules(directory, time) { IsWindows = platform.IsWindows }, user, variables, reporter),
            Base = baseImage,
            Platform = platform,
            WorkingDirectory = directory,
            Format = format,
            Command = Command(platform, directory),
            User = user,
            Environment = variables,
            Ports = [.. ports.Select(port => Port.Parse(port.ItemSpec, port.GetMetadata("Type")))],
            Labels = LastOfEach(labels),
            Volumes = run.Volumes(platform),
            StopSignal = RunSettingItems.StopSignal(settings.GetMetadata("StopSignal").Trim()),
            Healthcheck = run.Healthcheck(),
            Annotations = Annotations(format),
            BaseLabels = (settings.GetMetadata("BaseNameLabel") == "true" ? BaseLabels.Name : BaseLabels.None)
                | (settings.GetMetadata("BaseDigestLabel") == "true" ? BaseLabels.Digest : BaseLabels.None),
            Compression = compression,
            Created = time,
            GzipLevel = levels.Gzip,
            ZstdLevel = levels.Zstd,
        };
    }

    private Dictionary<string, string> Annotations(ImageFormat format)
    {
        var annotations = run.Annotations;
        return annotations.Count == 0 || format == ImageFormat.Oci
            ? annotations
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerAnnotation '{annotations.Keys.First()}' cannot be in an image of Docker's format, which has no annotations. Set ContainerImageFormat to OCI, or make it a ContainerLabel.");
    }

    private ImageCommand Command(Platform platform, string directory) => new()
    {
        Entrypoint = [.. ArgumentsOf("Entrypoint").Select(part => Program(part, platform, directory))],
        EntrypointArgs = ArgumentsOf("EntrypointArgs"),
        DefaultArgs = ArgumentsOf("DefaultArgs"),
        AppCommand = [.. ArgumentsOf("AppCommand").Select(part => Program(part, platform, directory))],
        AppCommandArgs = ArgumentsOf("AppCommandArgs"),
        Instruction = Choice("ContainerAppCommandInstruction", "AppCommandInstruction", AppCommandInstruction.Unset),
    };

    private string[] ArgumentsOf(string kind) => [.. arguments.Where(argument => argument.GetMetadata("Kind") == kind).Select(argument => argument.ItemSpec)];

    // On Linux, MSBuild turns '\' in an item into '/', and Windows wants it back where a program is named.
    private static string Program(string part, Platform platform, string directory) =>
        platform.IsWindows && WindowsPath.Read(part) is var path && path.StartsWith(directory == "/" ? directory : $"{directory}/", StringComparison.OrdinalIgnoreCase) ? WindowsPath.Write(path) : part;

    private string WorkingDirectory(Platform platform)
    {
        var directory = ImagePath.Read(settings.GetMetadata("WorkingDirectory").Trim(), platform.IsWindows);
        if (!directory.StartsWith('/') || directory.Split('/').Contains("..") || directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerWorkingDirectory '{directory}' is not an absolute path in the image. Write it like '{(platform.IsWindows ? @"C:\app" : "/app")}'.");
        }

        return "/" + string.Join('/', directory.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }

    private Dictionary<string, string> Environment()
    {
        var variables = LastOfEach(environment);
        return variables.Keys.FirstOrDefault(name => name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)) is { } wrong
            ? throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerEnvironmentVariable '{wrong}' is not a name of a variable. Write <ContainerEnvironmentVariable Include=\"NAME\" Value=\"value\" />.")
            : variables;
    }

    internal static DateTimeOffset ModificationTime(ITaskItem settings)
    {
        var epoch = settings.GetMetadata("SourceDateEpoch").Trim();
        if (epoch.Length == 0)
        {
            return LayerOptions.DefaultModificationTime;
        }

        // The upper bound is the largest time of a classic tar header.
        return long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 0x1_FFFF_FFFF
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"SOURCE_DATE_EPOCH '{epoch}' is not a number of seconds since 1970. Correct or unset the environment variable.");
    }

    private T Choice<T>(string property, string metadata, T unset)
        where T : struct, Enum
    {
        var text = settings.GetMetadata(metadata).Trim();
        if (text.Length == 0)
        {
            return unset;
        }

        var names = Enum.GetNames<T>().Where(name => name != "Unset").ToList();
        return names.Find(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } match
            ? Enum.Parse<T>(match)
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"{property} '{text}' is unknown. Choose one of: {string.Join(", ", names)}.");
    }

    private static Dictionary<string, string> LastOfEach(ITaskItem[] items) =>
        items.GroupBy(item => item.ItemSpec, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last().GetMetadata("Value"), StringComparer.Ordinal);

    private static string? NullIfEmpty(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
