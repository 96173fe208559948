namespace Containerize.Reports;

/// <summary>A CI system that runs the build, and is told of its image in the way it has for that.</summary>
internal interface ICiSystem
{
    /// <summary>What people call it.</summary>
    string Name { get; }

    /// <summary>Full paths of the files that it is told by.</summary>
    IEnumerable<string> Files { get; }

    /// <summary>Tells of an image. What it was told of others, by this build or at the same time, stays.</summary>
    /// <returns>Lines to print, each on a line of its own.</returns>
    /// <exception cref="IOException">A file of the system cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file of the system must not be written.</exception>
    Task<IReadOnlyList<Message>> TellAsync(PublishedImage published, CancellationToken cancellationToken);
}
