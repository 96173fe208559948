namespace Containerize.Testing.Registry;

/// <summary>Which part of a registry a request speaks to.</summary>
internal enum RequestKind
{
    /// <summary>None of the specification's paths.</summary>
    Other,

    /// <summary><c>/v2/</c>.</summary>
    Ping,

    /// <summary><c>/v2/name/blobs/digest</c>.</summary>
    Blob,

    /// <summary><c>/v2/name/blobs/uploads/…</c>.</summary>
    Upload,

    /// <summary><c>/v2/name/manifests/reference</c>.</summary>
    Manifest,

    /// <summary><c>/v2/name/tags/list</c>.</summary>
    Tags,

    /// <summary><c>/v2/name/referrers/digest</c>.</summary>
    Referrers,

    /// <summary>The token server.</summary>
    Token,

    /// <summary>A signed address of a <see cref="SignedHost"/>.</summary>
    Signed,
}
