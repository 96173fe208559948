namespace Containerize.Dockerfiles.Syntax;

/// <summary>A stage of a Dockerfile.</summary>
/// <param name="From">Its FROM.</param>
/// <param name="Image">The image that it is built on, or the name of a stage.</param>
/// <param name="Platform">What the image is for; null where it is not said.</param>
/// <param name="Name">Its name; null for none.</param>
/// <param name="Parent">The stage that it is built on; null for an image.</param>
/// <param name="Instructions">Those after FROM.</param>
internal sealed record Stage(
    int Number,
    Instruction From,
    ExpandedText Image,
    ExpandedText? Platform,
    string? Name,
    Stage? Parent,
    IReadOnlyList<Instruction> Instructions)
{
    /// <summary>The stages that it consists of: the one on an image first, itself last.</summary>
    internal IEnumerable<Stage> Chain => Parent is null ? [this] : [.. Parent.Chain, this];

    /// <summary>What <c>COPY --from</c> calls it.</summary>
    internal bool IsCalled(string name) =>
        name == $"{Number}" || (Name is not null && Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The stages of a Dockerfile.</summary>
/// <param name="All">In their order.</param>
/// <param name="Arguments">The arguments before the first one, with their values.</param>
/// <param name="Escape">The character that escapes.</param>
internal sealed record Stages(IReadOnlyList<Stage> All, IReadOnlyDictionary<string, ExpandedText?> Arguments, char Escape)
{
    /// <summary>Reads a Dockerfile.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="given">Values for its arguments.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDockerfile"/>.</exception>
    internal static Stages Read(string text, string name, IReadOnlyDictionary<string, string> given)
    {
        var (instructions, escape) = DockerfileReader.Read(text, name);
        var (global, arguments) = (new Variables(), new Dictionary<string, ExpandedText?>(StringComparer.Ordinal));
        var (stages, at) = (new List<Stage>(), 0);
        for (; at < instructions.Count && instructions[at].Keyword != "FROM"; at++)
        {
            if (instructions[at].Keyword != "ARG")
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidDockerfile, $"{name}:{instructions[at].Line}: {instructions[at].Keyword} stands before the " +
                        $"first FROM.");
            }

            foreach (var (key, value) in Assignments.Read(instructions[at].Text, escape, global))
            {
                arguments[key] = given.TryGetValue(key, out var known) ? ExpandedText.Of(known) : value;
                global.SetArgument(key, arguments[key]);
            }
        }

        while (at < instructions.Count)
        {
            var from = instructions[at++];
            var body = instructions.Skip(at).TakeWhile(instruction => instruction.Keyword != "FROM").ToList();
            at += body.Count;
            stages.Add(Create(stages, from, body, global, escape, name));
        }

        return stages.Count > 0
            ? new(stages, arguments, escape)
            : throw new ContainerizeException(DiagnosticCode.InvalidDockerfile, $"{name} has no FROM: it makes no image.");
    }

    private static Stage Create(
        List<Stage> earlier, Instruction from, List<Instruction> body, Variables global, char escape, string name)
    {
        var words = Words.Split(from.Text, escape, global);
        if (words is not ([_] or [_, _, _]) || (words.Count == 3 && !words[1].Written.Equals("AS", StringComparison.OrdinalIgnoreCase)))
        {
            throw new ContainerizeException(DiagnosticCode.InvalidDockerfile, $"{name}:{from.Line}: write FROM IMAGE [AS NAME].");
        }

        return new(
            earlier.Count,
            from,
            words[0],
            from.Flag("platform") is { } platform ? Words.Unquote(platform, escape, global) : null,
            words.Count == 3 ? words[2].Written : null,
            earlier.FindLast(stage => stage.Name is not null && words[0].Value is { } image && stage.IsCalled(image)),
            body);
    }
}

/// <summary>Names and values, as ARG, ENV and LABEL have them.</summary>
internal static class Assignments
{
    /// <summary>Reads <c>NAME=VALUE …</c>, <c>NAME</c> or, as ENV and LABEL once had it, <c>NAME VALUE</c>.</summary>
    /// <param name="isOldForm">Whether a value may follow a blank.</param>
    /// <returns>Names with their values; null for a name alone.</returns>
    internal static IEnumerable<(string Name, ExpandedText? Value)> Read(
        string text, char escape, Variables variables, bool isOldForm = false)
    {
        var blank = text.AsSpan().IndexOfAny(' ', '\t');
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (isOldForm && blank > 0 && (equals < 0 || blank < equals) && !text.StartsWith('"'))
        {
            return [(text[..blank], Words.Unquote(text[blank..].Trim(), escape, variables))];
        }

        // A variable in a name makes the value unknown, too: both are one word.
        return Words.Split(text, escape, variables).Select(word =>
            word.Written.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at
                ? (word.Written[..at], word.Select(written => written[(at + 1)..]))
                : (word.Written, word.Value is null ? word : (ExpandedText?)null));
    }
}
