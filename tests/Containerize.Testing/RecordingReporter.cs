using System.Collections.Concurrent;

namespace Containerize.Testing;

/// <summary>Keeps what the library says.</summary>
internal sealed class RecordingReporter : IReporter
{
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly ConcurrentQueue<string> _details = new();
    private readonly ConcurrentQueue<(DiagnosticCode Code, string Text)> _warnings = new();
    private readonly ConcurrentQueue<SourcePosition?> _positions = new();

    public IReadOnlyList<string> Messages => [.. _messages];

    public IReadOnlyList<string> Details => [.. _details];

    public IReadOnlyList<(DiagnosticCode Code, string Text)> Warnings => [.. _warnings];

    /// <summary>Where the warnings stand, in their order.</summary>
    public IReadOnlyList<SourcePosition?> Positions => [.. _positions];

    /// <summary>Everything that was said, to look for what must not be in it.</summary>
    public string AllText => string.Join('\n', [.. _messages, .. _details, .. _warnings.Select(warning => warning.Text)]);

    public void Message(Message text) => _messages.Enqueue(text.ToString());

    public void Detail(Message text) => _details.Enqueue(text.ToString());

    public void Warning(DiagnosticCode code, Message text, SourcePosition? at = null)
    {
        _warnings.Enqueue((code, text.ToString()));
        _positions.Enqueue(at);
    }
}
