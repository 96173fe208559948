using Containerize.Oci;

namespace Containerize.SupplyChain;

/// <summary>What is delivered together with an image and tells of it. It never changes the image's digest.</summary>
internal sealed record Evidence
{
    /// <summary>None.</summary>
    public static Evidence None { get; } = new();

    /// <summary>Documents that refer to the image's manifests.</summary>
    public IReadOnlyList<Referrer> Referrers { get; init; } = [];

    /// <summary>Documents in the older form, which tags name.</summary>
    public IReadOnlyList<EvidenceImage> Images { get; init; } = [];

    /// <summary>Whether a place that does not take it gets the image all the same, with a warning.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Referrers.Count + Images.Count == 0;

    /// <summary>This and more.</summary>
    public Evidence With(Evidence other) => this with
    {
        Referrers = [.. Referrers, .. other.Referrers],
        Images = [.. Images, .. other.Images],
    };

    /// <summary>What is about some manifests only: a place may take one of several images.</summary>
    public Evidence About(IReadOnlySet<Digest> subjects) => this with
    {
        Referrers = [.. Referrers.Where(referrer => subjects.Contains(referrer.Subject.Digest))],
        Images = [.. Images.Where(image => subjects.Contains(image.Subject.Digest))],
    };
}
