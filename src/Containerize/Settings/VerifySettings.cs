using Containerize.Bases;
using Containerize.Files;

namespace Containerize.Settings;

/// <summary>Which image a rebuild is compared with.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Name">What it is called in messages.</param>
/// <param name="File">The file that takes the verdict, a full path.</param>
internal sealed record VerifySettings(BaseImageReference Place, string Name, string File)
{
    /// <summary>The commit of the working tree; null when it is not known.</summary>
    internal string? Commit { get; private init; }

    /// <summary>The version of the .NET SDK; null when it is not known.</summary>
    internal string? Sdk { get; private init; }

    /// <summary>The properties that are set and decide what is built; free of secrets.</summary>
    internal IReadOnlyDictionary<string, string> Properties { get; private init; } = new Dictionary<string, string>();

    /// <summary>Reads it. Without a name, it is what the project's first registry, its archive or its layout has.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NothingToVerify"/> or
    /// <see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal static VerifySettings Read(ProjectSettings project, DestinationSettings destinations)
    {
        var item = project.One(ItemKind.Verify);
        var (place, name) = Named(project, item["Image"]) ?? Delivered(destinations) ?? throw new ContainerizeException(
            DiagnosticCode.NothingToVerify,
            $"There is no image to verify: no registry is set, and {Absent(destinations)}. Name the image with ContainerizeVerifyImage, as "
            + $"REGISTRY/REPOSITORY[:TAG][@DIGEST], oci:DIRECTORY, oci-archive:FILE or docker-daemon:NAME, or pass the destination that "
            + $"it was built with.");
        var source = project.One(ItemKind.Source);
        return new(place, name, project.FullPath(item["File"]))
        {
            Commit = SettingText.NullIfEmpty(source["Revision"]),
            Sdk = SettingText.NullIfEmpty(source["Sdk"]),
            Properties = ProvenanceSettings.Parameters(project).ToDictionary(StringComparer.Ordinal),
        };
    }

    private static (BaseImageReference Place, string Name)? Named(ProjectSettings project, string text) =>
        text.Length == 0 ? null : (BaseImageReference.Parse(text, project.Directory), text);

    private static (BaseImageReference Place, string Name)? Delivered(DestinationSettings destinations)
    {
        if (destinations.Sources.FirstOrDefault() is { } image)
        {
            return (new RegistryReference(image), image.ToString());
        }

        // Other projects may have the layout, too; this project's image has its name.
        var name = destinations.Name.FullReferences[0];
        return destinations.Archive is { } archive && RegularFile.IsThere(archive)
                ? (new OciArchiveReference(archive, name), $"the image in '{archive}'")
            : destinations.Layout is { } layout && Directory.Exists(layout)
                ? (new LayoutReference(layout, name), $"the image {name} in '{layout}'")
            : null;
    }

    private static string Absent(DestinationSettings destinations) =>
        (destinations.Archive ?? destinations.Layout) is { } path ? $"'{path}' does not exist" : "no archive and no layout is";
}
