using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// What users should know of a layer of packages. It is found out while the layer is made and kept beside it, so that a build that takes
/// the layer from the cache says the same.
/// </summary>
/// <param name="Scripts">Packages whose scripts would do something that matters, and what.</param>
/// <param name="SetUserFiles">Files that run with the rights of their owner or group, and not of who starts them.</param>
internal sealed record PackageNotes(IReadOnlyList<string> Scripts, IReadOnlyList<string> SetUserFiles)
{
    private const char Script = 's';
    private const char SetUser = 'u';

    /// <summary>Tells them.</summary>
    internal void Report(IReporter reporter)
    {
        if (Scripts.Count > 0)
        {
            reporter.Warning(
                DiagnosticCode.ScriptsNotRun,
                $"Nothing of a package is run while an image is built, so it will lack what the scripts of these packages would do: " +
                $"{string.Join(", ", Scripts)}. Add what the app needs of it as content of the project.");
        }

        if (SetUserFiles.Count > 0)
        {
            reporter.Message(
                $"Files that run with the rights of their owner or group (setuid, setgid): {string.Join(", ", SetUserFiles)}.");
        }
    }

    /// <summary>Reads the notes of a layer.</summary>
    /// <param name="inputs">The layer's inputs hash.</param>
    /// <returns>The notes; null when there are none that can be read.</returns>
    internal static PackageNotes? Find(LayerCache cache, Digest inputs)
    {
        if (new Record(cache.Store, RecordKind.PackageNotes, inputs).Read() is not { } text)
        {
            return null;
        }

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToLookup(line => line[0], line => line[1..]);
        return new PackageNotes([.. lines[Script]], [.. lines[SetUser]]);
    }

    /// <summary>Keeps the notes of a layer. Failing to is no failure: the layer is made again next time.</summary>
    /// <param name="inputs">The layer's inputs hash.</param>
    internal void Keep(LayerCache cache, Digest inputs)
    {
        var lines = Scripts.Select(line => $"{Script}{line}\n").Concat(SetUserFiles.Select(line => $"{SetUser}{line}\n"));
        new Record(cache.Store, RecordKind.PackageNotes, inputs).Write(string.Concat(lines));
    }
}
