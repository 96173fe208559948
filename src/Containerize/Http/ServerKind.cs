namespace Containerize.Http;

/// <summary>What kind of servers a client talks to: the words, advice and codes of its failures.</summary>
/// <param name="Name">The kind, as in "a registry".</param>
/// <param name="BadAnswer">The code of an answer that makes no sense, and that no repetition improves.</param>
/// <param name="UnsafeLocation">The code of a place that a server names and that must not be used.</param>
/// <param name="UntrustedAdvice">What to do about a certificate that is not trusted, as the end of a sentence.</param>
/// <param name="PlainHttpAdvice">What to do when a server speaks plain HTTP where TLS is expected, as the end of a sentence.</param>
/// <param name="ReadError">Reads what the body of an error says, cleaned; empty when it says nothing.</param>
internal sealed record ServerKind(
    string Name,
    DiagnosticCode BadAnswer,
    DiagnosticCode UnsafeLocation,
    string UntrustedAdvice,
    string PlainHttpAdvice,
    Func<ReadOnlyMemory<byte>, string> ReadError);
