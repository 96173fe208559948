namespace Containerize.Starting;

/// <summary>A program that an image starts.</summary>
/// <param name="Path">Where it is: an ELF file, as a rule; of a script, the interpreter.</param>
/// <param name="Line">The command line that starts it.</param>
/// <param name="Files">The image as the program finds it, with the variables that wrappers set for it.</param>
/// <param name="IsCertain">Whether it is started in every case.</param>
internal sealed record StartedProgram(string Path, IReadOnlyList<string> Line, StartedImage Files, bool IsCertain);
