using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// A kind of the small sealed texts that builds remember things in. This is the only list of them: directories, what is pruned, and whose
/// owners are looked at follow from it. A text of another version than the current one counts as none.
/// </summary>
/// <param name="Name">The directory in the cache; for what one project remembers, the file in its own directory.</param>
/// <param name="Version">The version of the text's form.</param>
internal sealed record RecordKind(string Name, int Version)
{
    /// <summary>What a layer is, by its inputs hash.</summary>
    internal static RecordKind Layer { get; } = new("layers", 1);

    /// <summary>What went into a layer, by its inputs hash.</summary>
    internal static RecordKind LayerContent { get; } = new("contents", 1);

    /// <summary>What users should know of a layer of packages, by its inputs hash.</summary>
    internal static RecordKind PackageNotes { get; } = new("notes", 1);

    /// <summary>What of a base decides the bytes of packages on it, by their inputs hash before that was known.</summary>
    internal static RecordKind Fit { get; } = new("fits", 1);

    /// <summary>Directories, links and users of an image, by the digests of its layers.</summary>
    internal static RecordKind Tree { get; } = new("trees", 3);

    /// <summary>Files of an image, by the digests of its layers.</summary>
    internal static RecordKind TreeFiles { get; } = new("treefiles", 2);

    /// <summary>Programs and libraries of an image, by the digests of its layers.</summary>
    internal static RecordKind TreePrograms { get; } = new("treeprograms", 2);

    /// <summary>What is known of whether an image starts, by the digest of its config.</summary>
    internal static RecordKind Start { get; } = new("starts", 1);

    /// <summary>Packages that were chosen, by what was asked of which archives.</summary>
    internal static RecordKind Choice { get; } = new("choices", 2);

    /// <summary>The package that has a library, by the archives that were asked.</summary>
    internal static RecordKind Library { get; } = new("libraries", 1);

    /// <summary>Parts of package archives that existed, by their address.</summary>
    internal static RecordKind Archive { get; } = new("archives", 1);

    /// <summary>The stamp of a blob's file when it was last found whole, by the blob's digest.</summary>
    internal static RecordKind Verified { get; } = new("verified", 1);

    /// <summary>Which digest a tag named when its registry was asked, by the image's name.</summary>
    internal static RecordKind Tag { get; } = new("tags", 1);

    /// <summary>Into which repositories a blob was brought, by registry and digest.</summary>
    internal static RecordKind Push { get; } = new("pushed", 1);

    /// <summary>When a blob was last used, by its digest: the time of an empty file, so that the blob's own file never changes.</summary>
    internal static RecordKind Use { get; } = new("uses", 1);

    /// <summary>Which build wrote an archive whose name follows from the image's, by the archive's path.</summary>
    internal static RecordKind ArchiveOwner { get; } = new("owners", 1);

    /// <summary>Who signed a base image, by its digest and what the project demands.</summary>
    internal static RecordKind Trust { get; } = new("trust", 1);

    /// <summary>The distribution that a base image is of, by its layers.</summary>
    internal static RecordKind Release { get; } = new("releases", 1);

    /// <summary>What the project's files contain, by their stamps.</summary>
    internal static RecordKind FileHashes { get; } = new("hashes.txt", 3);

    /// <summary>Archives and layouts that were found whole, by their stamps.</summary>
    internal static RecordKind Intact { get; } = new("delivered.txt", 2);

    /// <summary>What the project's last publish put into its directory, and from where.</summary>
    internal static RecordKind Published { get; } = new("sources.txt", 2);

    /// <summary>Which secrets the project's files hold, by their stamps.</summary>
    internal static RecordKind Secrets { get; } = new("secrets.txt", 3);

    /// <summary>The layers of the image that the project published last.</summary>
    internal static RecordKind PreviousBuild { get; } = new("published.txt", 1);

    /// <summary>Which layers were made ahead for the project, and of what.</summary>
    internal static RecordKind Ahead { get; } = new("ahead.txt", 1);

    /// <summary>Documents that tell of an image, by what they are made of.</summary>
    internal static RecordKind Evidence { get; } = new("evidence", 1);

    /// <summary>Signatures of images and documents, by what was signed with which key.</summary>
    internal static RecordKind Signature { get; } = new("signatures", 1);

    /// <summary>What the project delivered with its images, and where.</summary>
    internal static RecordKind Attached { get; } = new("attached.txt", 2);

    /// <summary>All kinds that have a directory in the cache.</summary>
    internal static IReadOnlyList<RecordKind> InCache { get; } = [Layer, LayerContent, PackageNotes, Fit, Tree, TreeFiles,
        TreePrograms, Start, Choice, Library, Archive, Verified, Tag, Push, Use, ArchiveOwner, Evidence, Signature, Trust,
        Release];

    /// <summary>The first line of a text of this kind, which says what it is, and of what.</summary>
    internal string TitleOf(Digest? key) => key is null ? $"{Name} {Version}" : $"{Name} {Version} {key}";
}
