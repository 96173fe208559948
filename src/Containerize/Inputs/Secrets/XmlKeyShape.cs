using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// A key in an element of XML, in the clear: <c>RSAKeyValue</c> with <c>D</c> (<c>RSA.ToXmlString</c>), or the <c>masterKey</c> of ASP.NET
/// Core's data protection. Public and encrypted keys have another element.
/// </summary>
/// <param name="kind">What it finds.</param>
/// <param name="element">The begin of the element.</param>
/// <param name="value">The begin of the element in it that has the key.</param>
internal sealed class XmlKeyShape(SecretKind kind, string element, string value) : SecretShape(kind, element)
{
    // 32 bytes.
    private const int Shortest = 43;

    private static readonly SearchValues<char> s_base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        var rest = After(text, start, anchor.Length);
        return rest.IndexOf(value, StringComparison.Ordinal) is >= 0 and var at
            && Run(rest[(at + value.Length)..].TrimStart(), s_base64) is { Length: >= Shortest } key && !Placeholder.IsSample(key);
    }
}
