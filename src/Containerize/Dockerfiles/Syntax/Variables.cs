namespace Containerize.Dockerfiles.Syntax;

/// <summary>The values of <c>ARG</c> and <c>ENV</c> at a place of a Dockerfile. ENV hides ARG of the same name.</summary>
internal sealed class Variables
{
    private readonly Dictionary<string, ExpandedText?> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExpandedText> _environment = new(StringComparer.Ordinal);

    /// <summary>Creates them.</summary>
    /// <param name="inherited">Those of the stage that this one is built on; its arguments are not inherited.</param>
    internal Variables(Variables? inherited = null)
    {
        foreach (var (name, value) in inherited?._environment ?? [])
        {
            _environment[name] = value;
        }
    }

    /// <summary>Sets an argument; null for one without a value.</summary>
    internal void SetArgument(string name, ExpandedText? value) => _arguments[name] = value;

    internal void SetEnvironment(string name, ExpandedText value) => _environment[name] = value;

    /// <summary>The value of a variable; null where the Dockerfile does not say one.</summary>
    internal ExpandedText? Find(string name) => _environment.GetValueOrDefault(name) ?? _arguments.GetValueOrDefault(name);
}
