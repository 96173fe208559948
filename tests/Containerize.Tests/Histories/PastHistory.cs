using System.Security.Cryptography;
using Containerize.Histories;
using Containerize.Inputs;

namespace Containerize.Tests.Histories;

/// <summary>Histories without images: what is known of images that were read.</summary>
internal static class PastHistory
{
    /// <summary>
    /// An app with parts that change: the first is its assembly, the second a directory, all others packages of 1 MB, 2 MB and so on.
    /// </summary>
    /// <param name="changes">For each part: whether it changes in a step, by the numbers of the step and of the part.</param>
    /// <param name="images">How many images there are.</param>
    internal static IReadOnlyList<PastImage> Of(int images, params Func<int, int, bool>[] changes)
    {
        var versions = new int[changes.Length];
        var result = new List<PastImage>();
        for (var step = 0; step < images; step++)
        {
            for (var part = 0; part < versions.Length; part++)
            {
                versions[part] += step > 0 && changes[part](step, part) ? 1 : 0;
            }

            result.Add(new($"app:{step}", [.. versions.Select((version, part) => File(part, version))], []));
        }

        return result;
    }

    private static PastFile File(int part, int version) => part switch
    {
        0 => new("app.dll", 100_000, 50_000, $"{version}", FileOrigin.App),
        1 => new("data/model.bin", 900_000, 800_000, $"{version}", FileOrigin.App),
        _ => new(
            $"Package{part}.dll", part * 2_000_000L, part * 500_000L, $"{version}", new(FileOriginKind.Package, $"Package{part}", "1")),
    };
}

/// <summary>Numbers that look like chance, and are the same in each run.</summary>
internal sealed class Chance(int seed)
{
    private int _count;

    internal int Below(int limit)
    {
        var bytes = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(_count++)]);
        return (int)(BitConverter.ToUInt32(bytes) % (uint)limit);
    }
}
