using Containerize.Oci;

namespace Containerize.Building;

/// <summary>Which images in registries may have the layers that this build makes, and how far they are trusted.</summary>
internal sealed record ReuseRequest
{
    // The newest image of most repositories, when the tags that are pushed are new ones.
    private const string Newest = "latest";

    /// <summary>Nothing in any registry.</summary>
    internal static ReuseRequest None { get; } = new() { IsOff = true };

    /// <summary>The repositories that the image goes to.</summary>
    internal IReadOnlyList<RepositoryReference> Targets { get; init; } = [];

    /// <summary>The tags that the image gets there.</summary>
    internal IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Images that the project names.</summary>
    internal IReadOnlyList<ImageReference> Named { get; init; } = [];

    /// <summary>Whether registries are left out: the project says so, or needs the bytes of all layers here, where they are made.</summary>
    internal bool IsOff { get; init; }

    /// <summary>
    /// Whether an image is trusted that a layer of it is the one that this build would make. By default it is not: the layer is made here,
    /// and need not be sent where the registry has it.
    /// </summary>
    internal bool Trusts { get; init; }

    /// <summary>The images that are read, in this order: what the push replaces, the newest beside it, what the project names.</summary>
    internal IReadOnlyList<ImageReference> Images => IsOff ? [] :
    [
        .. Targets.SelectMany(target => Tags.Append(Newest).Select(tag => new ImageReference(target, tag, null))).Concat(Named).Distinct(),
    ];

    /// <summary>
    /// Whether a layer may be used on the word of an image: only where the project trusts images, and for an image that goes nowhere but to
    /// the registry that has the layer. One who can write to one registry must not decide what is pushed to another.
    /// </summary>
    internal bool MayTrust(RepositoryReference origin) =>
        Trusts && !IsOff && Targets.Count > 0 && Targets.All(target => target.Registry == origin.Registry);
}
