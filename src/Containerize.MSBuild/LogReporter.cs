using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Containerize.MSBuild;

/// <summary>Writes to MSBuild's log.</summary>
internal sealed class LogReporter(TaskLoggingHelper log) : IReporter
{
    public void Message(Message text) => log.LogMessage(MessageImportance.High, "{0}", text.ToString());

    public void Detail(Message text) => log.LogMessage(MessageImportance.Low, "{0}", text.ToString());

    public void Warning(DiagnosticCode code, Message text)
    {
        var name = ContainerizeException.Format(code);
        log.LogWarning(subcategory: null, warningCode: name, helpKeyword: name, file: null, lineNumber: 0, columnNumber: 0, endLineNumber: 0, endColumnNumber: 0, message: "{0}", text.ToString());
    }
}
