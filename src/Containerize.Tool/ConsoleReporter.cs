namespace Containerize.Tool;

/// <summary>
/// Takes what the library has to say: warnings and news go to standard error, so that standard output is the answer alone.
/// </summary>
/// <param name="error">Standard error.</param>
/// <param name="isVerbose">Whether details are shown.</param>
internal sealed class ConsoleReporter(TextWriter error, bool isVerbose) : IReporter
{
    private readonly Lock _turn = new();

    /// <inheritdoc/>
    public void Message(Message text) => Write(text.ToString());

    /// <inheritdoc/>
    public void Detail(Message text)
    {
        if (isVerbose)
        {
            Write(text.ToString());
        }
    }

    /// <inheritdoc/>
    public void Warning(DiagnosticCode code, Message text, SourcePosition? at = null) =>
        Write($"warning {ContainerizeException.Format(code)}: {text}");

    internal void Error(ContainerizeException failure) => Write($"{ContainerizeException.Format(failure.Code)}: {failure.Message}");

    private void Write(string line)
    {
        lock (_turn)
        {
            error.WriteLine(line);
        }
    }
}
