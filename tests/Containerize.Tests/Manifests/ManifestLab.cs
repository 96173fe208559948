using System.Text;
using System.Text.RegularExpressions;
using Containerize.Manifests;
using Containerize.Oci;

namespace Containerize.Tests.Manifests;

/// <summary>Resolves texts with a registry that has every name, except those that a test takes away.</summary>
internal sealed partial class ManifestLab
{
    private readonly List<ImageReference> _asked = [];

    /// <summary>The names that were asked for, in order.</summary>
    internal IReadOnlyList<string> Asked => [.. _asked.Select(image => image.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>What is not there.</summary>
    internal HashSet<string> Missing { get; } = [];

    internal int Builds { get; private set; }

    /// <summary>The digest that the registry has for a name.</summary>
    internal static Digest DigestOf(string image) => Digest.Of(Encoding.UTF8.GetBytes(image));

    /// <summary>Replaces <c>DIGEST(name)</c> by that digest.</summary>
    internal static string Fill(string text) => Named().Replace(text, match => DigestOf(match.Groups[1].Value).ToString());

    internal async Task<ResolvedManifest> ResolveAsync(
        string text, string name = "all.yaml", ResolveMode mode = ResolveMode.Pin, bool isListed = true) =>
        (await ResolveAsync([(ManifestText.Decode(Encoding.UTF8.GetBytes(text), name), isListed)], mode)).Single();

    internal Task<IReadOnlyList<ResolvedManifest>> ResolveAsync(
        IReadOnlyList<(ManifestText Text, bool IsListed)> files, ResolveMode mode = ResolveMode.Pin) =>
        new ManifestResolver(mode, AskAsync, BuildAsync).ResolveAsync(files, CancellationToken.None);

    private Task<Digest?> AskAsync(ImageReference image, CancellationToken cancellationToken)
    {
        lock (_asked)
        {
            _asked.Add(image);
        }

        return Task.FromResult(Missing.Contains(image.ToString()) ? null : DigestOf(image.ToString()));
    }

    private async Task<ImageReference> BuildAsync(string project, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Builds++;
        return project.Contains("broken", StringComparison.Ordinal)
            ? throw new ContainerizeException(DiagnosticCode.ProjectNotBuilt, $"'{project}' could not be built.")
            : ImageReference.Parse("registry.example.com/built:1") with { Digest = DigestOf(project) };
    }

    [GeneratedRegex(@"DIGEST\(([^)]*)\)")]
    private static partial Regex Named();
}
