namespace Containerize.Inputs;

/// <summary>What decides into which layer a file goes.</summary>
internal interface IPlannedFile
{
    /// <summary>The path below the publish directory, with <c>/</c>.</summary>
    string RelativePath { get; }

    /// <summary>Its size, in bytes.</summary>
    long Size { get; }

    /// <summary>Where it comes from.</summary>
    FileOrigin Origin { get; }
}
