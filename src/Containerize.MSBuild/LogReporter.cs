using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Containerize.MSBuild;

/// <summary>
/// Writes to MSBuild's log. Errors and warnings carry their code, a link to its explanation, and the project's file: without one, MSBuild
/// names our targets, which no user can change.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="page">The address of the page that explains all codes.</param>
/// <param name="project">The project's file, a full path.</param>
internal sealed class LogReporter(TaskLoggingHelper log, string page, string project) : IReporter
{
    public void Message(Message text) => log.LogMessage(MessageImportance.High, "{0}", text.ToString());

    public void Detail(Message text) => log.LogMessage(MessageImportance.Low, "{0}", text.ToString());

    /// <summary>
    /// Says what the build made of the project. A terminal shows of all messages only the one that begins like this, as the result behind
    /// the project's name.
    /// </summary>
    /// <param name="lines">The first follows the name; the others are shown below it.</param>
    internal void Result(IEnumerable<Message> lines) => log.LogMessage(
        MessageImportance.High, "{0} -> {1}", Path.GetFileNameWithoutExtension(project), string.Join('\n', lines));

    public void Warning(DiagnosticCode code, Message text, SourcePosition? at)
    {
        var name = ContainerizeException.Format(code);
        log.LogWarning(
            subcategory: null, warningCode: name, helpKeyword: name, helpLink: Link(name),
            file: at?.File ?? project, lineNumber: at?.Line ?? 0, columnNumber: at?.Column ?? 0, endLineNumber: 0,
            endColumnNumber: 0, message: "{0}", text.ToString());
    }

    /// <summary>Logs an error.</summary>
    /// <param name="code">Which one it is.</param>
    /// <param name="text">What users read.</param>
    /// <param name="cause">What only a detailed log shows.</param>
    internal void Error(DiagnosticCode code, string text, Exception? cause)
    {
        var name = ContainerizeException.Format(code);
        log.LogError(
            subcategory: null, errorCode: name, helpKeyword: name, helpLink: Link(name),
            file: project, lineNumber: 0, columnNumber: 0, endLineNumber: 0,
            endColumnNumber: 0, message: "{0}", text);
        if (cause is not null)
        {
            log.LogMessage(MessageImportance.Low, "{0}", cause);
        }
    }

    // Each code is a heading of the page.
    private string Link(string name) => $"{page}#{name.ToLowerInvariant()}";
}
