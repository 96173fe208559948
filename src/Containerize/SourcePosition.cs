namespace Containerize;

/// <summary>Where something stands in a file of the project, so that an editor can go there.</summary>
/// <param name="File">The file, a full path.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal sealed record SourcePosition(string File, int Line, int Column);
