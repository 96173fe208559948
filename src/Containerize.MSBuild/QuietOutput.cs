namespace Containerize.MSBuild;

/// <summary>
/// Says on standard output what a quiet build made: at that verbosity, MSBuild shows nothing but errors and warnings. It is said when the
/// process ends: until then, a terminal erases what is written between the lines that MSBuild updates.
/// </summary>
internal static class QuietOutput
{
    /// <summary>Says something when the process ends.</summary>
    internal static void Say(string lines) => AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.Out.WriteLine(lines);
}
