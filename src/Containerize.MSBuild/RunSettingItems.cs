using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.Images;
using Containerize.Oci;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads <c>ContainerVolume</c>, <c>ContainerHealthcheck</c>, <c>ContainerStopSignal</c> and <c>ContainerAnnotation</c>.</summary>
/// <param name="items">The items; <c>Kind</c> says what each of them is.</param>
internal sealed partial class RunSettingItems(ITaskItem[] items)
{
    /// <summary>The volumes.</summary>
    /// <param name="platform">What the image is for.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal IReadOnlyList<string> Volumes(Platform platform) => [.. Of("Volume").Select(item => platform.IsWindows ? ImagePath.Read(item.ItemSpec.Trim(), isWindows: true) : item.ItemSpec.Trim()).Select(path =>
        path.StartsWith('/') && path.Length > 1 && !path.Split('/').Contains("..") ? path : throw Invalid($"ContainerVolume '{path}' is not an absolute path in the image. Write it like '/data'")).Distinct()];

    /// <summary>The annotations of the manifest.</summary>
    internal Dictionary<string, string> Annotations => AnnotationItems.Read(Of("Annotation"), AnnotationScope.Manifest);

    /// <summary>A signal.</summary>
    /// <param name="text">Its name or number; empty for the base's.</param>
    /// <returns>The signal; null for the base's.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static string? StopSignal(string text) =>
        text.Length == 0 ? null : Signal().IsMatch(text) ? text : throw Invalid($"ContainerStopSignal '{text}' is not a signal. Write its name, like SIGTERM or SIGRTMIN+3, or its number");

    /// <summary>The check; null for the base's.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal Healthcheck? Healthcheck()
    {
        IReadOnlyList<ITaskItem> parts = [.. Of("Healthcheck")];
        return parts.Count == 0 ? null : Containerize.Images.Healthcheck.Of([.. parts.Select(part => part.ItemSpec)]) with
        {
            Interval = Time(parts, "Interval"),
            Timeout = Time(parts, "Timeout"),
            StartPeriod = Time(parts, "StartPeriod"),
            StartInterval = Time(parts, "StartInterval"),
            Retries = Retries(parts),
        };
    }

    private static TimeSpan? Time(IReadOnlyList<ITaskItem> parts, string metadata) =>
        Find(parts, metadata) is not { } text ? null
        : Duration.TryParse(text, out var time) && time >= Containerize.Images.Healthcheck.Shortest ? time
        : throw Invalid($"The {metadata} '{text}' of ContainerHealthcheck is not a time of at least a millisecond. Write it like 30s, 1m30s or 00:00:30");

    private static int? Retries(IReadOnlyList<ITaskItem> parts) =>
        Find(parts, "Retries") is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw Invalid($"The Retries '{text}' of ContainerHealthcheck is not a number from 1");

    private static string? Find(IEnumerable<ITaskItem> parts, string metadata) => parts.Select(part => part.GetMetadata(metadata).Trim()).FirstOrDefault(text => text.Length > 0);

    private IEnumerable<ITaskItem> Of(string kind) => items.Where(item => item.GetMetadata("Kind") == kind);

    private static ContainerizeException Invalid(string why) => new(DiagnosticCode.InvalidProperty, why + ".");

    [GeneratedRegex(@"\A((SIG)?[A-Z]{2,6}[0-9]?([+-][0-9]{1,2})?|[0-9]{1,2})\z")]
    private static partial Regex Signal();
}
