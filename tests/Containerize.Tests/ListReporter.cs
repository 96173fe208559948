namespace Containerize.Tests;

/// <summary>Keeps what is reported.</summary>
internal sealed class ListReporter : IReporter
{
    internal List<string> Lines { get; } = [];

    public void Message(string text) => Lines.Add(text);

    public void Detail(string text) => Lines.Add(text);

    public void Warning(DiagnosticCode code, string text) => Lines.Add($"{ContainerizeException.Format(code)}: {text}");
}
