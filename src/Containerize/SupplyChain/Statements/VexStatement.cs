namespace Containerize.SupplyChain.Statements;

/// <summary>A vulnerability that does not matter for an image.</summary>
/// <param name="Vulnerability">The address of its advisory.</param>
/// <param name="Justification">Why it does not matter.</param>
/// <param name="Impact">The same in words, for people; null when the project has none.</param>
internal sealed record VexStatement(string Vulnerability, VexJustification Justification, string? Impact)
{
    /// <summary>What else the vulnerability is called, such as <c>CVE-2026-1234</c>: many scanners know it by that name alone.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What people call the vulnerability: the last part of the address, such as <c>GHSA-vh55-786g-wjwj</c>.</summary>
    internal string Name => Vulnerability.TrimEnd('/')[(Vulnerability.TrimEnd('/').LastIndexOf('/') + 1)..];
}

/// <summary>What an image is not affected by, and who says so.</summary>
/// <param name="Author">Who says it.</param>
/// <param name="Statements">The vulnerabilities, in ordinal order.</param>
internal sealed record VexRequest(string Author, IReadOnlyList<VexStatement> Statements)
{
    /// <summary>All of it, as one text.</summary>
    internal string Inputs => string.Join(
        '\n',
        Statements.Select(each => $"{each.Vulnerability}\t{each.Justification}\t{each.Impact}"
            + string.Concat(each.Aliases.Select(alias => $"\t{alias}"))).Prepend(Author));
}

/// <summary>Why a vulnerability does not matter.</summary>
/// <remarks>OpenVEX 0.2, "Status Justifications".</remarks>
internal enum VexJustification
{
    /// <summary>The vulnerable component is not in the image.</summary>
    ComponentNotPresent,

    /// <summary>The component is there, its vulnerable code is not.</summary>
    VulnerableCodeNotPresent,

    /// <summary>The code is there, and never runs.</summary>
    VulnerableCodeNotInExecutePath,

    /// <summary>The code runs, and an attacker cannot control it.</summary>
    VulnerableCodeCannotBeControlledByAdversary,

    /// <summary>Something in the image keeps the vulnerability from being used.</summary>
    InlineMitigationsAlreadyExist,
}
