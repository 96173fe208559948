using Containerize.Files;

namespace Containerize.Verification;

/// <summary>What an image is rebuilt from.</summary>
/// <param name="Directory">The directory of the project, a full path.</param>
/// <param name="Commit">The commit; null when it is not known.</param>
/// <param name="Sdk">The version of the .NET SDK; null when it is not known.</param>
/// <param name="Properties">The properties that are set, without secrets.</param>
internal sealed record WorkingTree(
    string Directory, string? Commit, string? Sdk, IReadOnlyDictionary<string, string> Properties)
{
    private const string RevisionLabel = "org.opencontainers.image.revision";
    private const string SdkLabel = "net.dot.sdk.version";

    // Where an image goes, and what stands beside it, changes nothing in it.
    private static readonly HashSet<string> s_unimportant = new(StringComparer.Ordinal)
    {
        "ContainerRegistry", "ContainerRepository", "ContainerizeRepositoryPrefix", "ContainerImageName", "ContainerImageTag",
        "ContainerImageTags", "ContainerizePlatformTags", "ContainerizeSbom", "ContainerizeProvenance", "ContainerizeVex",
        "ContainerizeCacheFrom", "ContainerizeCacheVerify", "ContainerizeInsecureRegistries", "ContainerizeOffline",
        "ContainerizeStartCheck", "ContainerizeDebugImage",
    };

    /// <summary>Compares it with what an image was made of.</summary>
    /// <param name="labels">The image's labels.</param>
    /// <param name="provenance">What its provenance says; null for none.</param>
    /// <param name="git">The full path of git; null when there is none.</param>
    internal async Task<SourceVerdict> CompareAsync(
        IReadOnlyDictionary<string, string> labels, ImageProvenance? provenance, string? git, CancellationToken cancellationToken) => new(
            provenance?.Commit ?? labels.GetValueOrDefault(RevisionLabel),
            Commit,
            git is not null && await IsDirtyAsync(git, cancellationToken),
            provenance?.Sdk ?? labels.GetValueOrDefault(SdkLabel),
            Sdk)
        {
            HasProvenance = provenance is not null,
            Properties = provenance is null ? [] :
            [
                .. from name in provenance.Properties.Keys.Union(Properties.Keys).Order(StringComparer.Ordinal)
                   where !s_unimportant.Contains(name)
                   let image = provenance.Properties.GetValueOrDefault(name)
                   let rebuilt = Properties.GetValueOrDefault(name)
                   where image != rebuilt
                   select new SettingVerdict(name, image is null ? [] : [image], rebuilt is null ? [] : [rebuilt]),
            ],
        };

    // A directory that is no clone, or of another user, has no changes that git would tell.
    private async Task<bool> IsDirtyAsync(string git, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await ProgramRun.RunAsync(
                git, ["-C", Directory, "status", "--porcelain", "--untracked-files=normal", "."], input: null, output: null,
                cancellationToken);
            return reply.ExitCode == 0 && reply.Lines.Any();
        }
        catch (ProgramException)
        {
            return false;
        }
    }
}
