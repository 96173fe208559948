using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>How published files become entries of a layer.</summary>
/// <param name="Directory">The directory in the image that they go to: absolute, with <c>/</c>.</param>
/// <param name="ModificationTime">The time that replaces clocks inside generated files.</param>
internal sealed record EntryRules(string Directory, DateTimeOffset ModificationTime)
{
    /// <summary>Whether the image is for Windows, which knows neither modes nor numeric owners.</summary>
    public bool IsWindows { get; init; }

    /// <summary>Paths below the publish directory that are left out of the image, so that nothing may point to them.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>Who owns the files, the directories among them, and the directory that they go to; null for root, unless the base says
    /// otherwise of a directory.</summary>
    public Owner? Owner { get; init; }
}
