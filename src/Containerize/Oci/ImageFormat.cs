namespace Containerize.Oci;

/// <summary>The family of media types of an image.</summary>
internal enum ImageFormat
{
    /// <summary>The OCI image specification's.</summary>
    Oci,

    /// <summary>Docker's image manifest version 2, schema 2.</summary>
    Docker,
}
