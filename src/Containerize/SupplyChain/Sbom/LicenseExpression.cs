namespace Containerize.SupplyChain.Sbom;

/// <summary>Tells SPDX licence expressions from other texts that packages have in their place.</summary>
/// <remarks>SPDX 2.3, annex D. Which identifiers SPDX lists is not asked: the list grows, and NuGet asks it when a package is made.
/// References to licences that a document defines (<c>LicenseRef-…</c>) are none here, because bills define none.</remarks>
internal static class LicenseExpression
{
    /// <summary>Whether a text is an expression.</summary>
    internal static bool IsOne(string text)
    {
        var rest = new Stack<string>(text.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Reverse());
        return TakeCompound(rest) && rest.Count == 0;
    }

    private static bool TakeCompound(Stack<string> rest)
    {
        bool isWhole;
        do
        {
            isWhole = Take(rest, "(") ? TakeCompound(rest) && Take(rest, ")") : TakeIdentifier(rest, mayBeLater: true)
                && (!Take(rest, "WITH") || TakeIdentifier(rest, mayBeLater: false));
        }
        while (isWhole && (Take(rest, "AND") || Take(rest, "OR")));
        return isWhole;
    }

    private static bool Take(Stack<string> rest, string word) => rest.TryPeek(out var next) && next == word && rest.Pop() == word;

    // NuGet takes UNLICENSED for an expression; the others say in SPDX that there is none.
    private static bool TakeIdentifier(Stack<string> rest, bool mayBeLater) => rest.TryPop(out var text)
        && text is not ("AND" or "OR" or "WITH" or "UNLICENSED" or "NONE" or "NOASSERTION")
        && !text.StartsWith("LicenseRef-", StringComparison.Ordinal)
        && (mayBeLater && text.EndsWith('+') ? text[..^1] : text) is { Length: > 0 } id
        && id.All(each => char.IsAsciiLetterOrDigit(each) || each is '.' or '-');
}
