namespace Containerize;

/// <summary>Takes messages of work that is not reported: what has to be said, is said when the same is done again.</summary>
internal sealed class SilentReporter : IReporter
{
    private SilentReporter()
    {
    }

    internal static SilentReporter Instance { get; } = new();

    public void Message(Message text)
    {
    }

    public void Detail(Message text)
    {
    }

    public void Warning(DiagnosticCode code, Message text, SourcePosition? at)
    {
    }
}
