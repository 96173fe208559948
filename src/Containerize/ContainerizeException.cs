namespace Containerize;

/// <summary>
/// A failure that is explained to the user: what happened, with which file or registry, and what to do.
/// The message stands alone; a user never needs the stack trace.
/// </summary>
internal sealed class ContainerizeException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What happened, with what, and what to do; free of secrets.</param>
    /// <param name="innerException">What caused it, for logs of a high verbosity.</param>
    public ContainerizeException(DiagnosticCode code, Message message, Exception? innerException = null)
        : base(message.ToString(), innerException) => Code = code;

    /// <summary>Which failure it is.</summary>
    public DiagnosticCode Code { get; }

    /// <summary>The code as users see it, for example <c>CTZ2002</c>.</summary>
    /// <returns><c>CTZ</c> and four digits.</returns>
    public static string Format(DiagnosticCode code) => $"CTZ{(int)code:D4}";
}
