namespace Containerize.SupplyChain.Sbom;

/// <summary>A form of a bill of materials.</summary>
internal enum SbomFormat
{
    /// <summary>None at all.</summary>
    None,

    /// <summary>SPDX 2.3, as JSON.</summary>
    Spdx,

    /// <summary>CycloneDX 1.6, as JSON.</summary>
    CycloneDx,
}
