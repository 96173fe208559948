using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Where an instruction stands: its directory, and the values of variables.</summary>
/// <param name="Directory">The working directory, in the image.</param>
internal sealed record StagePoint(Stage Stage, Instruction Instruction, ExpandedText Directory, Variables Variables);

/// <summary>Follows the instructions of a stage, with those of the stages that it is built on.</summary>
internal static class StageWalk
{
    /// <summary>The variable with which .NET's images name their user.</summary>
    internal const string AppUid = "APP_UID";

    /// <summary>Its value, also of their user <c>app</c>.</summary>
    internal const string AppUser = "1654";

    /// <summary>The instructions, in order; WORKDIR, ARG and ENV have taken effect when theirs is returned.</summary>
    /// <param name="given">Values for arguments.</param>
    internal static IEnumerable<StagePoint> Of(
        Stages stages, Stage last, IReadOnlyDictionary<string, string> given, bool isWindows)
    {
        var (directory, variables) = (ImagePath.Root(isWindows), new Variables());
        if (DotnetImage.Is(last.Chain.First().Image))
        {
            variables.SetEnvironment(AppUid, ExpandedText.Of(AppUser));
        }

        foreach (var stage in last.Chain)
        {
            variables = new Variables(variables);
            foreach (var instruction in stage.Instructions)
            {
                switch (instruction.Keyword)
                {
                    case "WORKDIR":
                        directory = ImagePath.Combine(
                            directory, Words.Unquote(instruction.Text, stages.Escape, variables), isWindows);
                        break;
                    case "ARG":
                        foreach (var (name, value) in Assignments.Read(instruction.Text, stages.Escape, variables))
                        {
                            variables.SetArgument(
                                name,
                                given.TryGetValue(name, out var text) ? ExpandedText.Of(text)
                                    : value ?? stages.Arguments.GetValueOrDefault(name));
                        }

                        break;
                    case "ENV":
                        // All values of one instruction are those from before it.
                        foreach (var (name, value) in
                            Assignments.Read(instruction.Text, stages.Escape, variables, isOldForm: true).ToList())
                        {
                            variables.SetEnvironment(name, value ?? ExpandedText.Of(""));
                        }

                        break;
                    default:
                        break;
                }

                yield return new(stage, instruction, directory, variables);
            }
        }
    }
}
