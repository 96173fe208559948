using System.Text;
using Containerize.Oci;
using Containerize.Settings;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Begins to make the layers that packages fill while the project is compiled; <see cref="BuildImage"/> makes those that are
/// missing.</summary>
public sealed class MakeLayersAhead : AheadTask
{
    /// <summary>What the build copies beside the app (<c>ReferenceCopyLocalPaths</c>); only files of packages count.</summary>
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>The names of the runtime packs of a self-contained app.</summary>
    public ITaskItem[] RuntimePacks { get; set; } = [];

    /// <inheritdoc/>
    private protected override void Begin(BuildInputs inputs)
    {
        var platform = Platform.FromRuntimeIdentifier(RuntimeIdentifier);
        var key = Key();
        inputs.MakeLayersAhead(
            key,
            () => AheadSettings.Read(Project, platform, key, Files.Select(Read), RuntimePacks.Select(pack => pack.ItemSpec)));
    }

    // All that the layers depend on, but for what is in files: those of a package's version stay as they are.
    private Digest Key()
    {
        var text = new StringBuilder(RuntimeIdentifier);
        foreach (var item in Settings)
        {
            text.Append('\n').Append(item.ItemSpec);
            var metadata = item.CloneCustomMetadata();
            foreach (var name in metadata.Keys.Cast<string>().Order(StringComparer.Ordinal))
            {
                text.Append('\t').Append(name).Append('=').Append(metadata[name]);
            }
        }

        foreach (var file in Files)
        {
            text.Append('\n').Append(file.ItemSpec).Append('\t').Append(file.GetMetadata("DestinationSubDirectory"));
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
