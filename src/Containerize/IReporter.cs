namespace Containerize;

/// <summary>Takes what the library has to say while it works: MSBuild's log in a build, a list in tests.</summary>
internal interface IReporter
{
    /// <summary>Something every user wants to see once.</summary>
    void Message(Message text);

    /// <summary>Something that helps to find a problem.</summary>
    /// <param name="text">One line; never a secret.</param>
    void Detail(Message text);

    /// <summary>Something that the user should change, though the build goes on.</summary>
    /// <param name="at">Where it stands in a file of the project; null when it stands nowhere.</param>
    void Warning(DiagnosticCode code, Message text, SourcePosition? at = null);
}
