using System.Collections.Concurrent;

namespace Containerize.Tests.Registry;

/// <summary>Keeps what is reported.</summary>
internal sealed class ListReporter : IReporter
{
    private readonly ConcurrentQueue<string> _lines = new();

    internal IReadOnlyList<string> Lines => [.. _lines];

    internal string Text => string.Join('\n', _lines);

    public void Message(Message text) => _lines.Enqueue(text.ToString());

    public void Detail(Message text) => _lines.Enqueue(text.ToString());

    public void Warning(DiagnosticCode code, Message text, SourcePosition? at) =>
        _lines.Enqueue($"{ContainerizeException.Format(code)}: {text}");
}
