namespace Containerize.Diagnosis;

/// <summary>
/// Takes findings in their order, and the warnings of the library, which are findings, too. The home directory, which tells the user's
/// name, is written as <c>~</c>.
/// </summary>
/// <param name="home">The home directory; null for none.</param>
internal sealed class FindingList(string? home) : IReporter
{
    private readonly Lock _turn = new();
    private readonly List<Finding> _findings = [];

    /// <summary>All that was found so far.</summary>
    internal IReadOnlyList<Finding> All
    {
        get
        {
            lock (_turn)
            {
                return [.. _findings];
            }
        }
    }

    internal void Works(string check, Message text) => Add(check, FindingKind.Works, text, null);

    internal void Note(string check, Message text) => Add(check, FindingKind.Note, text, null);

    internal void Note(string check, Message text, Message fix) => Add(check, FindingKind.Note, text, fix);

    internal void Problem(string check, Message text, Message fix) => Add(check, FindingKind.Problem, text, fix);

    /// <inheritdoc/>
    void IReporter.Message(Message text)
    {
        // Progress is no finding.
    }

    /// <inheritdoc/>
    void IReporter.Detail(Message text)
    {
        // What is worth knowing is found by the checks.
    }

    /// <inheritdoc/>
    void IReporter.Warning(DiagnosticCode code, Message text, SourcePosition? at) => Problem(
        code == DiagnosticCode.CredentialsUnusable ? "login" : "configuration",
        text,
        code == DiagnosticCode.CredentialsUnusable
            ? $"Install what is missing or remove the entry that names it, then log in again (docker login)."
            : $"Correct the file, or remove the entry.");

    private void Add(string check, FindingKind kind, Message text, Message? fix)
    {
        lock (_turn)
        {
            _findings.Add(new(check, kind, Shorten(text.ToString()), fix is { } words ? Shorten(words.ToString()) : null));
        }
    }

    private string Shorten(string text) =>
        home is { Length: > 1 } ? text.Replace(home.TrimEnd('/', '\\'), "~", StringComparison.Ordinal) : text;
}
